"""The outside parts of a run, each opened once, at first need, and never when everything is cached.

Opening a model takes seconds to minutes and gigabytes, so a talk must not do it. An opener that failed is not tried
again: the talks that need it fail with the same message, and those that do not need it go on.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar

from summarizer import models, summarize
from summarizer.config import Config
from summarizer.download import Downloader
from summarizer.errors import BackendError
from summarizer.language import terms
from summarizer.records import Source, Summary, Transcript, Video
from summarizer.summarize.llm.generator import Parts
from summarizer.transcribe.whisper import Wanted, Whisper
from summarizer.transcribe.whisper.hotwords import hotwords as hotwords_of

Opened = TypeVar("Opened")


class Backends(Protocol):
    """What a talk needs from outside; each model is opened once per run, by whoever implements this."""

    def download(self, video: Video, folder: Path) -> Source:
        """Metadata and caption files, written into `folder`."""
        ...

    def fetch_audio(self, video: Video, source: Source, folder: Path) -> Path:
        """The sound of the video, written into `folder`."""
        ...

    def announce(self, audio: Path, source: Source) -> None:
        """This recording will be heard soon; may come from a download thread."""
        ...

    def hear(self, audio: Path, source: Source) -> Transcript:
        """Speech to text."""
        ...

    def summarize(self, transcript: Transcript, source: Source, parts: Parts) -> Summary:
        """Text to claims with evidence; `parts` keeps what it is made from while it is made."""
        ...


class OpenedBackends:
    """Download, speech recognition and summaries as the configuration names them.

    `progress` is told the share of the speech at hand that is recognised, 0..1.
    """

    def __init__(self, config: Config, progress: Callable[[float], None] = lambda _share: None) -> None:
        self.config = config
        self._progress = progress
        self._broken: dict[str, BackendError] = {}
        self._opening = threading.RLock()  # several talks are walked at once
        self._processor = threading.Lock()  # held by a model at work on the CPU: two at once slow each other down
        self._announced: queue.SimpleQueue[tuple[Path, Source]] = queue.SimpleQueue()

    @cached_property
    def downloader(self) -> Downloader:
        """Shared by all threads: it holds the pacing and the circuit breaker of the run."""
        return Downloader(self.config.download, self.config.runtime)

    @cached_property
    def _whisper(self) -> Whisper:
        settings, runtime = self.config.transcribe, self.config.runtime
        installed = models.resolve(settings.model, "whisper", runtime.models, settings.revision)
        return Whisper.open(settings, runtime, installed.path, installed.revision)

    @cached_property
    def _summarizer(self) -> summarize.Summarizer:
        settings, runtime = self.config.summarize, self.config.runtime
        path, revision = None, ""
        if settings.backend == "transformers":
            installed = models.resolve(settings.model, "llm", runtime.models, settings.revision)
            path, revision = installed.path, installed.revision
        return summarize.open_summarizer(settings, runtime, path, revision, self._processor)

    def _once(self, name: str, opener: Callable[[], Opened]) -> Opened:
        with self._opening:
            if name in self._broken:
                raise self._broken[name]
            try:
                return opener()
            except BackendError as error:
                self._broken[name] = error
                raise

    def download(self, video: Video, folder: Path) -> Source:
        """Metadata and caption files, written into `folder`."""
        return self.downloader.download(video, folder)

    def fetch_audio(self, video: Video, source: Source, folder: Path) -> Path:
        """The sound of the video, written into `folder`."""
        return self.downloader.fetch_audio(video, source, folder)

    def announce(self, audio: Path, source: Source) -> None:
        """Have a recording read ahead, once there is a model: announcing opens none."""
        self._announced.put((audio, source))
        if "_whisper" in self.__dict__:
            self._read_ahead(self._whisper)

    def _read_ahead(self, whisper: Whisper) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                audio, source = self._announced.get_nowait()
                whisper.announce(audio, **self._wanted(source, whisper))

    def _wanted(self, source: Source, whisper: Whisper) -> Wanted:
        """The language, the talk's own jargon and names as hotwords, and the length."""
        settings = self.config.transcribe
        hotwords = ""
        if settings.hotwords:
            glossary = terms.opened(settings.glossary)
            hotwords = hotwords_of(source.title, source.description, source.speakers, glossary, whisper.tokens)
        return Wanted(language=settings.language, hotwords=hotwords, duration=source.duration)

    def hear(self, audio: Path, source: Source) -> Transcript:
        """Speech to text."""
        whisper = self._once("whisper", lambda: self._whisper)
        self._read_ahead(whisper)
        wanted = self._wanted(source, whisper)
        with self._processor if whisper.device == "cpu" else contextlib.nullcontext():
            return whisper.transcribe(audio, video_id=source.video_id, progress=self._progress, **wanted)

    def summarize(self, transcript: Transcript, source: Source, parts: Parts) -> Summary:
        """Text to claims with evidence; `parts` keeps what it is made from while it is made."""
        summarizer = self._once("summarizer", lambda: self._summarizer)
        return summarizer.summarize(transcript, source, self.config.summarize, parts)
