"""Speech to text with Whisper (CTranslate2): the back end for talks without captions worth having.

    decoder (a process) -> voice activity -> windows of 30 s -> batches -> segments -> guards

`scheduler` keeps all cores busy with that, `engine` has the model, `plan` the sizes. Batched decoding does without
the guards that sequential decoding has; `guards` looks at the segments afterwards and has bad stretches heard again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

from summarizer.errors import BackendError
from summarizer.records import Made, Segment, Transcript, Word
from summarizer.settings import RuntimeSettings, TranscribeSettings
from summarizer.transcribe.engine import Engine, Said
from summarizer.transcribe.guards import mend
from summarizer.transcribe.scheduler import Job, Request, Scheduler
from summarizer.transcribe.vad import RATE
from summarizer.transcribe.windows import Window

Progress = Callable[[float], None]  # told the share of the recording that is done, 0..1


class Wanted(TypedDict):
    """What is known of a recording before it is heard."""

    language: str  # ISO 639-1; empty: find out
    hotwords: str  # separated by ", "
    duration: float | None  # seconds, as the site declares it


class Whisper:
    """An opened model, for the recordings of a run."""

    def __init__(self, settings: TranscribeSettings, runtime: RuntimeSettings, path: Path, revision: str) -> None:
        self._settings = settings
        self._revision = revision
        self.engine = Engine(settings, runtime, path)
        self._scheduler = Scheduler(self.engine)
        self._ahead: dict[Request, Job] = {}

    @classmethod
    def open(
        cls, settings: TranscribeSettings, runtime: RuntimeSettings, model_path: Path, revision: str = ""
    ) -> Whisper:
        """Load the model in the folder `model_path`; raises `BackendError` when it cannot be."""
        if not (model_path / "tokenizer.json").is_file():  # without it faster-whisper asks a hub
            raise BackendError(f"{model_path} has no tokenizer.json", f"Run: summarizer models pull {settings.model}")
        return cls(settings, runtime, model_path, revision)

    @property
    def device(self) -> str:
        """Where the model really runs."""
        return self.engine.device

    def close(self) -> None:
        """End the threads."""
        self._scheduler.close()

    def announce(self, audio: Path, *, language: str, hotwords: str, duration: float | None = None) -> None:
        """Start to read a recording that will be asked for: its windows fill the batches of the ones before it."""
        request = self._request(audio, language, hotwords, duration)
        if request not in self._ahead:
            self._ahead[request] = self._scheduler.submit(request)

    def transcribe(
        self,
        audio: Path,
        *,
        video_id: str,
        language: str,
        hotwords: str,
        duration: float | None = None,
        progress: Progress | None = None,
    ) -> Transcript:
        """Segments of one file; none when there is no speech. `duration` is the one the site declares, seconds.

        Raises `Failed` for media that cannot be decoded whole.
        """
        started = time.monotonic()
        request = self._request(audio, language, hotwords, duration)
        job = self._ahead.pop(request, None) or self._scheduler.submit(request)
        try:
            found: list[Segment] = []
            for window, heard in self._scheduler.results(job):
                found += _segments(window, heard.said)
                if progress and (total := duration or (job.complete and job.recording.size / RATE)):
                    progress(min(1.0, window.stretches[-1][1] / RATE / total))
            seconds = job.recording.size / RATE
            mended = mend(
                found,
                [(start / RATE, end / RATE) for start, end in job.stretches] if self._settings.vad else None,
                seconds,
                lambda start, end: self._again(job, start, end),
            )
        finally:
            self._scheduler.drop(job)
            job.recording.close()
        return Transcript(
            video_id=video_id,
            language=job.language or "und",
            segments=mended.segments,
            duration=round(seconds, 3),
            kind="whisper",
            spans=mended.spans,
            redone=mended.redone,
            made=Made(
                backend="whisper",
                model=self._settings.model,
                revision=self._revision,
                device=self.device,
                seconds=round(time.monotonic() - started, 3),
            ),
        )

    def _request(self, audio: Path, language: str, hotwords: str, duration: float | None) -> Request:
        return Request(audio, language, hotwords, duration, self._settings.vad)

    def _again(self, job: Job, start: float, end: float) -> tuple[Segment, ...]:
        """A stretch of the recording, seconds, recognised with all guards."""
        window = Window(((int(start * RATE), int(end * RATE)),))
        return tuple(_segments(window, self.engine.again(window.samples(job.recording), job.language)))


def _segments(window: Window, said: tuple[Said, ...]) -> list[Segment]:
    """Text with times in a window as segments with times in the recording; `mend` numbers them."""
    segments = []
    for one in said:
        start = round(window.seconds(one.start), 3)
        segments.append(
            Segment(
                id=0,
                start=start,
                end=max(start, round(window.seconds(one.end, ends=True), 3)),
                text=" ".join(one.text.split()),
                words=tuple(_word(window, word) for word in one.words),
            )
        )
    return segments


def _word(window: Window, word: dict[str, Any]) -> Word:
    start = round(window.seconds(float(word["start"])), 3)
    return Word(
        start=start,
        end=max(start, round(window.seconds(float(word["end"]), ends=True), 3)),
        text=word["word"].strip(),
        probability=float(word["probability"]),
    )
