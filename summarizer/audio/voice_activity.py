"""Detect voice activity while a recording is still being decoded.

The network is Silero VAD (https://github.com/snakers4/silero-vad, MIT) as distributed with faster-whisper. It computes
a probability of speech for every 32 ms. The rules that convert probabilities to stretches of speech are those of
Silero's `get_speech_timestamps`. The original needs the complete recording in memory; this version processes it in
blocks. Tests compare the results of both.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from summarizer.audio.decoder import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

FRAME = 512  # samples with one probability: 32 ms
CONTEXT = 64  # samples before a frame that are also input of the network
Stretch = tuple[int, int]  # a stretch of speech: [start, end) in samples


class SpeechProbability:
    """The network and its recurrent state for one recording."""

    def __init__(self) -> None:
        import numpy as np
        from faster_whisper.vad import get_vad_model

        self._session: Any = get_vad_model().session  # the session is shared by all recordings, the state is not
        self._h = self._c = np.zeros((1, 1, 128), dtype=np.float32)
        self._context = np.zeros(CONTEXT, dtype=np.float32)

    def __call__(self, samples: Floats) -> Floats:
        """Return the probability of speech, 0..1, for each frame of `samples`, the next complete frames, in -1..1."""
        import numpy as np

        joined = np.concatenate([self._context, samples])
        frames = np.lib.stride_tricks.sliding_window_view(joined, FRAME + CONTEXT)[::FRAME]
        inputs = {"input": np.ascontiguousarray(frames), "h": self._h, "c": self._c}
        probabilities, self._h, self._c = self._session.run(None, inputs)
        self._context = joined[-CONTEXT:]
        return np.asarray(probabilities, dtype=np.float32).reshape(-1)


class Hysteresis:
    """Converts probabilities to stretches of speech.

    A stretch starts at a probability of 0.5 and ends when the probability stays below 0.35 for 160 ms. It is padded by
    0.4 s on both sides and is at most 30 s long. The numbers are those of faster-whisper.
    """

    threshold = 0.5
    low = 0.35
    pause = 0.160 * RATE  # samples of silence that end a stretch
    short_pause = 0.098 * RATE  # samples of silence at which a stretch that is too long may be split
    pad = int(0.4 * RATE)  # samples
    longest = 30 * RATE - FRAME - 2 * pad  # samples, without the padding

    def __init__(self) -> None:
        self._frame = 0
        self._start: int | None = None  # of the current stretch
        self._silence = 0  # start of the silence at its end; 0: none
        self._cut = self._resume = 0  # start of its last short pause, and of the speech after that pause
        # The previous stretch, as [start, end]; its end depends on the next start. A start of -1: already returned.
        self._pending: list[int] | None = None

    def feed(self, probabilities: Iterable[float]) -> list[Stretch]:
        """Add one probability per frame; return the stretches that later probabilities cannot change, in order."""
        done: list[Stretch] = []
        for probability in probabilities:
            self._step(float(probability), FRAME * self._frame, done)
            self._frame += 1
        now = FRAME * self._frame
        if self._pending and self._start is None and now - self._pending[1] > 2 * self.pad:
            done.append((self._pending[0], self._pending[1] + self.pad))
            self._pending = [-1, self._pending[1]]  # its end limits the padding of the next stretch
        return [stretch for stretch in done if stretch[0] >= 0]

    def finish(self, size: int) -> list[Stretch]:
        """Return the remaining stretches; `size` is the length of the recording in samples."""
        done: list[Stretch] = []
        if self._start is not None and size > self._start:
            self._close(size, done)
        if self._pending and self._pending[0] >= 0:
            done.append((self._pending[0], min(size, self._pending[1] + self.pad)))
        self._pending = None
        return [(start, min(end, size)) for start, end in done if 0 <= start < size]

    def _step(self, probability: float, now: int, done: list[Stretch]) -> None:
        speech = probability >= self.threshold
        if speech and self._silence:
            self._silence = 0
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
            resume = self._resume if self._resume >= self._cut else None
            self._close(self._cut, done)
            self._start = resume
        if probability < self.low and self._start is not None:
            self._silence = self._silence or now
            if now - self._silence > self.short_pause:
                self._cut = self._silence
            if now - self._silence >= self.pause:
                self._close(self._silence, done)

    def _close(self, end: int, done: list[Stretch]) -> None:
        """End the current stretch and pad it; a short silence before it is shared with the previous stretch."""
        assert self._start is not None  # noqa: S101 - the callers check this
        start = self._start
        self._start, self._silence, self._cut, self._resume = None, 0, 0, 0
        if self._pending is None:
            start = max(0, start - self.pad)
        else:
            gap = start - self._pending[1]
            if gap < 2 * self.pad:
                self._pending[1] += gap // 2
                start -= gap // 2
            else:
                self._pending[1] += self.pad
                start -= self.pad
            if self._pending[0] >= 0:
                done.append((self._pending[0], self._pending[1]))
        self._pending = [start, end]


class VoiceActivity:
    """Finds the stretches of speech in one recording, and returns each as soon as later samples cannot change it."""

    padding = Hysteresis.pad  # samples of silence before and after the speech of a stretch

    def __init__(self) -> None:
        import numpy as np

        self._probability = SpeechProbability()
        self._hysteresis = Hysteresis()
        self._remainder = np.zeros(0, dtype=np.float32)
        self._size = 0

    def feed(self, block: NDArray[np.int16]) -> list[Stretch]:
        """Add samples, int16 at 16 kHz of shape (n,), and return the stretches that are now final."""
        import numpy as np

        self._size += block.size
        samples = np.concatenate([self._remainder, block.astype(np.float32) / np.float32(32768)])
        complete = samples.size // FRAME * FRAME  # samples in complete frames
        self._remainder = samples[complete:]
        return self._hysteresis.feed(self._probability(samples[:complete])) if complete else []

    def finish(self) -> list[Stretch]:
        """Return the remaining stretches; the last samples are padded with zeros to a complete frame."""
        import numpy as np

        padded = np.zeros(FRAME, dtype=np.float32)
        padded[: self._remainder.size] = self._remainder
        return [*self._hysteresis.feed(self._probability(padded)), *self._hysteresis.finish(self._size)]
