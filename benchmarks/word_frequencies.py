"""Count the words of real talks: writes summarizer/summarize/frequencies.txt.

    python benchmarks/word_frequencies.py [FOLDER]

Only talks of the half that thresholds are chosen on are counted, so that the other half can report honestly. What is
kept are stems and how often they occur, from three occurrences on; no text.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from summarizer.evaluation.material import Material
from summarizer.language.words import stem, tokens

TABLE = Path(__file__).parent.parent / "summarizer" / "summarize" / "frequencies.txt"
LEAST = 3


def main() -> None:
    """Count and write."""
    material = Material(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    talks = [talk for talk in (*material.talks, *material.interviews) if talk.half == "tune" and talk.text]
    counts: Counter[str] = Counter()
    for talk in talks:
        counts.update(stem(word) for word in tokens(talk.text))
    kept = sorted(((word, n) for word, n in counts.items() if n >= LEAST), key=lambda pair: (-pair[1], pair[0]))
    lines = [
        f"# How often word stems occur in {len(talks)} cloud native talks; made by benchmarks/word_frequencies.py.",
        f"{sum(counts.values())} words in all",
        *(f"{word} {n}" for word, n in kept),
    ]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(kept)} stems of {sum(counts.values())} words")


if __name__ == "__main__":
    main()
