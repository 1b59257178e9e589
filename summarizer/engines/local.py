"""One machine: downloads run ahead, several talks are worked on at once, and the caller gets each as it is done.

Network and models are never idle for one another, and the bound on talks in flight keeps a slow model from filling the
disk. Several talks at once let a language model answer for all of them in one batch. The caller's thread only waits,
so Ctrl-C, SIGTERM and the end of the time budget take effect at once, whatever the models are at. The threads are
daemons: what is in flight must not hold up the end of an interrupted run, and the next one removes what it leaves.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence

from summarizer.engines.base import Done, Fetched, Task, Worker
from summarizer.errors import Deferred

_POLL_SECONDS = 0.2  # between two looks at the time budget


class LocalEngine:
    """Threads of this process.

    At most `ahead` talks are being fetched or wait for their turn, `at_once` are finished side by side.
    """

    def __init__(self, worker: Worker, ahead: int, at_once: int) -> None:
        self._worker = worker
        self._ahead = ahead
        self._at_once = at_once

    def run(self, tasks: Sequence[Task], stopped: Callable[[], bool]) -> Iterator[Done]:
        """Yield every task once it is done, in order of completion; see `Engine`."""
        threads = _Threads(self._worker, tasks, stopped)
        try:
            threads.start(min(self._ahead, len(tasks)), min(self._at_once, len(tasks)))
            left = {id(task): task for task in tasks}
            while left and (done := threads.next()):
                del left[id(done.task)]
                yield done
            for task in left.values():
                late = Deferred("budget", "the time budget is used up", "The next run continues from here.")
                yield Done(task, error=late)
        finally:
            threads.close()


class _Threads:
    """The threads of one pass, and the queues between them."""

    def __init__(self, worker: Worker, tasks: Sequence[Task], stopped: Callable[[], bool]) -> None:
        self._worker = worker
        self._stopped = stopped
        self._closed = False  # the caller has all it wants
        self._todo: queue.SimpleQueue[Task] = queue.SimpleQueue()
        self._fetched: queue.SimpleQueue[Fetched | None] = queue.SimpleQueue()  # None: no more
        self._done: queue.SimpleQueue[Done] = queue.SimpleQueue()
        for task in tasks:
            self._todo.put(task)

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
        """Let threads end that have nothing in hand; the others end when they are done with that."""
        self._closed = True
        for _ in range(self._ahead):
            self._slots.release()
        for _ in range(self._at_once):
            self._fetched.put(None)

    def next(self) -> Done | None:
        """The next task that is done; nothing once the run shall stop and none is done yet."""
        while True:
            try:
                return self._done.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                if self._stopped():
                    return None

    def _ending(self) -> bool:
        return self._closed or self._stopped()

    def _fetch_all(self) -> None:
        while True:
            self._slots.acquire()
            try:
                task = self._todo.get_nowait()
            except queue.Empty:
                return
            if self._ending():
                return
            self._fetched.put(self._worker.fetch(task))

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
                self._done.put(self._worker.finish(fetched))
            except BaseException as error:  # the caller's to judge; a thread must not end in silence
                fetched.locks.close()
                self._done.put(Done(fetched.task, error=error))
