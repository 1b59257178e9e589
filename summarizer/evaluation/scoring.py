"""Compare a transcript with a reference: word error rate, recall of glossary terms, and timing error.

Words are compared after Whisper's normalisation (Radford et al. 2022, appendix C: case, punctuation, contractions,
numbers, British spelling, sounds in brackets), so that error rates are comparable with published ones. jiwer counts the
edits. For languages other than English, the normaliser only removes case and punctuation.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from summarizer.errors import BackendError, Failed, UsageError, install_remedy
from summarizer.language.matcher import term_pattern
from summarizer.records import CaptionFormat, Record, Segment, Transcript
from summarizer.transcribe.captions.reader import read_captions


class Words(Record):
    """The edits that change the words of the reference to those of the hypothesis."""

    reference: int  # number of words in the reference
    substitutions: int
    deletions: int
    insertions: int

    @property
    def rate(self) -> float:
        """Word error rate: edits per word of the reference; greater than 1 if many words were inserted."""
        edits = self.substitutions + self.deletions + self.insertions
        return edits / self.reference if self.reference else float(edits > 0)


class Missed(Record):
    """A glossary term that occurs less often in the hypothesis than in the reference."""

    term: str
    said: int  # occurrences in the reference
    found: int  # occurrences in the hypothesis, at most `said`


class Score(Record):
    """The result of comparing a transcript with a reference."""

    word_error_rate: float
    words: Words
    term_recall: float | None = None  # share of the reference's glossary terms found; None without terms
    terms: int = 0  # occurrences of glossary terms in the reference
    missed: tuple[Missed, ...] = ()  # ordered by the number of missed occurrences
    timing_error: float | None = None  # median error of segment starts, seconds; None without times
    timing_error_90: float | None = None  # 90th percentile of these errors, seconds
    timed: int = 0  # segments of the reference whose first word was recognised

    def shown(self) -> list[dict[str, str]]:
        """The score as rows of a table, one per measure."""
        words = self.words
        edits = f"{words.substitutions} substituted, {words.deletions} deleted, {words.insertions} inserted"
        missed = ", ".join(f"{missed.term} {missed.found}/{missed.said}" for missed in self.missed[:8])
        median = "no times" if self.timing_error is None else f"{self.timing_error:.2f} s"
        spread = f"90 % of {self.timed} within {self.timing_error_90:.2f} s" if self.timing_error_90 else ""
        rows = (
            ("word error rate", f"{self.word_error_rate:.1%}", f"{edits}, of {words.reference} words"),
            (
                "glossary terms found",
                _share(self.term_recall),
                f"of {self.terms}" + (f"; missed {missed}" * bool(missed)),
            ),
            ("timing error, median", median, spread),
        )
        return [dict(zip(("measure", "value", "detail"), row, strict=True)) for row in rows]


def _share(value: float | None) -> str:
    return "no terms" if value is None else f"{value:.1%}"


def score(hypothesis: Transcript, reference: Transcript, terms: Collection[str] = (), timed: bool = True) -> Score:
    """Compare two transcripts of one recording; `timed` is True if both have real times.

    The normaliser is that of the reference's language. Raises `UsageError` if the reference has no words.
    """
    normalise = load_normaliser(reference.language)
    words = count_word_errors(reference.text, hypothesis.text, normalise)
    if not words.reference:
        raise UsageError("the reference has no words", "The second argument must be the correct transcript.")
    expected = _count_terms(reference.text, terms)
    recognised = _count_terms(hypothesis.text, terms)
    counts = [
        Missed(term=term, said=count, found=min(recognised[term], count)) for term, count in expected.items() if count
    ]
    total = sum(count.said for count in counts)
    errors = _start_errors(hypothesis.segments, reference.segments, normalise) if timed else []
    return Score(
        word_error_rate=round(words.rate, 4),
        words=words,
        term_recall=round(sum(count.found for count in counts) / total, 4) if total else None,
        terms=total,
        missed=tuple(sorted((m for m in counts if m.found < m.said), key=lambda m: (m.found - m.said, m.term))),
        timing_error=round(statistics.median(errors), 3) if errors else None,
        timing_error_90=round(sorted(errors)[int(0.9 * len(errors))], 3) if errors else None,
        timed=len(errors),
    )


def read_transcript(path: Path, language: str = "en") -> tuple[Transcript, bool]:
    """Read a transcript from JSON or a caption file; also returns whether its times are real.

    Raises `UsageError` for other formats and for files that cannot be read.
    """
    format = path.suffix.lower().removeprefix(".")
    try:
        if format == "json":
            return Transcript.model_validate_json(path.read_bytes()), True
        if format in get_args(CaptionFormat):
            transcript = read_captions(
                path,
                format,  # type: ignore[arg-type]  # checked above
                video_id="-" * 11,
                language=language,
                kind="human",
                duration=None,
            )
            return transcript, format != "txt"
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "Give the path of a transcript.") from None
    except ValidationError:
        raise UsageError(
            f"{path} is not a transcript in this program's JSON format", "Use vtt, srt or txt instead."
        ) from None
    except Failed as error:
        raise UsageError(f"{path}: {error}", error.remedy) from None
    raise UsageError(f"{path} has an unsupported format", "Use json, vtt, srt, ttml, json3 or txt.")


def count_word_errors(reference: str, hypothesis: str, normalise: Callable[[str], str] | None = None) -> Words:
    """Count the edits between two texts after normalisation; the default normaliser is the English one."""
    normalise = normalise or load_normaliser("en")
    edits = _aligned(normalise(reference).split(), normalise(hypothesis).split())
    return Words(
        reference=sum(end - start for kind, start, end, _, _ in edits if kind != "insert"),
        substitutions=sum(end - start for kind, start, end, _, _ in edits if kind == "substitute"),
        deletions=sum(end - start for kind, start, end, _, _ in edits if kind == "delete"),
        insertions=sum(end - start for kind, _, _, start, end in edits if kind == "insert"),
    )


@cache
def load_normaliser(language: str) -> Callable[[str], str]:
    """Whisper's normaliser for a language (ISO 639-1)."""
    try:
        from whisper_normalizer.basic import BasicTextNormalizer
        from whisper_normalizer.english import EnglishTextNormalizer
    except ImportError:
        raise _missing_packages() from None
    normalise: Callable[[str], str] = EnglishTextNormalizer() if language == "en" else BasicTextNormalizer()
    return normalise


def _missing_packages() -> BackendError:
    return BackendError("jiwer and whisper-normalizer are not installed", install_remedy("score"))


def _aligned(reference: Sequence[str], hypothesis: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Align words: (kind, reference from, to, hypothesis from, to); kinds: equal, substitute, delete, insert."""
    try:
        import jiwer
    except ImportError:
        raise _missing_packages() from None
    if not reference or not hypothesis:  # jiwer needs words on both sides
        deleted = [("delete", 0, len(reference), 0, 0)] if reference else []
        return deleted + ([("insert", 0, 0, 0, len(hypothesis))] if hypothesis else [])
    output: Any = jiwer.process_words(" ".join(reference), " ".join(hypothesis))
    return [
        (chunk.type, chunk.ref_start_idx, chunk.ref_end_idx, chunk.hyp_start_idx, chunk.hyp_end_idx)
        for chunk in output.alignments[0]
    ]


def _count_terms(text: str, terms: Collection[str]) -> dict[str, int]:
    """Count the occurrences of each term in a text, ignoring case; where terms overlap, the longest one counts."""
    counts = dict.fromkeys(terms, 0)
    if not terms:
        return counts
    spelt = {term.lower(): term for term in terms}
    for match in term_pattern(tuple(terms)).finditer(" ".join(text.split())):
        counts[spelt[match[0].lower()]] += 1
    return counts


def _start_errors(
    hypothesis: Sequence[Segment], reference: Sequence[Segment], normalise: Callable[[str], str]
) -> list[float]:
    """The error of the start of each segment of the reference whose first word was recognised, seconds."""
    ours, theirs = _words_with_times(hypothesis, normalise), _words_with_times(reference, normalise)
    partner = {
        start + i: other + i
        for kind, start, end, other, _ in _aligned([word for word, _, _ in theirs], [word for word, _, _ in ours])
        if kind == "equal"
        for i in range(end - start)
    }
    return [
        abs(ours[partner[i]][1] - start)
        for i, (_, start, first) in enumerate(theirs)
        if first and i in partner
    ]  # fmt: skip


def _words_with_times(segments: Sequence[Segment], normalise: Callable[[str], str]) -> list[tuple[str, float, bool]]:
    """Every normalised word with its time, seconds, and whether it is the first word of a segment.

    Words without times are spread evenly over their segment.
    """
    timed_words = []
    for segment in segments:
        if segment.words:
            parts = [(word, part.start) for part in segment.words for word in normalise(part.text).split()]
        else:
            words = normalise(segment.text).split()
            step = (segment.end - segment.start) / max(1, len(words))
            parts = [(word, segment.start + i * step) for i, word in enumerate(words)]
        timed_words += [(word, time, i == 0) for i, (word, time) in enumerate(parts)]
    return timed_words
