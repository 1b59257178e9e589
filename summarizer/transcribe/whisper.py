"""Speech to text with faster-whisper (CTranslate2): the back end for talks without captions worth having.

Batched decoding is about twice as fast as sequential on the same cores, and ignores the guards against loops that the
sequential one has; `checks` looks for loops afterwards. The model is loaded once per run.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from summarizer.errors import BackendError
from summarizer.records import Made, Segment, Transcript, Word
from summarizer.settings import RuntimeSettings, TranscribeSettings
from summarizer.transcribe.media import decode

log = logging.getLogger(__name__)


class Whisper:
    """An opened model. `device` is where it really runs."""

    def __init__(self, settings: TranscribeSettings, runtime: RuntimeSettings, path: Path, revision: str) -> None:
        self._settings = settings
        self._runtime = runtime
        self._path = path
        self._revision = revision
        self.device, self._pipeline = self._load()

    @classmethod
    def open(
        cls, settings: TranscribeSettings, runtime: RuntimeSettings, model_path: Path, revision: str = ""
    ) -> Whisper:
        """Load the model in the folder `model_path`; raises `BackendError` when it cannot be."""
        if not (model_path / "tokenizer.json").is_file():  # without it faster-whisper asks a hub
            raise BackendError(f"{model_path} has no tokenizer.json", f"Run: summarizer models pull {settings.model}")
        return cls(settings, runtime, model_path, revision)

    def _load(self) -> tuple[str, Any]:
        """Load on the wanted device; automatic choice falls back to the CPU with one warning."""
        import ctranslate2

        wanted = self._runtime.device
        if wanted == "cuda" or (wanted == "auto" and ctranslate2.get_cuda_device_count() > 0):
            try:
                return "cuda", self._build("cuda")
            except (RuntimeError, ValueError, OSError) as error:
                if wanted == "cuda":
                    raise BackendError(
                        f"CUDA cannot be used: {error}", "See `summarizer doctor`, or set runtime.device=cpu."
                    ) from None
                log.warning("CUDA cannot be used (%s); speech recognition runs on the CPU", error)
        try:
            return "cpu", self._build("cpu")
        except (RuntimeError, ValueError, OSError) as error:
            raise BackendError(
                f"{self._path} is not a Whisper model: {error}",
                f"Run: summarizer models pull {self._settings.model}",
            ) from None

    def _build(self, device: str) -> Any:
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        compute = self._settings.compute_type
        if compute == "auto":
            compute = "float16" if device == "cuda" else "int8"
        model = WhisperModel(
            str(self._path),
            device=device,
            compute_type=compute,
            cpu_threads=self._runtime.threads,
            local_files_only=True,
        )
        return BatchedInferencePipeline(model)

    def transcribe(
        self, audio: Path, *, video_id: str, language: str, hotwords: str, duration: float | None = None
    ) -> Transcript:
        """Segments of one file; none when there is no speech. `duration` is the one the site declares, seconds.

        Raises `Failed` for media that cannot be decoded whole.
        """
        started = time.monotonic()
        samples = decode(audio, duration)
        try:
            found, info = self._recognise(samples, language, hotwords)
        except RuntimeError as error:
            if self.device != "cuda" or self._runtime.device == "cuda":
                raise
            log.warning("CUDA failed (%s); speech recognition goes on with the CPU", error)
            self.device, self._pipeline = "cpu", self._build("cpu")
            found, info = self._recognise(samples, language, hotwords)
        return Transcript(
            video_id=video_id,
            language=info.language or "und",
            segments=_segments(found),
            duration=round(samples.size / 16_000, 3),
            kind="whisper",
            made=Made(
                backend="whisper",
                model=self._settings.model,
                revision=self._revision,
                device=self.device,
                seconds=round(time.monotonic() - started, 3),
            ),
        )

    def _recognise(self, samples: Any, language: str, hotwords: str) -> tuple[tuple[Any, ...], Any]:
        """faster-whisper's segments as a tuple: it hands out a generator that works while it is read."""
        found, info = self._pipeline.transcribe(
            samples,
            language=language or None,
            beam_size=self._settings.beam_size,
            batch_size=self._runtime.whisper_batch,
            vad_filter=self._settings.vad,
            clip_timestamps=None if self._settings.vad else _windows(samples.size / 16_000),
            word_timestamps=self._settings.word_timestamps,
            hotwords=hotwords or None,
            without_timestamps=False,  # evidence needs a time for each sentence, not one for half a minute
        )
        return tuple(found), info


def _windows(seconds: float) -> list[dict[str, float]]:
    """Fixed 30 s windows, which the batched pipeline wants where the VAD gives none."""
    return [
        {"start": float(at), "end": min(at + 30.0, seconds)} for at in range(0, int(seconds) + 1, 30) if at < seconds
    ]


def _segments(found: tuple[Any, ...]) -> tuple[Segment, ...]:
    """faster-whisper's segments as ours: in order, without empty ones."""
    segments: list[Segment] = []
    for item in sorted(found, key=lambda item: item.start):
        text = " ".join(item.text.split())
        if not text:
            continue
        words = tuple(
            Word(start=float(w.start), end=float(w.end), text=w.word.strip(), probability=float(w.probability))
            for w in item.words or ()
        )
        start = round(max(0.0, float(item.start)), 3)
        segments.append(
            Segment(
                id=len(segments),
                start=start,
                end=max(start, round(float(item.end), 3)),
                text=text,
                words=words,
            )
        )
    return tuple(segments)
