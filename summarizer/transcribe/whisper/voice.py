"""Compare the recognised words with the time in which there is a voice: speech without text is lost speech."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

Interval = tuple[float, float]  # (start, end), seconds

REACH = 0.3  # seconds before and after a word that count as its own; breath and imprecise times
LONGEST_WORD = 2.0  # seconds; the alignment stretches a word over speech that was skipped
# Seconds without a word, beyond `REACH`, that are lost speech. Correctly recognised readings of LJ Speech have no gap
# above 0.46 s.
MIN_UNWRITTEN = 0.5


class Timed(Protocol):
    """A word with times in seconds."""

    @property
    def start(self) -> float:
        """The start."""
        ...

    @property
    def end(self) -> float:
        """The end."""
        ...


class Coverage(NamedTuple):
    """How much of the voice has text."""

    voiced: float  # seconds with a voice
    unwritten: tuple[Interval, ...]  # intervals with a voice and without text, in order

    @property
    def share(self) -> float:
        """Share of the voiced time that has text, 0..1; 1 without a voice."""
        missing = sum(end - start for start, end in self.unwritten)
        return 1.0 if self.voiced <= 0 else max(0.0, 1 - missing / self.voiced)


def measure_coverage(words: Iterable[Timed], voice: Sequence[Interval]) -> Coverage:
    """Return the voiced time and the gaps of at least `MIN_UNWRITTEN` in it, without the words' own time.

    `voice` are disjoint intervals in order. The gaps end where the neighbouring words do, so they may be up to
    twice `REACH` longer than what counts.
    """
    spoken = sorted((word.start, min(word.end, word.start + LONGEST_WORD)) for word in words)
    gaps: list[Interval] = []
    number = 0
    for first, last in voice:
        while number and spoken[number - 1][1] + REACH > first:  # words may overlap
            number -= 1
        time = first
        while number < len(spoken) and spoken[number][0] - REACH < last:
            start, end = spoken[number]
            if start - REACH - time >= MIN_UNWRITTEN:
                gaps.append((max(first, time - REACH), min(start, last)))
            time = max(time, end + REACH)
            number += 1
        if last - time >= MIN_UNWRITTEN:
            gaps.append((max(first, time - REACH), last))
    return Coverage(sum(end - start for start, end in voice), tuple(gaps))
