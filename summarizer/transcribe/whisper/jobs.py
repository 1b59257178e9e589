"""The state of recordings that the scheduler recognises."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from summarizer.audio import Samples, Stretch
from summarizer.records import RecordingNote
from summarizer.transcribe.whisper.second_try import SecondTry, WindowResult
from summarizer.transcribe.whisper.windows import Window


@dataclass(frozen=True)
class Request:
    """A recording to recognise, with its settings."""

    path: Path
    language: str  # ISO 639-1; empty: it is detected
    hotwords: str
    duration: float | None  # seconds, as declared by the site
    vad: bool


@dataclass
class Job:
    """The state of one submitted recording. The scheduler's lock guards all fields."""

    request: Request
    samples: Samples = field(default_factory=Samples)
    notes: list[RecordingNote] = field(default_factory=list)  # on the sound; complete when the recording is
    windows: list[Window] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)  # of speech; empty without the VAD
    results: dict[int, WindowResult] = field(default_factory=dict)
    second_tries: dict[int, SecondTry] = field(default_factory=dict)  # by the number of the window
    retries: list[Part] = field(default_factory=list)  # parts of windows to recognise again, not yet taken
    next: int = 0  # index of the first window that no worker has taken
    language: str = ""
    complete: bool = False  # the recording is decoded, so `windows` is final
    cancelled: bool = False
    awaited: bool = False  # a caller waits for the result
    detecting: bool = False  # a worker detects the language
    error: BaseException | None = None

    @property
    def runs(self) -> bool:
        """Whether there is no reason to stop."""
        return not (self.cancelled or self.error)

    def count_ready(self) -> int:
        """Number of windows that a worker may take."""
        return len(self.windows) - self.next if self.runs and self.language else 0


@dataclass(frozen=True)
class Part:
    """A window for a worker: the first try of a window, or a part of its second try."""

    job: Job
    number: int  # of the window in the job
    window: Window
    retry: int = -1  # number of the part in the second try; -1: the first try

    @property
    def prompt(self) -> tuple[str, str, bool]:
        """Language, hotwords and whether settings are safe; equal for all windows of a batch."""
        return self.job.language, self.job.request.hotwords, self.retry >= 0
