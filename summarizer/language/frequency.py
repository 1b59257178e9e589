"""Frequency of words in cloud native talks: it shows that "etcd" is more specific than "system"."""

from __future__ import annotations

import math
from functools import cache
from importlib import resources

UNSEEN = 0.5  # occurrences that are assumed for a word that is not in the table


@cache
def _table() -> tuple[int, dict[str, int]]:
    """(number of words counted, occurrences by stem)."""
    lines = resources.files(__package__).joinpath("frequencies.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines[2:])
    return int(lines[1].split()[0]), {word: int(count) for word, count in pairs}


def frequency(word: str) -> float:
    """Share of all words of talks that have this stem; greater than 0."""
    total, counts = _table()
    return counts.get(word, UNSEEN) / total


def rarity(word: str) -> float:
    """Information content of a stem, bits: about 5 for "the", 12 for "cluster", 20 for words not in the table."""
    return -math.log2(frequency(word))
