"""Stretches of speech packed into the windows of 30 s that Whisper takes.

The encoder costs the same for a full window as for an empty one, so windows are filled with as many stretches as fit,
the silence between them left out (WhisperX, Bain et al. 2023; faster-whisper's batched decoding does the same).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from summarizer.audio import RATE, Samples, Stretch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST = 30 * RATE  # samples
GAP = 10 * RATE  # samples of silence across which no sentence goes on: one text with such a hole in it has no place


@dataclass(frozen=True)
class Window:
    """Stretches of one recording that are recognised together, in order."""

    stretches: tuple[Stretch, ...]

    @property
    def size(self) -> int:
        """Samples in it, at most 30 s."""
        return sum(end - start for start, end in self.stretches)

    def samples(self, recording: Samples) -> NDArray[np.float32]:
        """Its sound, without what lies between the stretches."""
        import numpy as np

        return np.concatenate([recording.read(start, end) for start, end in self.stretches])

    def seconds(self, at: float, ends: bool = False) -> float:
        """A time within the window as one of the recording, both in seconds.

        Where one stretch touches the next, what `ends` there belongs to the first, what begins to the second.
        """
        left = at * RATE
        for start, end in self.stretches:
            length = end - start
            if left < length or (ends and left <= length):
                return (start + max(0.0, left)) / RATE
            left -= length
        return self.stretches[-1][1] / RATE


class Packer:
    """Stretches in, full windows out."""

    def __init__(self) -> None:
        self._stretches: list[Stretch] = []
        self._size = 0

    def feed(self, stretches: Iterable[Stretch]) -> list[Window]:
        """Windows that are full by now."""
        full: list[Window] = []
        for start, end in stretches:
            if self._stretches and start - self._stretches[-1][1] > GAP:
                full += self.finish()
            for at in range(start, end, LONGEST):  # a stretch may be longer where no VAD cut it
                piece = (at, min(end, at + LONGEST))
                if self._size + piece[1] - piece[0] > LONGEST:
                    full += self.finish()
                self._stretches.append(piece)
                self._size += piece[1] - piece[0]
        return full

    def finish(self) -> list[Window]:
        """The window under way, if there is one."""
        window = [Window(tuple(self._stretches))] if self._stretches else []
        self._stretches, self._size = [], 0
        return window
