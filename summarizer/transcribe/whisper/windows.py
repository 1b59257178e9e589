"""Pack stretches of speech into windows of 30 s, the input length of Whisper.

Encoding an empty window costs as much as a full one. Each window therefore holds as many stretches as fit, without the
silence between them (WhisperX, Bain et al. 2023; faster-whisper's batched decoding does the same).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from summarizer.audio import RATE, Samples, Stretch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WINDOW_SAMPLES = 30 * RATE  # samples in a full window
# Samples of silence between two stretches of a window. No sentence continues across a longer pause, and a segment that
# contains such a pause would have misleading times.
MAX_GAP = 10 * RATE

# Samples of silence between stretches that touch, on each side: they share a pause of 0.16 to 0.8 s. The least, so that
# no voice is cut off.
SHARED_PADDING = int(0.08 * RATE)


@dataclass(frozen=True)
class Window:
    """Stretches of one recording, in order, that are recognised together."""

    stretches: tuple[Stretch, ...]
    # Samples of silence that voice activity detection left before and after the voice; 0: it did not run.
    padding: int = 0
    joined: bool = False  # whether the first stretch starts where the one before it, in another window, ends

    @property
    def voice(self) -> tuple[tuple[float, float], ...]:
        """The intervals of the recording with a voice, (start, end) in seconds: the stretches without their padding."""
        intervals = []
        for number, (start, end) in enumerate(self.stretches):
            before = self.stretches[number - 1][1] == start if number else self.joined
            after = number + 1 < len(self.stretches) and self.stretches[number + 1][0] == end
            middle = (start + end) // 2
            first = start + min(self.padding, SHARED_PADDING if before else self.padding)
            last = end - min(self.padding, SHARED_PADDING if after else self.padding)
            intervals.append((min(first, middle) / RATE, max(last, middle) / RATE))
        return tuple(intervals)

    def halve(self) -> tuple[Window, ...]:
        """Two windows of about half the size, divided between stretches where there are several."""
        before, best = 0, 1
        for number, (start, end) in enumerate(self.stretches[:-1], 1):
            before += end - start
            if before <= self.size / 2:
                best = number
        if len(self.stretches) > 1:
            halves: tuple[tuple[Stretch, ...], ...] = self.stretches[:best], self.stretches[best:]
        else:
            [(start, end)] = self.stretches
            halves = ((start, (start + end) // 2),), (((start + end) // 2, end),)
        return tuple(
            Window(half, self.padding, joined=half[0][0] == halves[0][-1][1] or (half is halves[0] and self.joined))
            for half in halves
            if half[-1][1] > half[0][0]
        )

    @property
    def size(self) -> int:
        """Number of samples, at most `WINDOW_SAMPLES`."""
        return sum(end - start for start, end in self.stretches)

    def read_samples(self, recording: Samples) -> NDArray[np.float32]:
        """The samples of all stretches, joined: float32 in -1..1 of shape (size,)."""
        import numpy as np

        return np.concatenate([recording.read(start, end) for start, end in self.stretches])

    def to_recording_time(self, time: float, is_end: bool = False) -> float:
        """Convert a time in the window to a time in the recording, both in seconds.

        On the boundary of two stretches, an end time (`is_end`) belongs to the first and a start time to the second.
        """
        left = time * RATE
        for start, end in self.stretches:
            length = end - start
            if left < length or (is_end and left <= length):
                return (start + max(0.0, left)) / RATE
            left -= length
        return self.stretches[-1][1] / RATE


class Packer:
    """Collects stretches of speech and returns windows as they become full; `padding` is that of `Window`."""

    def __init__(self, padding: int = 0) -> None:
        self._padding = padding
        self._stretches: list[Stretch] = []
        self._size = 0
        self._joined = False  # whether the current window starts where the last one ended
        self._end = -1  # of the last stretch

    def feed(self, stretches: Iterable[Stretch]) -> list[Window]:
        """Add stretches and return the windows that are now full."""
        full: list[Window] = []
        for start, end in stretches:
            if self._stretches and start - self._stretches[-1][1] > MAX_GAP:
                full += self.finish()
            for first in range(start, end, WINDOW_SAMPLES):  # without the VAD a stretch may be longer than a window
                piece = (first, min(end, first + WINDOW_SAMPLES))
                if self._size + piece[1] - piece[0] > WINDOW_SAMPLES:
                    full += self.finish()
                if not self._stretches:
                    self._joined = piece[0] == self._end
                self._end = piece[1]
                self._stretches.append(piece)
                self._size += piece[1] - piece[0]
        return full

    def finish(self) -> list[Window]:
        """Return the last window, which may not be full, or nothing."""
        window = [Window(tuple(self._stretches), self._padding, self._joined)] if self._stretches else []
        self._stretches, self._size = [], 0
        return window
