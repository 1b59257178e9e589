"""Speech recognition with Whisper (CTranslate2), the back end for talks without usable captions.

    decoder (a process) -> voice activity detection -> windows of 30 s -> batches: text -> times of words
    -> second try of suspect windows -> sentences -> guards

`scheduler` runs the steps up to the second try on all cores, `model` holds the opened model, and `plan` chooses batch
size and number of workers. Batched decoding lacks the checks of sequential decoding. So `second_try` compares the text
of every window with its voice, and `guards` removes what is still suspect.
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
from summarizer.records import Provenance, Segment, Transcript
from summarizer.transcribe.base import Recording
from summarizer.transcribe.whisper import WHISPER
from summarizer.transcribe.whisper.guards import remove_suspects
from summarizer.transcribe.whisper.hotwords import choose_hotwords
from summarizer.transcribe.whisper.jobs import Job, Request
from summarizer.transcribe.whisper.languages import RecognisedWindow, find_windows_in_other_languages
from summarizer.transcribe.whisper.network.model import Model
from summarizer.transcribe.whisper.scheduler import Scheduler
from summarizer.transcribe.whisper.second_try import WindowResult
from summarizer.transcribe.whisper.segments import make_segments, place_words
from summarizer.transcribe.whisper.windows import Window

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
                seconds = job.samples.size / RATE
            finally:
                self._scheduler.drop(job)
                job.samples.close()
        segments = [
            segment
            for window in windows
            for segment in make_segments(window.words, None if window.language == job.language else window.language)
        ]
        voice = [interval for window in windows for interval in window.window.voice] if self._settings.vad else None
        # The pictures may outlast the sound: the rest of the video is then a span without speech.
        result = remove_suspects(segments, voice, max(seconds, job.request.duration or 0.0))
        return Transcript(
            video_id=recording.source.video_id,
            language=job.language or "und",
            segments=result.segments if self._settings.word_timestamps else tuple(map(_drop_words, result.segments)),
            duration=round(seconds, 3),
            kind=WHISPER.name,
            spans=result.spans,
            redone=sum(window.redone for window in windows),
            voiced=None if result.coverage is None else round(result.coverage.voiced, 3),
            voiced_share=None if result.coverage is None else round(result.coverage.share, 4),
            notes=tuple(job.notes),
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

    def _collect_windows(self, job: Job) -> list[WindowResult]:
        """Wait for all windows of a recording, and recognise those in another language again in that language."""
        windows: list[WindowResult] = []
        for result in self._scheduler.results(job):
            windows.append(result)
            if total := job.request.duration or (job.complete and job.samples.size / RATE):
                self._progress(min(1.0, result.window.stretches[-1][1] / RATE / total))
        return windows if job.request.language else self._correct_languages(job, windows)

    def _correct_languages(self, job: Job, windows: list[WindowResult]) -> list[WindowResult]:
        """Replace the text of each window that is in another language than the recording."""

        def features(window: Window) -> Any:
            return self.model.compute_features(window.read_samples(job.samples))

        def detect(window: Window) -> dict[str, float]:
            return self.model.detect_languages([features(window)])[0]

        recognised = [RecognisedWindow(result.window, result.log_probability) for result in windows]
        for number, language in find_windows_in_other_languages(recognised, job.language, detect).items():
            window = windows[number].window
            [text] = self.model.recognise([features(window)], [window.size / RATE], language, job.request.hotwords)
            words = place_words(window, text.words)
            windows[number] = WindowResult(window, text.language, words, text.log_probability)
        return windows

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, as the model's tokenizer splits it."""
        return len(self.model.model.hf_tokenizer.encode(text, add_special_tokens=False).ids)


def _drop_words(segment: Segment) -> Segment:
    return segment.model_copy(update={"words": ()})
