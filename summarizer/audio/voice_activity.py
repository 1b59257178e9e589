"""Voice activity detection, while the recording is still being decoded.

The network is Silero VAD (https://github.com/snakers4/silero-vad, MIT) as faster-whisper ships it: a probability of
speech for every 32 ms. The rules that turn probabilities into stretches of speech are Silero's `get_speech_timestamps`;
here they process the recording block by block, because the original needs all of it in memory. Tests compare the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from summarizer.audio.decoder import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

FRAME = 512  # samples for which there is one probability: 32 ms
CONTEXT = 64  # samples before a frame that the network takes as well
Stretch = tuple[int, int]  # of speech: [start, end) in samples


class SpeechProbability:
    """The network and its recurrent state, for one recording."""

    def __init__(self) -> None:
        import numpy as np
        from faster_whisper.vad import get_vad_model

        self._session: Any = get_vad_model().session  # shared by all recordings; the state is kept here
        self._h = self._c = np.zeros((1, 1, 128), dtype=np.float32)
        self._context = np.zeros(CONTEXT, dtype=np.float32)

    def __call__(self, samples: Floats) -> Floats:
        """One probability, 0..1, for each frame; `samples` in -1..1 are the next whole frames of the recording."""
        import numpy as np

        joined = np.concatenate([self._context, samples])
        frames = np.lib.stride_tricks.sliding_window_view(joined, FRAME + CONTEXT)[::FRAME]
        inputs = {"input": np.ascontiguousarray(frames), "h": self._h, "c": self._c}
        found, self._h, self._c = self._session.run(None, inputs)
        self._context = joined[-CONTEXT:]
        return np.asarray(found, dtype=np.float32).reshape(-1)


class Hysteresis:
    """Turns probabilities into stretches of speech, which start at 0.5 and end below 0.35 for 160 ms.

    Each is padded with 0.4 s on both sides and at most 30 s long; the numbers are faster-whisper's.
    """

    threshold = 0.5
    low = 0.35
    pause = 0.160 * RATE  # samples of silence that end a stretch
    short_pause = 0.098 * RATE  # samples of silence where a stretch that is too long may be cut
    pad = int(0.4 * RATE)  # samples
    longest = 30 * RATE - FRAME - 2 * pad  # samples, without the padding

    def __init__(self) -> None:
        self._frame = 0
        self._start: int | None = None  # of the current stretch
        self._silence = 0  # where the silence at its end starts; 0: none
        self._cut = self._resume = 0  # where its last short pause starts, and where speech resumes
        self._pending: list[int] | None = None  # the last stretch, whose end depends on the next start; -1: emitted

    def feed(self, probabilities: Iterable[float]) -> list[Stretch]:
        """The stretches that further probabilities cannot change, in order; one probability for each frame."""
        done: list[Stretch] = []
        for probability in probabilities:
            self._step(float(probability), FRAME * self._frame, done)
            self._frame += 1
        now = FRAME * self._frame
        if self._pending and self._start is None and now - self._pending[1] > 2 * self.pad:
            done.append((self._pending[0], self._pending[1] + self.pad))
            self._pending = [-1, self._pending[1]]  # its end still limits the padding of the next one
        return [stretch for stretch in done if stretch[0] >= 0]

    def finish(self, size: int) -> list[Stretch]:
        """The remaining stretches; `size` is the length of the recording in samples."""
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
        """End the current stretch and pad it; it shares a short silence before it with the previous stretch."""
        assert self._start is not None  # noqa: S101 - callers check it
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
    """Finds the stretches of speech in one recording, each as soon as further samples cannot change it."""

    def __init__(self) -> None:
        import numpy as np

        self._probability = SpeechProbability()
        self._hysteresis = Hysteresis()
        self._remainder = np.zeros(0, dtype=np.float32)
        self._size = 0

    def feed(self, block: NDArray[np.int16]) -> list[Stretch]:
        """Stretches that are final after the next samples, s16 at 16 kHz of shape (n,)."""
        import numpy as np

        self._size += block.size
        samples = np.concatenate([self._remainder, block.astype(np.float32) / np.float32(32768)])
        whole = samples.size // FRAME * FRAME
        self._remainder = samples[whole:]
        return self._hysteresis.feed(self._probability(samples[:whole])) if whole else []

    def finish(self) -> list[Stretch]:
        """The remaining stretches; the last samples are padded with zeros to a frame."""
        import numpy as np

        padded = np.zeros(FRAME, dtype=np.float32)
        padded[: self._remainder.size] = self._remainder
        return [*self._hysteresis.feed(self._probability(padded)), *self._hysteresis.finish(self._size)]
