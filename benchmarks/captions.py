"""Measure automatic captions of real talks: their errors against edited transcripts, and their caption scores.

    python benchmarks/captions.py --data FOLDER

Each interview has raw captions and a transcript that a language model edited. The edited transcript is close to the
spoken words at first and condensed later, so it is no reference for the complete interview. Its first 200 words are
compared with the start of the captions that fits best; the complete texts are compared for information only. Most of
the errors come from the editing, which removes fillers and simplifies sentences. The recall of glossary terms shows how
many of the terms are correct in the captions.
"""

from __future__ import annotations

import argparse
import re
import statistics
from pathlib import Path

from summarizer.check import score
from summarizer.evaluation import scoring
from summarizer.evaluation.material import Material, make_transcript
from summarizer.language import terms

NAMES = [term.name for term in terms.packaged().terms]
MIN_WORDS = 500  # words that an edited transcript needs to be compared
ALL_WORDS = 10**6  # more words than any transcript has


def extract_texts(text: str, count: int) -> tuple[str, str]:
    """Return the captions and the first `count` words of the edited transcript of an interview.

    Both are empty when the transcript has fewer than `MIN_WORDS` words.
    """
    body, _, raw = text.partition("## Raw YouTube Transcript")
    edited = body.partition("## Summary")[2].partition("\n#")[2]
    edited = re.sub(r"\[[^\]]*\]|^#+.*$|[*_#]", " ", edited, flags=re.MULTILINE)
    normalise = scoring.load_normaliser("en")
    captions, edited_words = normalise(raw).split(), normalise(edited).split()
    if len(edited_words) < MIN_WORDS:
        return "", ""
    edited_words = edited_words[:count]
    lengths = [int(len(edited_words) * share / 20) for share in range(16, 33)]  # editing removes up to a third
    reference = " ".join(edited_words)
    length = min(lengths, key=lambda n: scoring.count_word_errors(reference, " ".join(captions[:n]), str).rate)
    return " ".join(captions[:length]), reference


def _print_score(count: int, pairs: list[tuple[str, str]]) -> None:
    scores = [
        scoring.score(make_transcript(c), make_transcript(reference), NAMES, timed=False) for c, reference in pairs
    ]
    extent = "all words" if count == ALL_WORDS else f"first {count} words"
    total = sum(s.words.reference for s in scores)
    print(f"{len(scores)} interviews, {extent}: {total} words of edited transcripts")
    for name, values in (
        ("word error rate", [s.word_error_rate for s in scores]),
        ("missing in the captions", [s.words.deletions / s.words.reference for s in scores]),
        ("added by the captions", [s.words.insertions / s.words.reference for s in scores]),
        ("glossary terms found", [s.term_recall for s in scores if s.term_recall is not None]),
    ):
        print(f"  {name}: median {statistics.median(values):.1%}, from {min(values):.1%} to {max(values):.1%}")


def main() -> None:
    """Print the errors of the captions of interviews, then the caption scores of talks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of real talks; see docs/evaluation.md")
    folder = parser.parse_args().data
    for count in (200, ALL_WORDS):
        paths = sorted((folder / "otel").glob("*.md"))
        pairs = [extract_texts(path.read_text(encoding="utf-8"), count) for path in paths]
        _print_score(count, [pair for pair in pairs if pair[1]])
    material = Material(folder)
    for half in ("tune", "report"):
        scores = [score(talk.transcript, None, NAMES) for talk in material.talks if talk.half == half]
        for name, numbers in (
            ("punctuation, sentence ends in 100 words", [s.punctuation for s in scores]),
            ("glossary terms in 1,000 words", [s.glossary or 0.0 for s in scores]),
            ("score (with estimated times, so coverage and pace are 1)", [s.score for s in scores]),
        ):
            low, middle, high = (statistics.quantiles(numbers, n=20)[i] for i in (0, 9, 18))
            print(f"{half}, {len(scores)} talks, {name}: median {middle:.2f}, 90 % from {low:.2f} to {high:.2f}")
        below = {limit: sum(s.score < limit for s in scores) for limit in (0.6, 0.7, 0.8)}
        print(f"{half}: " + ", ".join(f"{count} score below {limit}" for limit, count in below.items()))


if __name__ == "__main__":
    main()
