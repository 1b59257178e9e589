"""Count the words of real talks, and write summarizer/language/frequencies.txt.

    python benchmarks/word_frequencies.py --data FOLDER

Only talks of the half that is used to choose thresholds are counted, so that the other half remains independent. The
table contains only stems with at least three occurrences and their counts, and no text.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from summarizer.evaluation.material import Material
from summarizer.language.words import stem, tokens

TABLE = Path(__file__).parent.parent / "summarizer" / "language" / "frequencies.txt"
MIN_COUNT = 3  # occurrences of a stem in the table


def main() -> None:
    """Count the stems and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of real talks; see docs/evaluation.md")
    material = Material(parser.parse_args().data)
    talks = [talk for talk in (*material.talks, *material.interviews) if talk.half == "tune" and talk.text]
    counts: Counter[str] = Counter()
    for talk in talks:
        counts.update(stem(word) for word in tokens(talk.text))
    kept = sorted(((word, n) for word, n in counts.items() if n >= MIN_COUNT), key=lambda pair: (-pair[1], pair[0]))
    lines = [
        f"# Occurrences of word stems in {len(talks)} cloud native talks; see benchmarks/word_frequencies.py.",
        f"{sum(counts.values())} words in all",
        *(f"{word} {n}" for word, n in kept),
    ]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(kept)} stems of {sum(counts.values())} words")


if __name__ == "__main__":
    main()
