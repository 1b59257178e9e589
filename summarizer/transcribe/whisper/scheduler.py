"""Recordings in, recognised windows out: decoding, voice activity and recognition at the same time, on all cores.

One thread per recording reads the decoder and finds speech; it is ten times as fast as recognition, so all its windows
are known early. The engine's workers take batches from all recordings at hand: those that somebody waits for first,
then those that were announced, so that the last windows of one talk share a batch with the first of the next.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from summarizer.audio import RATE, Samples, Stretch, VoiceActivity, stream
from summarizer.transcribe.whisper.model import WindowText
from summarizer.transcribe.whisper.plan import Plan
from summarizer.transcribe.whisper.windows import Packer, Window

READERS = 3  # recordings decoded at once; each costs a process, and one is ten times as fast as recognition
LANGUAGE_FROM = 13  # the language is that of four windows, spread over so many first ones: 6 minutes


class Recogniser(Protocol):
    """What the scheduler needs of the model; see `model.Model`."""

    plan: Plan
    batch: int  # windows decoded together

    def compute_features(self, samples: Any, /) -> Any:
        """The log-mel spectrogram of a window."""
        ...

    def detect_languages(self, features: list[Any], /) -> list[dict[str, float]]:
        """For each window the probability of every language."""
        ...

    def recognise(self, features: list[Any], seconds: list[float], language: str, hotwords: str, /) -> list[WindowText]:
        """Decode windows together."""
        ...


@dataclass(frozen=True)
class Request:
    """What is wanted of one recording."""

    path: Path
    language: str  # ISO 639-1; empty: find out
    hotwords: str
    duration: float | None  # seconds, as the site declares it
    vad: bool


@dataclass
class Job:
    """One recording on its way. Everything here is guarded by the scheduler's lock."""

    request: Request
    samples: Samples = field(default_factory=Samples)
    windows: list[Window] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)  # of speech; none without the VAD
    texts: dict[int, WindowText] = field(default_factory=dict)
    next: int = 0  # the first window that no worker has taken
    language: str = ""
    complete: bool = False  # all windows are known
    cancelled: bool = False
    waited: bool = False  # somebody wants the result now
    detecting: bool = False
    error: BaseException | None = None

    def ready(self) -> int:
        """Windows that a worker may take."""
        return 0 if self.cancelled or self.error or not self.language else len(self.windows) - self.next


class Scheduler:
    """All recordings of a run, and the threads that work on them."""

    def __init__(self, model: Recogniser) -> None:
        self.model = model
        self._jobs: list[Job] = []
        self._changed = threading.Condition()
        self._stop = False
        self._readers = threading.Semaphore(READERS)
        self._share = 0  # windows of a batch, once all are known; 0: to be found
        self._workers: list[threading.Thread] = []
        self._hire()
        atexit.register(self.close)  # a thread inside the model must not outlive the interpreter

    def _hire(self) -> None:
        """Have as many workers as the engine plans for; a CPU that takes over from a GPU may want more."""
        while len(self._workers) < self.model.plan.workers:
            worker = threading.Thread(target=self._work, name=f"recognise-{len(self._workers)}", daemon=True)
            self._workers.append(worker)
            worker.start()

    def close(self) -> None:
        """End the workers; each finishes the batch in its hands."""
        with self._changed:
            self._stop = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.join()
        atexit.unregister(self.close)

    def submit(self, request: Request) -> Job:
        """Start reading a recording. Nothing is recognised before somebody waits for some result."""
        job = Job(request, language=request.language)
        with self._changed:
            self._jobs.append(job)
        threading.Thread(target=self._read, args=(job,), name="read", daemon=True).start()
        return job

    def results(self, job: Job) -> Iterator[tuple[Window, WindowText]]:
        """The recognised windows in order, as they come. Raises what went wrong with the recording or the model."""
        with self._changed:
            job.waited = True
            self._changed.notify_all()
        number = 0
        while (found := self._result(job, number)) is not None:
            yield found
            number += 1

    def _result(self, job: Job, number: int) -> tuple[Window, WindowText] | None:
        """One window's result as soon as it is there; None after the last window."""
        with self._changed:
            self._changed.wait_for(
                lambda: job.error or number in job.texts or (job.complete and number >= len(job.windows))
            )
            if job.error:
                raise job.error
            return (job.windows[number], job.texts.pop(number)) if number in job.texts else None

    def drop(self, job: Job) -> None:
        """Forget a recording, finished or not."""
        with self._changed:
            job.cancelled = True
            if job in self._jobs:
                self._jobs.remove(job)
            self._changed.notify_all()

    # -- reading -----------------------------------------------------------------------------------------------

    def _read(self, job: Job) -> None:
        """Decode, find speech, pack windows: the whole recording, whatever the pace of recognition."""
        try:
            with self._readers:
                self._read_all(job)
        except BaseException as error:
            self._fail(job, error)

    def _read_all(self, job: Job) -> None:
        activity = VoiceActivity() if job.request.vad else None
        packer = Packer()
        for block in stream(job.request.path, job.request.duration):
            if job.cancelled:
                return
            start = job.samples.size
            job.samples.append(block)
            found = activity.feed(block) if activity else [(start, job.samples.size)]
            self._add(job, found, packer.feed(found))
        found = activity.finish() if activity else []
        self._add(job, found, packer.feed(found) + packer.finish(), complete=True)

    def _add(self, job: Job, stretches: list[Stretch], windows: list[Window], complete: bool = False) -> None:
        with self._changed:
            job.stretches += stretches if job.request.vad else []
            job.windows += windows
            job.complete = complete
            self._share = 0
            if complete and not job.windows and not job.language:
                job.language = "und"
            self._changed.notify_all()

    def _fail(self, job: Job, error: BaseException) -> None:
        with self._changed:
            job.error = job.error or error
            self._changed.notify_all()

    # -- recognising -------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stop or self._undetected() or self._size())
                if self._stop:
                    return
                undetected = self._undetected()
                if undetected:
                    undetected.detecting = True
                else:
                    batch = self._take(self._size())
            if undetected:
                self._detect(undetected)
            else:
                self._recognise(batch)

    def _active(self) -> list[Job]:
        """Recordings in the order of their turn; none while nobody waits, so that other models have the machine."""
        if not any(job.waited and not job.cancelled for job in self._jobs):
            return []
        return sorted(self._jobs, key=lambda job: not job.waited)

    def _undetected(self) -> Job | None:
        for job in self._active():
            enough = job.complete or len(job.windows) >= LANGUAGE_FROM
            if not (job.language or job.detecting or job.error or job.cancelled) and enough and job.windows:
                return job
        return None

    def _size(self) -> int:
        """How many windows the next batch takes; 0: not yet.

        Full batches while windows are still being found. Once all are known they are dealt out evenly, so that all
        workers finish together: with two workers 33 windows are six batches of 6 or less, not four of 8 and one of 1.
        """
        jobs = self._active()
        ready = sum(job.ready() for job in jobs)
        more = any(not (job.complete or job.error or job.cancelled) for job in jobs if job.waited)
        batch, workers = self.model.batch, len(self._workers)
        if more:
            return batch if ready >= batch else 0
        if not self._share:
            rounds = -(-ready // (workers * batch))
            self._share = -(-ready // (workers * rounds)) if ready else 0
        return min(self._share, batch, ready)

    def _take(self, size: int) -> list[tuple[Job, int]]:
        """The next windows in turn that can share a batch: same language, same hotwords."""
        batch: list[tuple[Job, int]] = []
        for job in self._active():
            if batch and (job.language, job.request.hotwords) != (batch[0][0].language, batch[0][0].request.hotwords):
                continue
            while job.ready() and len(batch) < size:
                batch.append((job, job.next))
                job.next += 1
        return batch

    def _detect(self, job: Job) -> None:
        try:
            last = min(LANGUAGE_FROM, len(job.windows)) - 1
            chosen = [job.windows[n] for n in sorted({0, last // 3, 2 * last // 3, last})]
            found = self.model.detect_languages([self.model.compute_features(w.samples(job.samples)) for w in chosen])
            scores = {language: sum(one.get(language, 0.0) for one in found) for language in found[0]}
            with self._changed:
                job.language = max(scores, key=lambda language: scores[language])
                self._share = 0
                self._changed.notify_all()
        except BaseException as error:
            self._fail(job, error)

    def _recognise(self, batch: list[tuple[Job, int]]) -> None:
        try:
            windows = [job.windows[number] for job, number in batch]
            features = [
                self.model.compute_features(w.samples(job.samples)) for w, (job, _) in zip(windows, batch, strict=True)
            ]
            first = batch[0][0]
            found = self.model.recognise(
                features, [window.size / RATE for window in windows], first.language, first.request.hotwords
            )
            with self._changed:
                for (job, number), text in zip(batch, found, strict=True):
                    job.texts[number] = text
                self._changed.notify_all()
        except BaseException as error:
            for job, _ in batch:
                self._fail(job, error)
        finally:
            with self._changed:
                self._hire()
