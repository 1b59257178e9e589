"""The engine for one machine: downloads run ahead of computation, and several talks are processed in parallel.

Downloads and models do not wait for each other. The number of downloaded talks is limited, so that a slow model does
not fill the disk. With several talks in parallel, a language model can answer the prompts of all of them in one batch.
The caller's thread only waits, so Ctrl-C, SIGTERM and the end of the time budget take effect at once, even while a
model computes. The threads are daemons, because unfinished work must not delay the end of an interrupted run; the next
run deletes incomplete files.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence

from summarizer.engines.base import FetchedTask, Task, TaskResult, Worker
from summarizer.errors import Deferred

_POLL_SECONDS = 0.2  # interval at which the time budget is checked


class LocalEngine:
    """An engine that uses threads of this process.

    At most `ahead` talks are being fetched or wait to be finished; `at_once` talks are finished in parallel.
    """

    def __init__(self, worker: Worker, ahead: int, at_once: int) -> None:
        self._worker = worker
        self._ahead = ahead
        self._at_once = at_once

    def run(self, tasks: Sequence[Task], stopped: Callable[[], bool]) -> Iterator[TaskResult]:
        """Yield the result of every task, in order of completion; see `Engine.run`."""
        threads = _Threads(self._worker, tasks, stopped)
        try:
            threads.start(min(self._ahead, len(tasks)), min(self._at_once, len(tasks)))
            unfinished = {id(task): task for task in tasks}
            while unfinished and (result := threads.next()):
                del unfinished[id(result.task)]
                yield result
            for task in unfinished.values():
                error = Deferred("budget", "the time budget is used up", "The next run continues with this talk.")
                yield TaskResult(task, error=error)
        finally:
            threads.close()


class _Threads:
    """The threads of one call of `LocalEngine.run`, and the queues between them."""

    def __init__(self, worker: Worker, tasks: Sequence[Task], stopped: Callable[[], bool]) -> None:
        self._worker = worker
        self._stopped = stopped
        self._closed = False  # the caller needs no further results
        self._tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
        self._fetched: queue.SimpleQueue[FetchedTask | None] = queue.SimpleQueue()  # None ends a thread
        self._results: queue.SimpleQueue[TaskResult] = queue.SimpleQueue()
        for task in tasks:
            self._tasks.put(task)

    def start(self, ahead: int, at_once: int) -> None:
        """Start the threads."""
        self._at_once = at_once
        self._ahead = ahead
        self._slots = threading.Semaphore(ahead)
        for number in range(ahead):
            threading.Thread(target=self._fetch_all, name=f"fetch-{number}", daemon=True).start()
        for number in range(at_once):
            threading.Thread(target=self._finish_all, name=f"finish-{number}", daemon=True).start()

    def close(self) -> None:
        """End idle threads now, and the others after their current task."""
        self._closed = True
        for _ in range(self._ahead):
            self._slots.release()
        for _ in range(self._at_once):
            self._fetched.put(None)

    def next(self) -> TaskResult | None:
        """Wait for the next result; None when the run is stopped and no result is available."""
        while True:
            try:
                return self._results.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                if self._stopped():
                    return None

    def _ending(self) -> bool:
        return self._closed or self._stopped()

    def _fetch_all(self) -> None:
        while True:
            self._slots.acquire()
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                return
            if self._ending():
                return
            try:
                fetched = self._worker.fetch(task)
            except BaseException as error:  # passed to the caller; a task must not be lost
                self._slots.release()
                self._results.put(TaskResult(task, error=error))
                continue
            if self._ending():
                fetched.locks.close()
                return
            self._fetched.put(fetched)

    def _finish_all(self) -> None:
        while True:
            fetched = self._fetched.get()
            if fetched is None:
                return
            self._slots.release()  # the next download may start while this talk computes
            if self._ending():
                fetched.locks.close()
                continue
            try:
                self._results.put(self._worker.finish(fetched))
            except BaseException as error:  # passed to the caller; a thread must not end without a result
                fetched.locks.close()
                self._results.put(TaskResult(fetched.task, error=error))
