"""Speech to text with Whisper (CTranslate2): the back end for talks without captions worth having.

    decoder (a process) -> voice activity -> windows of 30 s -> batches -> segments -> guards

`scheduler` keeps all cores busy with that, `model` has the opened model, `plan` the sizes. Batched decoding does
without the guards that sequential decoding has; `guards` looks at the segments afterwards and has suspect stretches
recognised again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from summarizer import models
from summarizer.audio import RATE
from summarizer.config import Config, RuntimeSettings, WhisperSettings
from summarizer.errors import BackendError
from summarizer.records import Made, Segment, Transcript, Word
from summarizer.stage import Backend, ModelChoice, Opening
from summarizer.transcribe.base import Recording, Transcriber
from summarizer.transcribe.whisper.guards import mend
from summarizer.transcribe.whisper.hotwords import hotwords
from summarizer.transcribe.whisper.languages import Confidence, others
from summarizer.transcribe.whisper.model import Model, WindowText
from summarizer.transcribe.whisper.scheduler import Job, Request, Scheduler
from summarizer.transcribe.whisper.windows import LONGEST, Window

Progress = Callable[[float], None]  # gets the share of the recording that is done, 0..1


class Whisper:
    """An opened model, for the recordings of a run; a `Transcriber`.

    `processor` is held while the model computes on the CPU. Raises `BackendError` when the model cannot be opened.
    """

    def __init__(
        self,
        settings: WhisperSettings,
        runtime: RuntimeSettings,
        path: Path,
        revision: str = "",
        *,
        processor: AbstractContextManager[Any] | None = None,
        progress: Progress = lambda _share: None,
    ) -> None:
        if not (path / "tokenizer.json").is_file():  # without it faster-whisper asks a hub
            raise BackendError(f"{path} has no tokenizer.json", f"Run: summarizer models pull {settings.model}")
        self._settings = settings
        self._revision = revision
        self._processor = processor or nullcontext()
        self._progress = progress
        self.model = Model(settings, runtime, path)
        self._scheduler = Scheduler(self.model)
        self._ahead: dict[Path, Job] = {}

    @property
    def device(self) -> str:
        """Where the model really runs."""
        return self.model.device

    def close(self) -> None:
        """End the threads."""
        self._scheduler.close()

    def announce(self, recording: Recording) -> None:
        """Start to read a recording that will be asked for: its windows fill the batches of the ones before it."""
        if recording.path not in self._ahead:
            self._ahead[recording.path] = self._submit(recording)

    def transcribe(self, recording: Recording) -> Transcript:
        """Segments of one file; none when there is no speech.

        Raises `Failed` for media that cannot be decoded whole.
        """
        started = time.monotonic()
        job = self._ahead.pop(recording.path, None) or self._submit(recording)
        with self._processor if self.device == "cpu" else nullcontext():
            try:
                windows = self._windows(job)
                found = [one for window, text in windows for one in _segments(window, text, job.language)]
                seconds = job.samples.size / RATE
                mended = mend(
                    found,
                    [(start / RATE, end / RATE) for start, end in job.stretches] if self._settings.vad else None,
                    seconds,
                    lambda start, end: self._recognise_again(
                        job, start, end, _language_at(windows, start, job.language)
                    ),
                )
            finally:
                self._scheduler.drop(job)
                job.samples.close()
        return Transcript(
            video_id=recording.source.video_id,
            language=job.language or "und",
            segments=mended.segments,
            duration=round(seconds, 3),
            kind=WHISPER.name,
            spans=mended.spans,
            redone=mended.redone,
            made=Made(
                backend=WHISPER.name,
                model=self._settings.model,
                revision=self._revision,
                device=self.device,
                seconds=round(time.monotonic() - started, 3),
            ),
        )

    def _submit(self, recording: Recording) -> Job:
        source, expected = recording.source, ""
        if self._settings.hotwords:
            expected = hotwords(
                source.title, source.description, source.speakers, recording.glossary, self.count_tokens
            )
        request = Request(recording.path, self._settings.language, expected, source.duration, self._settings.vad)
        return self._scheduler.submit(request)

    def _windows(self, job: Job) -> list[tuple[Window, WindowText]]:
        """All recognised windows of a recording, each in its language."""
        windows: list[tuple[Window, WindowText]] = []
        for window, text in self._scheduler.results(job):
            windows.append((window, text))
            if total := job.request.duration or (job.complete and job.samples.size / RATE):
                self._progress(min(1.0, window.stretches[-1][1] / RATE / total))
        return windows if job.request.language else self._in_their_languages(job, windows)

    def _in_their_languages(
        self, job: Job, windows: list[tuple[Window, WindowText]]
    ) -> list[tuple[Window, WindowText]]:
        """The windows, those in another language than the recording's recognised again in it."""

        def features(window: Window) -> Any:
            return self.model.compute_features(window.samples(job.samples))

        confidences = [Confidence(window, text.log_probability) for window, text in windows]
        found = others(confidences, job.language, lambda window: self.model.detect_languages([features(window)])[0])
        for number, language in found.items():
            window = windows[number][0]
            text = self.model.recognise([features(window)], [window.size / RATE], language, job.request.hotwords)
            windows[number] = (window, text[0])
        return windows

    def _recognise_again(self, job: Job, start: float, end: float, language: str) -> tuple[Segment, ...]:
        """A stretch of the recording, seconds, recognised with all guards, at most a window at a time."""
        found: list[Segment] = []
        last = int(end * RATE)
        for at in range(int(start * RATE), last, LONGEST):
            window = Window(((at, min(last, at + LONGEST)),))
            text = WindowText(language, self.model.recognise_again(window.samples(job.samples), language), 0.0, 0.0)
            found += _segments(window, text, job.language)
        return tuple(found)

    def count_tokens(self, text: str) -> int:
        """How much of the model's prompt a text takes."""
        return len(self.model.model.hf_tokenizer.encode(text, add_special_tokens=False).ids)


def _language_at(windows: list[tuple[Window, WindowText]], at: float, language: str) -> str:
    """The language that a moment was recognised in, seconds; `language` where nothing was."""
    inside = (h.language for w, h in windows if any(start <= at * RATE < end for start, end in w.stretches))
    return next(inside, language)


def _segments(window: Window, text: WindowText, language: str) -> list[Segment]:
    """Text with times in a window as segments with times in the recording; `mend` numbers them."""
    segments = []
    for one in text.phrases:
        start = round(window.seconds(one.start), 3)
        segments.append(
            Segment(
                id=0,
                start=start,
                end=max(start, round(window.seconds(one.end, ends=True), 3)),
                text=" ".join(one.text.split()),
                language=None if text.language == language else text.language,
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


def _open(opening: Opening) -> Transcriber:
    assert opening.installed is not None  # noqa: S101 - WHISPER declares a model
    return Whisper(
        opening.config.transcribe.whisper,
        opening.config.runtime,
        opening.installed.path,
        opening.installed.revision,
        processor=opening.processor,
        progress=opening.progress,
    )


def _choice(config: Config) -> ModelChoice:
    return ModelChoice(config.transcribe.whisper.model, "whisper", config.transcribe.whisper.revision)


def _in_key(config: Config) -> dict[str, Any]:
    """The table with the model's content in place of its name. It must stay as it is: the keys of all speech that was
    ever recognised are made of it."""
    settings = config.transcribe.whisper
    return settings.dump() | models.identity(settings.model, settings.revision, config.runtime.models)


WHISPER: Backend[Transcriber] = Backend(name="whisper", open=_open, settings=_in_key, model=_choice)
