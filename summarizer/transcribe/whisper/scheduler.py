"""Run decoding, voice activity detection and recognition at the same time, on all cores.

One thread per recording reads the decoder's output and finds speech. That is ten times as fast as recognition, so the
number of windows is available early. The workers take batches from all submitted recordings: first from those whose
result a caller waits for, then from the others. The last windows of one talk thus share a batch with the first windows
of the next.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from typing import Any, Protocol

from summarizer.audio import RATE, Stretch, VoiceActivity, stream
from summarizer.transcribe.whisper.jobs import Job, Part, Request
from summarizer.transcribe.whisper.network.model import WindowText
from summarizer.transcribe.whisper.network.plan import Plan
from summarizer.transcribe.whisper.second_try import WindowResult, plan_second_try
from summarizer.transcribe.whisper.segments import place_words
from summarizer.transcribe.whisper.windows import Packer, Window

MAX_READERS = 3  # recordings decoded at once; each needs a process, and one is ten times as fast as recognition
LANGUAGE_WINDOWS = 13  # the language is detected in four of the first 13 windows, 6 minutes


class Recogniser(Protocol):
    """The methods of `model.Model` that the scheduler uses."""

    plan: Plan
    batch: int  # windows decoded together

    def compute_features(self, samples: Any, /) -> Any:
        """Compute the log-mel spectrogram of a window."""
        ...

    def detect_languages(self, features: list[Any], /) -> list[dict[str, float]]:
        """Return the probability of every language for each window."""
        ...

    def recognise(
        self, features: list[Any], seconds: list[float], language: str, hotwords: str, safe: bool, /
    ) -> list[WindowText]:
        """Decode windows in one batch; `safe` is for a second try."""
        ...


class Scheduler:
    """Holds the recordings of a run and the threads that decode and recognise them."""

    def __init__(self, model: Recogniser) -> None:
        self.model = model
        self._jobs: list[Job] = []
        self._changed = threading.Condition()
        self._stop = False
        self._readers = threading.Semaphore(MAX_READERS)
        self._even_size = 0  # batch size once all windows are known; 0: not computed yet
        self._workers: list[threading.Thread] = []
        self._start_workers()
        atexit.register(self.close)  # a thread inside the model must not outlive the interpreter

    def _start_workers(self) -> None:
        """Start as many workers as the model's plan has; after a fallback from GPU to CPU there may be more."""
        while len(self._workers) < self.model.plan.workers:
            worker = threading.Thread(target=self._work, name=f"recognise-{len(self._workers)}", daemon=True)
            self._workers.append(worker)
            worker.start()

    def close(self) -> None:
        """Stop the workers; each finishes its current batch."""
        with self._changed:
            self._stop = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.join()
        atexit.unregister(self.close)

    def submit(self, request: Request) -> Job:
        """Start to decode a recording. Nothing is recognised before a caller waits for the result of any recording."""
        job = Job(request, language=request.language)
        with self._changed:
            self._jobs.append(job)
        threading.Thread(target=self._read, args=(job,), name="read", daemon=True).start()
        return job

    def results(self, job: Job) -> Iterator[WindowResult]:
        """Yield the recognised windows in order, each as soon as it is done.

        Raises the error of the recording (`Failed`) or of the model.
        """
        with self._changed:
            job.awaited = True
            self._changed.notify_all()
        number = 0
        while (result := self._wait_for_window(job, number)) is not None:
            yield result
            number += 1

    def _wait_for_window(self, job: Job, number: int) -> WindowResult | None:
        """Wait for the result of one window; None after the last window."""
        with self._changed:
            self._changed.wait_for(
                lambda: job.error or number in job.results or (job.complete and number >= len(job.windows))
            )
            if job.error:
                raise job.error
            return job.results.pop(number, None)

    def drop(self, job: Job) -> None:
        """Remove a recording, finished or not, and stop decoding it."""
        with self._changed:
            job.cancelled = True
            if job in self._jobs:
                self._jobs.remove(job)
            self._changed.notify_all()

    # -- reading -----------------------------------------------------------------------------------------------

    def _read(self, job: Job) -> None:
        """Decode a recording, find speech and pack windows, without waiting for recognition."""
        try:
            with self._readers:
                self._read_all(job)
        except BaseException as error:
            self._fail(job, error)

    def _read_all(self, job: Job) -> None:
        activity = VoiceActivity() if job.request.vad else None
        packer = Packer(VoiceActivity.padding if job.request.vad else 0)
        request, notes = job.request, job.notes
        for block in stream(request.path, request.duration, language=request.language, report=notes.append):
            if job.cancelled:
                return
            start = job.samples.size
            job.samples.append(block)
            stretches = activity.feed(block) if activity else [(start, job.samples.size)]
            self._add(job, stretches, packer.feed(stretches))
        stretches = activity.finish() if activity else []
        self._add(job, stretches, packer.feed(stretches) + packer.finish(), complete=True)

    def _add(self, job: Job, stretches: list[Stretch], windows: list[Window], complete: bool = False) -> None:
        with self._changed:
            job.stretches += stretches if job.request.vad else []
            job.windows += windows
            job.complete = complete
            self._even_size = 0
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
                self._changed.wait_for(
                    lambda: self._stop or self._next_undetected() or self._batch_size() or self._list_retries()
                )
                if self._stop:
                    return
                undetected = self._next_undetected()
                if undetected:
                    undetected.detecting = True
                else:
                    batch = self._take_retries() or self._take_batch(self._batch_size())
            if undetected:
                self._detect(undetected)
            else:
                self._recognise(batch)

    def _active_jobs(self) -> list[Job]:
        """Recordings in the order of recognition; none while no caller waits, to leave the CPU to other models."""
        if not any(job.awaited and not job.cancelled for job in self._jobs):
            return []
        return sorted(self._jobs, key=lambda job: not job.awaited)

    def _next_undetected(self) -> Job | None:
        """The first recording whose language can and must be detected."""
        for job in self._active_jobs():
            enough = job.complete or len(job.windows) >= LANGUAGE_WINDOWS
            if not (job.language or job.detecting or job.error or job.cancelled) and enough and job.windows:
                return job
        return None

    def _batch_size(self) -> int:
        """Number of windows of the next batch; 0: wait for more windows.

        While recordings are still being decoded, batches are full. When all windows are known, they are divided evenly,
        so that all workers finish at the same time: with two workers, 33 windows become six batches of at most 6, not
        four of 8 and one of 1.
        """
        jobs = self._active_jobs()
        ready = sum(job.count_ready() for job in jobs)
        more = any(not job.complete and job.runs for job in jobs if job.awaited)
        batch, workers = self.model.batch, len(self._workers)
        if more:
            return batch if ready >= batch else 0
        if not self._even_size:
            rounds = -(-ready // (workers * batch))
            self._even_size = -(-ready // (workers * rounds)) if ready else 0
        return min(self._even_size, batch, ready)

    def _take_batch(self, size: int) -> list[Part]:
        """Take the next windows that can share a batch."""
        batch: list[Part] = []
        for job in self._active_jobs():
            while job.count_ready() and len(batch) < size:
                part = Part(job, job.next, job.windows[job.next])
                if batch and part.prompt != batch[0].prompt:
                    break
                batch.append(part)
                job.next += 1
        return batch

    def _list_retries(self) -> list[Part]:
        return [part for job in self._active_jobs() if job.runs for part in job.retries]

    def _take_retries(self) -> list[Part]:
        """Take parts of second tries that can share a batch: once they fill one, or when there is no other work."""
        retries = self._list_retries()
        if not retries or (len(retries) < self.model.batch and self._batch_size()):
            return []
        size = min(self.model.batch, -(-len(retries) // len(self._workers)))
        batch = [part for part in retries if part.prompt == retries[0].prompt][:size]
        for part in batch:
            part.job.retries.remove(part)
        return batch

    def _detect(self, job: Job) -> None:
        try:
            last = min(LANGUAGE_WINDOWS, len(job.windows)) - 1
            windows = [job.windows[n] for n in sorted({0, last // 3, 2 * last // 3, last})]
            features = [self.model.compute_features(window.read_samples(job.samples)) for window in windows]
            results = self.model.detect_languages(features)
            scores = {language: sum(result.get(language, 0.0) for result in results) for language in results[0]}
            with self._changed:
                job.language = max(scores, key=lambda language: scores[language])
                self._even_size = 0
                self._changed.notify_all()
        except BaseException as error:
            self._fail(job, error)

    def _recognise(self, batch: list[Part]) -> None:
        try:
            features = [self.model.compute_features(part.window.read_samples(part.job.samples)) for part in batch]
            texts = self.model.recognise(features, [part.window.size / RATE for part in batch], *batch[0].prompt)
            with self._changed:
                for part, text in zip(batch, texts, strict=True):
                    words = place_words(part.window, text.words)
                    self._keep(part, WindowResult(part.window, text.language, words, text.log_probability))
                self._changed.notify_all()
        except BaseException as error:
            for part in batch:
                self._fail(part.job, error)
        finally:
            with self._changed:
                self._start_workers()

    def _keep(self, part: Part, result: WindowResult) -> None:
        """Store the result of a window, or of a part of its second try; queue the second try of a suspect result."""
        job, number = part.job, part.number
        if part.retry >= 0:
            second = job.second_tries[number]
            second.results[part.retry] = result
            if second.complete:
                job.results[number] = job.second_tries.pop(number).merge()
        elif second_try := plan_second_try(result):
            job.second_tries[number] = second_try
            job.retries += [Part(job, number, window, retry) for retry, window in enumerate(second_try.parts)]
        else:
            job.results[number] = result
