"""Automatic captions of real talks: against cleaned transcripts, and as the caption score sees them.

    python benchmarks/captions.py [FOLDER]

The interviews have raw captions beside a transcript that a language model cleaned. It keeps close to what was said at
first and then condenses, so it is no reference for recognition as a whole: its first 200 words are compared with the
beginning of the captions that fits them best, and the whole for the record. Errors are mostly the cleaning: fillers
taken out, sentences smoothed. The recall of glossary terms shows what the captions misheard.
"""

from __future__ import annotations

import re
import statistics
import sys
from pathlib import Path

from summarizer.check import score
from summarizer.evaluation import scoring
from summarizer.evaluation.material import DEFAULT_FOLDER, Material, transcript_of
from summarizer.language import terms

NAMES = [term.name for term in terms.packaged().terms]
LEAST = 500  # words of a cleaned transcript that is worth comparing
WHOLE = 10**6


def cleaned(text: str, first: int) -> tuple[str, str]:
    """(captions, cleaned transcript) of one interview, its first words; empty when it is hardly longer."""
    body, _, raw = text.partition("## Raw YouTube Transcript")
    edited = body.partition("## Summary")[2].partition("\n#")[2]
    edited = re.sub(r"\[[^\]]*\]|^#+.*$|[*_#]", " ", edited, flags=re.MULTILINE)
    normalise = scoring.normaliser("en")
    ours, theirs = normalise(raw).split(), normalise(edited).split()
    if len(theirs) < LEAST:
        return "", ""
    theirs = theirs[:first]
    lengths = [int(len(theirs) * share / 20) for share in range(16, 33)]  # cleaning takes out up to a third
    reference = " ".join(theirs)
    length = min(lengths, key=lambda n: scoring.word_errors(reference, " ".join(ours[:n]), str).rate)
    return " ".join(ours[:length]), reference


def _print_score(first: int, pairs: list[tuple[str, str]]) -> None:
    found = [scoring.score(transcript_of(c), transcript_of(reference), NAMES, timed=False) for c, reference in pairs]
    what = "whole" if first == WHOLE else f"first {first} words"
    print(f"{len(found)} interviews, {what}: {sum(one.words.reference for one in found)} words of cleaned transcript")
    for name, values in (
        ("word error rate", [one.word_error_rate for one in found]),
        ("left out by the captions", [one.words.deletions / one.words.reference for one in found]),
        ("added by the captions", [one.words.insertions / one.words.reference for one in found]),
        ("glossary terms found", [one.term_recall for one in found if one.term_recall is not None]),
    ):
        print(f"  {name}: median {statistics.median(values):.1%}, from {min(values):.1%} to {max(values):.1%}")


def main() -> None:
    """Print two tables."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_FOLDER
    for first in (200, WHOLE):
        pairs = [cleaned(path.read_text(encoding="utf-8"), first) for path in sorted((folder / "otel").glob("*.md"))]
        _print_score(first, [pair for pair in pairs if pair[1]])
    material = Material(folder)
    for half in ("tune", "report"):
        scores = [score(talk.transcript, None, NAMES) for talk in material.talks if talk.half == half]
        for name, numbers in (
            ("punctuation, ends in 100 words", [one.punctuation for one in scores]),
            ("glossary terms in 1,000 words", [one.glossary or 0.0 for one in scores]),
            ("score (times are made up: coverage and pace full)", [one.score for one in scores]),
        ):
            low, middle, high = (statistics.quantiles(numbers, n=20)[i] for i in (0, 9, 18))
            print(f"{half}, {len(scores)} talks, {name}: median {middle:.2f}, nine in ten {low:.2f} to {high:.2f}")
        below = {least: sum(one.score < least for one in scores) for least in (0.6, 0.7, 0.8)}
        print(f"{half}: " + ", ".join(f"{count} score below {least}" for least, count in below.items()))


if __name__ == "__main__":
    main()
