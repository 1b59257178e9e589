"""Voice activity, while the recording is still being decoded.

The network is Silero VAD (https://github.com/snakers4/silero-vad, MIT) as faster-whisper ships it: a probability of
speech for every 32 ms. The rules that turn probabilities into stretches are Silero's `get_speech_timestamps`; here they
are fed a block at a time, because the original wants the whole recording in memory. Tests hold both to the same result.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

RATE = 16_000
FRAME = 512  # samples for which there is one probability
CONTEXT = 64  # samples before a frame that the network sees too
Stretch = tuple[int, int]  # [start, end) in samples


class SpeechProbability:
    """The network with its memory of what came before."""

    def __init__(self) -> None:
        import numpy as np
        from faster_whisper.vad import get_vad_model

        self._session: Any = get_vad_model().session  # one for all recordings; the state is ours
        self._h = self._c = np.zeros((1, 1, 128), dtype=np.float32)
        self._context = np.zeros(CONTEXT, dtype=np.float32)

    def __call__(self, samples: Floats) -> Floats:
        """One probability, 0..1, for each frame; `samples` are whole frames and follow those of the last call."""
        import numpy as np

        joined = np.concatenate([self._context, samples])
        frames = np.lib.stride_tricks.sliding_window_view(joined, FRAME + CONTEXT)[::FRAME]
        inputs = {"input": np.ascontiguousarray(frames), "h": self._h, "c": self._c}
        found, self._h, self._c = self._session.run(None, inputs)
        self._context = joined[-CONTEXT:]
        return np.asarray(found, dtype=np.float32).reshape(-1)


class Hysteresis:
    """Probabilities to stretches of speech: enter at 0.5, leave below 0.35 for 160 ms, padded, at most 30 s long."""

    threshold = 0.5
    low = 0.35
    pause = 0.160 * RATE  # samples of silence that end a stretch
    short_pause = 0.098 * RATE  # where a stretch that grows too long may be cut
    pad = int(0.4 * RATE)
    longest = 30 * RATE - FRAME - 2 * pad

    def __init__(self) -> None:
        self._frame = 0
        self._start: int | None = None  # of the stretch under way
        self._silent = 0  # where the silence at its end began; 0: none
        self._cut = self._resume = 0  # the last short pause in it, and where speech went on
        self._held: list[int] | None = None  # a finished stretch, whose end depends on where the next one starts

    def feed(self, probabilities: Iterable[float]) -> list[Stretch]:
        """The stretches that are certain by now, in order."""
        done: list[Stretch] = []
        for probability in probabilities:
            self._step(float(probability), FRAME * self._frame, done)
            self._frame += 1
        now = FRAME * self._frame
        if self._held and self._start is None and now - self._held[1] > 2 * self.pad:
            done.append((self._held[0], self._held[1] + self.pad))
            self._held = [-1, self._held[1]]  # emitted; its end still bounds the padding of the next one
        return [stretch for stretch in done if stretch[0] >= 0]

    def finish(self, size: int) -> list[Stretch]:
        """The rest; `size` is the length of the recording, samples."""
        done: list[Stretch] = []
        if self._start is not None and size > self._start:
            self._close(size, done)
        if self._held and self._held[0] >= 0:
            done.append((self._held[0], min(size, self._held[1] + self.pad)))
        self._held = None
        return [(start, min(end, size)) for start, end in done if 0 <= start < size]

    def _step(self, probability: float, now: int, done: list[Stretch]) -> None:
        speech = probability >= self.threshold
        if speech and self._silent:
            self._silent = 0
            if self._resume < self._cut:
                self._resume = now
        if self._start is None:
            if speech:
                self._start = now
            return
        if now - self._start > self.longest:
            if not self._cut:
                self._close(now, done)
                return
            again = self._resume if self._resume >= self._cut else None
            self._close(self._cut, done)
            self._start = again
        if probability < self.low and self._start is not None:
            self._silent = self._silent or now
            if now - self._silent > self.short_pause:
                self._cut = self._silent
            if now - self._silent >= self.pause:
                self._close(self._silent, done)

    def _close(self, end: int, done: list[Stretch]) -> None:
        """End the stretch under way; share the silence before it with the one before when there is little."""
        assert self._start is not None  # noqa: S101 - callers have looked
        start = self._start
        self._start, self._silent, self._cut, self._resume = None, 0, 0, 0
        if self._held is None:
            start = max(0, start - self.pad)
        else:
            gap = start - self._held[1]
            if gap < 2 * self.pad:
                self._held[1] += gap // 2
                start -= gap // 2
            else:
                self._held[1] += self.pad
                start -= self.pad
            if self._held[0] >= 0:
                done.append((self._held[0], self._held[1]))
        self._held = [start, end]


class VoiceActivity:
    """Samples in, stretches of speech out, as soon as they are certain."""

    def __init__(self) -> None:
        import numpy as np

        self._probability = SpeechProbability()
        self._hysteresis = Hysteresis()
        self._rest = np.zeros(0, dtype=np.float32)
        self._size = 0

    def feed(self, block: NDArray[np.int16]) -> list[Stretch]:
        """Take the next samples."""
        import numpy as np

        self._size += block.size
        samples = np.concatenate([self._rest, block.astype(np.float32) / np.float32(32768)])
        whole = samples.size // FRAME * FRAME
        self._rest = samples[whole:]
        return self._hysteresis.feed(self._probability(samples[:whole])) if whole else []

    def finish(self) -> list[Stretch]:
        """The end of the recording, padded with silence to a frame."""
        import numpy as np

        padded = np.zeros(FRAME, dtype=np.float32)
        padded[: self._rest.size] = self._rest
        return [*self._hysteresis.feed(self._probability(padded)), *self._hysteresis.finish(self._size)]
