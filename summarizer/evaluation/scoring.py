"""How good a transcript is, measured against a reference: word error rate, names, times.

Words are compared after Whisper's normalisation (Radford et al. 2022, appendix C: case, punctuation, contractions,
numbers, British spelling, sounds in brackets), so that rates can be set beside published ones. Edits are jiwer's. What
the normaliser does for English it does not do for other languages; there, case and punctuation alone are put away.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from summarizer.errors import BackendError, Failed, UsageError
from summarizer.language.matcher import term_pattern
from summarizer.records import CaptionFormat, Record, Segment, Transcript
from summarizer.transcribe.captions.reader import read_captions


class Words(Record):
    """Edits that turn the reference's words into the hypothesis's."""

    reference: int  # words
    substitutions: int
    deletions: int
    insertions: int

    @property
    def rate(self) -> float:
        """Word error rate: edits for each word of the reference; above 1 where much was made up."""
        edits = self.substitutions + self.deletions + self.insertions
        return edits / self.reference if self.reference else float(edits > 0)


class Missed(Record):
    """A glossary term that the hypothesis has less often than the reference."""

    term: str
    said: int
    found: int


class Score(Record):
    """One transcript against another."""

    word_error_rate: float
    words: Words
    term_recall: float | None = None  # share of the reference's glossary terms that the hypothesis has; None: no terms
    terms: int = 0  # how often a glossary term stands in the reference
    missed: tuple[Missed, ...] = ()  # most missed first
    timing_error: float | None = None  # median distance of segment starts, seconds; None where a side has no times
    timing_error_90: float | None = None  # the distance that nine in ten stay below
    timed: int = 0  # segments of the reference whose first word was found

    def shown(self) -> list[dict[str, str]]:
        """For people: one row for each measure."""
        words = self.words
        edits = f"{words.substitutions} substituted, {words.deletions} left out, {words.insertions} added"
        missed = ", ".join(f"{one.term} {one.found}/{one.said}" for one in self.missed[:8])
        median = "no times" if self.timing_error is None else f"{self.timing_error:.2f} s"
        spread = f"nine in ten of {self.timed} within {self.timing_error_90:.2f} s" if self.timing_error_90 else ""
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
    """Compare two transcripts of one recording; `timed` says that both have real times.

    The language is the reference's. Raises `UsageError` for a reference without words.
    """
    normalise = normaliser(reference.language)
    words = word_errors(reference.text, hypothesis.text, normalise)
    if not words.reference:
        raise UsageError("the reference holds no words", "Give the transcript that is known to be right second.")
    said = _counted(reference.text, terms)
    found = _counted(hypothesis.text, terms)
    missed = [Missed(term=term, said=said[term], found=min(found[term], said[term])) for term in said if said[term]]
    total = sum(one.said for one in missed)
    distances = _distances(hypothesis.segments, reference.segments, normalise) if timed else []
    return Score(
        word_error_rate=round(words.rate, 4),
        words=words,
        term_recall=round(sum(one.found for one in missed) / total, 4) if total else None,
        terms=total,
        missed=tuple(sorted((m for m in missed if m.found < m.said), key=lambda m: (m.found - m.said, m.term))),
        timing_error=round(statistics.median(distances), 3) if distances else None,
        timing_error_90=round(sorted(distances)[int(0.9 * len(distances))], 3) if distances else None,
        timed=len(distances),
    )


def read(path: Path, language: str = "en") -> tuple[Transcript, bool]:
    """A transcript in any format of ours or of captions, and whether its times are real.

    Raises `UsageError` for other files and for what cannot be read.
    """
    format = path.suffix.lower().removeprefix(".")
    try:
        if format == "json":
            return Transcript.model_validate_json(path.read_bytes()), True
        if format in get_args(CaptionFormat):
            found = read_captions(
                path,
                format,  # type: ignore[arg-type]  # looked at right above
                video_id="-" * 11,
                language=language,
                kind="human",
                duration=None,
            )
            return found, format != "txt"
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "Give the path of a transcript.") from None
    except ValidationError:
        raise UsageError(f"{path} is not a transcript of this program", "Give vtt, srt or txt instead.") from None
    except Failed as error:
        raise UsageError(f"{path}: {error}", error.remedy) from None
    raise UsageError(f"{path} has no format that is known here", "Give json, vtt, srt, ttml, json3 or txt.")


def word_errors(reference: str, hypothesis: str, normalise: Callable[[str], str] | None = None) -> Words:
    """Edits between two texts after normalisation, English unless another is given."""
    normalise = normalise or normaliser("en")
    found = _aligned(normalise(reference).split(), normalise(hypothesis).split())
    return Words(
        reference=sum(end - start for kind, start, end, _, _ in found if kind != "insert"),
        substitutions=sum(end - start for kind, start, end, _, _ in found if kind == "substitute"),
        deletions=sum(end - start for kind, start, end, _, _ in found if kind == "delete"),
        insertions=sum(end - start for kind, _, _, start, end in found if kind == "insert"),
    )


@cache
def normaliser(language: str) -> Callable[[str], str]:
    """Whisper's normaliser for a language (ISO 639-1)."""
    try:
        from whisper_normalizer.basic import BasicTextNormalizer
        from whisper_normalizer.english import EnglishTextNormalizer
    except ImportError:
        raise _missing() from None
    found: Callable[[str], str] = EnglishTextNormalizer() if language == "en" else BasicTextNormalizer()
    return found


def _missing() -> BackendError:
    return BackendError("jiwer and whisper-normalizer are missing", "Run: pip install 'cncf-talk-summarizer[score]'.")


def _aligned(reference: Sequence[str], hypothesis: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Stretches (kind, reference from, to, hypothesis from, to): equal, substitute, delete or insert."""
    try:
        import jiwer
    except ImportError:
        raise _missing() from None
    if not reference or not hypothesis:  # jiwer wants words on both sides
        gone = [("delete", 0, len(reference), 0, 0)] if reference else []
        return gone + ([("insert", 0, 0, 0, len(hypothesis))] if hypothesis else [])
    found: Any = jiwer.process_words(" ".join(reference), " ".join(hypothesis))
    return [
        (chunk.type, chunk.ref_start_idx, chunk.ref_end_idx, chunk.hyp_start_idx, chunk.hyp_end_idx)
        for chunk in found.alignments[0]
    ]


def _counted(text: str, terms: Collection[str]) -> dict[str, int]:
    """How often each term stands in a text, in any case, the longest term at a place."""
    counts = dict.fromkeys(terms, 0)
    if not terms:
        return counts
    spelt = {term.lower(): term for term in terms}
    for match in term_pattern(tuple(terms)).finditer(" ".join(text.split())):
        counts[spelt[match[0].lower()]] += 1
    return counts


def _distances(
    hypothesis: Sequence[Segment], reference: Sequence[Segment], normalise: Callable[[str], str]
) -> list[float]:
    """For each segment of the reference whose first word was recognised: how far off its start is, seconds."""
    ours, theirs = _timed(hypothesis, normalise), _timed(reference, normalise)
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


def _timed(segments: Sequence[Segment], normalise: Callable[[str], str]) -> list[tuple[str, float, bool]]:
    """Every normalised word with its time, seconds, and whether a segment begins with it.

    Inside a segment, words are spread by their number unless they have times of their own.
    """
    found = []
    for segment in segments:
        if segment.words:
            parts = [(word, part.start) for part in segment.words for word in normalise(part.text).split()]
        else:
            words = normalise(segment.text).split()
            step = (segment.end - segment.start) / max(1, len(words))
            parts = [(word, segment.start + i * step) for i, word in enumerate(words)]
        found += [(word, time, i == 0) for i, (word, time) in enumerate(parts)]
    return found
