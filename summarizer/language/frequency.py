"""How common a word is in cloud native talks at large: what makes "etcd" tell more than "system"."""

from __future__ import annotations

import math
from functools import cache
from importlib import resources

UNSEEN = 0.5  # occurrences that a word counts with when the table does not have it


@cache
def _table() -> tuple[int, dict[str, int]]:
    """(words counted, occurrences by stem)."""
    lines = resources.files(__package__).joinpath("frequencies.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines[2:])
    return int(lines[1].split()[0]), {word: int(count) for word, count in pairs}


def frequency(word: str) -> float:
    """Share of the words of talks that have this stem, above 0."""
    total, counts = _table()
    return counts.get(word, UNSEEN) / total


def rarity(word: str) -> float:
    """Information of a stem, bits: about 5 for "the", 12 for "cluster", 20 for what talks do not say."""
    return -math.log2(frequency(word))
