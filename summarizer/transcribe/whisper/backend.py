"""Speech recognition with Whisper (CTranslate2), the back end for talks without usable captions.

    decoder (a process) -> voice activity detection -> windows of 30 s -> batches -> segments -> guards

`scheduler` runs these steps on all cores, `model` holds the opened model, and `plan` chooses batch size and number of
workers. Batched decoding lacks the checks of sequential decoding. `guards` therefore checks the segments afterwards,
and suspect windows are recognised again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from summarizer.audio import RATE
from summarizer.config import RuntimeSettings, WhisperSettings
from summarizer.errors import BackendError
from summarizer.records import Provenance, Segment, Transcript, Word
from summarizer.transcribe.base import Recording
from summarizer.transcribe.whisper import WHISPER
from summarizer.transcribe.whisper.guards import repair
from summarizer.transcribe.whisper.hotwords import choose_hotwords
from summarizer.transcribe.whisper.languages import RecognisedWindow, find_windows_in_other_languages
from summarizer.transcribe.whisper.model import Model, WindowText
from summarizer.transcribe.whisper.scheduler import Job, Request, Scheduler
from summarizer.transcribe.whisper.windows import WINDOW_SAMPLES, Window

Progress = Callable[[float], None]  # is called with the share of the recording that is recognised, 0..1


class Whisper:
    """An opened Whisper model that transcribes all recordings of a run; implements `Transcriber`.

    `processor` is a lock that is held while the model computes on the CPU. Raises `BackendError` when the model cannot
    be opened.
    """

    def __init__(
        self,
        settings: WhisperSettings,
        runtime: RuntimeSettings,
        path: Path,
        revision: str = "",
        *,
        name: str = "",
        processor: AbstractContextManager[Any] | None = None,
        progress: Progress = lambda _share: None,
    ) -> None:
        if not (path / "tokenizer.json").is_file():  # without it faster-whisper would download one
            raise BackendError(f"{path} has no tokenizer.json", f"Run: summarizer models pull {settings.model}")
        self._settings = settings
        self._revision = revision
        self._name = name or settings.model  # on pages; a folder's path is nobody's business
        self._processor = processor or nullcontext()
        self._progress = progress
        self.model = Model(settings, runtime, path)
        self._scheduler = Scheduler(self.model)
        self._announced: dict[Path, Job] = {}

    @property
    def device(self) -> str:
        """The device that the model runs on, "cpu" or "cuda"."""
        return self.model.device

    def close(self) -> None:
        """Stop the worker threads."""
        self._scheduler.close()

    def announce(self, recording: Recording) -> None:
        """Start to decode a recording that will be transcribed later; its windows may share batches with others."""
        if recording.path not in self._announced:
            self._announced[recording.path] = self._submit(recording)

    def transcribe(self, recording: Recording) -> Transcript:
        """Transcribe one recording; the transcript has no segments when there is no speech.

        Raises `Failed` for incomplete or unreadable media.
        """
        started = time.monotonic()
        job = self._announced.pop(recording.path, None) or self._submit(recording)
        with self._processor if self.device == "cpu" else nullcontext():
            try:
                windows = self._collect_windows(job)
                segments = [s for window, text in windows for s in _make_segments(window, text, job.language)]
                seconds = job.samples.size / RATE
                result = repair(
                    segments,
                    [(start / RATE, end / RATE) for start, end in job.stretches] if self._settings.vad else None,
                    seconds,
                    lambda start, end: self._recognise_again(
                        job, start, end, _find_language(windows, start, job.language)
                    ),
                )
            finally:
                self._scheduler.drop(job)
                job.samples.close()
        return Transcript(
            video_id=recording.source.video_id,
            language=job.language or "und",
            segments=result.segments,
            duration=round(seconds, 3),
            kind=WHISPER.name,
            spans=result.spans,
            redone=result.redone,
            made=Provenance(
                backend=WHISPER.name,
                model=self._name,
                revision=self._revision,
                device=self.device,
                seconds=round(time.monotonic() - started, 3),
            ),
        )

    def _submit(self, recording: Recording) -> Job:
        source, hotwords = recording.source, ""
        if self._settings.hotwords:
            hotwords = choose_hotwords(
                source.title, source.description, source.speakers, recording.glossary, self.count_tokens
            )
        request = Request(recording.path, self._settings.language, hotwords, source.duration, self._settings.vad)
        return self._scheduler.submit(request)

    def _collect_windows(self, job: Job) -> list[tuple[Window, WindowText]]:
        """Wait for all windows of a recording, and recognise those in another language again in that language."""
        windows: list[tuple[Window, WindowText]] = []
        for window, text in self._scheduler.results(job):
            windows.append((window, text))
            if total := job.request.duration or (job.complete and job.samples.size / RATE):
                self._progress(min(1.0, window.stretches[-1][1] / RATE / total))
        return windows if job.request.language else self._correct_languages(job, windows)

    def _correct_languages(self, job: Job, windows: list[tuple[Window, WindowText]]) -> list[tuple[Window, WindowText]]:
        """Replace the text of each window that is in another language than the recording."""

        def features(window: Window) -> Any:
            return self.model.compute_features(window.read_samples(job.samples))

        def detect(window: Window) -> dict[str, float]:
            return self.model.detect_languages([features(window)])[0]

        recognised = [RecognisedWindow(window, text.log_probability) for window, text in windows]
        for number, language in find_windows_in_other_languages(recognised, job.language, detect).items():
            window = windows[number][0]
            text = self.model.recognise([features(window)], [window.size / RATE], language, job.request.hotwords)
            windows[number] = (window, text[0])
        return windows

    def _recognise_again(self, job: Job, start: float, end: float, language: str) -> tuple[Segment, ...]:
        """Recognise `start` to `end`, seconds, with all of Whisper's own checks, at most 30 s at a time."""
        segments: list[Segment] = []
        last = int(end * RATE)
        for first in range(int(start * RATE), last, WINDOW_SAMPLES):
            window = Window(((first, min(last, first + WINDOW_SAMPLES)),))
            phrases = self.model.recognise_again(window.read_samples(job.samples), language)
            segments += _make_segments(window, WindowText(language, phrases, 0.0, 0.0), job.language)
        return tuple(segments)

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, as the model's tokenizer splits it."""
        return len(self.model.model.hf_tokenizer.encode(text, add_special_tokens=False).ids)


def _find_language(windows: list[tuple[Window, WindowText]], time: float, default: str) -> str:
    """The language in which the audio at `time`, seconds, was recognised; `default` where no window contains it."""
    languages = (
        text.language for window, text in windows if any(start <= time * RATE < end for start, end in window.stretches)
    )
    return next(languages, default)


def _make_segments(window: Window, text: WindowText, language: str) -> list[Segment]:
    """Convert the phrases of a window to segments with times in the recording; `repair` assigns the ids."""
    segments = []
    for phrase in text.phrases:
        start = round(window.to_recording_time(phrase.start), 3)
        segments.append(
            Segment(
                id=0,
                start=start,
                end=max(start, round(window.to_recording_time(phrase.end, is_end=True), 3)),
                text=" ".join(phrase.text.split()),
                language=None if text.language == language else text.language,
                words=tuple(_make_word(window, word) for word in phrase.words),
            )
        )
    return segments


def _make_word(window: Window, word: dict[str, Any]) -> Word:
    start = round(window.to_recording_time(float(word["start"])), 3)
    return Word(
        start=start,
        end=max(start, round(window.to_recording_time(float(word["end"]), is_end=True), 3)),
        text=word["word"].strip(),
        probability=float(word["probability"]),
    )
