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

from summarizer.audio.voice_activity import RATE
from summarizer.config.tables import RuntimeSettings, TranscribeSettings
from summarizer.errors import BackendError
from summarizer.records import Made, Segment, Transcript, Word
from summarizer.transcribe.whisper.guards import mend
from summarizer.transcribe.whisper.languages import Confidence, others
from summarizer.transcribe.whisper.model import Engine, Heard
from summarizer.transcribe.whisper.scheduler import Job, Request, Scheduler
from summarizer.transcribe.whisper.windows import LONGEST, Window

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
            windows: list[tuple[Window, Heard]] = []
            for window, heard in self._scheduler.results(job):
                windows.append((window, heard))
                if progress and (total := duration or (job.complete and job.recording.size / RATE)):
                    progress(min(1.0, window.stretches[-1][1] / RATE / total))
            if not language:
                windows = self._in_their_languages(job, windows)
            found = [one for window, heard in windows for one in _segments(window, heard, job.language)]
            seconds = job.recording.size / RATE
            mended = mend(
                found,
                [(start / RATE, end / RATE) for start, end in job.stretches] if self._settings.vad else None,
                seconds,
                lambda start, end: self._again(job, start, end, _language_at(windows, start, job.language)),
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

    def _in_their_languages(self, job: Job, windows: list[tuple[Window, Heard]]) -> list[tuple[Window, Heard]]:
        """The windows, those in another language than the recording's recognised again in it."""

        def features(window: Window) -> Any:
            return self.engine.features(window.samples(job.recording))

        confidences = [Confidence(window, heard.log_probability) for window, heard in windows]
        found = others(confidences, job.language, lambda window: self.engine.languages([features(window)])[0])
        for number, language in found.items():
            window = windows[number][0]
            heard = self.engine.recognise([features(window)], [window.size / RATE], language, job.request.hotwords)
            windows[number] = (window, heard[0])
        return windows

    def _again(self, job: Job, start: float, end: float, language: str) -> tuple[Segment, ...]:
        """A stretch of the recording, seconds, recognised with all guards, at most a window at a time."""
        found: list[Segment] = []
        last = int(end * RATE)
        for at in range(int(start * RATE), last, LONGEST):
            window = Window(((at, min(last, at + LONGEST)),))
            heard = Heard(language, self.engine.again(window.samples(job.recording), language), 0.0, 0.0)
            found += _segments(window, heard, job.language)
        return tuple(found)

    def tokens(self, text: str) -> int:
        """How much of the model's prompt a text takes."""
        return len(self.engine.model.hf_tokenizer.encode(text, add_special_tokens=False).ids)


def _language_at(windows: list[tuple[Window, Heard]], at: float, language: str) -> str:
    """The language that a moment was recognised in, seconds; `language` where nothing was."""
    inside = (h.language for w, h in windows if any(start <= at * RATE < end for start, end in w.stretches))
    return next(inside, language)


def _segments(window: Window, heard: Heard, language: str) -> list[Segment]:
    """Text with times in a window as segments with times in the recording; `mend` numbers them."""
    segments = []
    for one in heard.said:
        start = round(window.seconds(one.start), 3)
        segments.append(
            Segment(
                id=0,
                start=start,
                end=max(start, round(window.seconds(one.end, ends=True), 3)),
                text=" ".join(one.text.split()),
                language=None if heard.language == language else heard.language,
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
