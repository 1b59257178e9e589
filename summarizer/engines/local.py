"""One machine: downloads run ahead, several talks are walked at once, and the caller gets each as it is done.

Network and models are never idle for one another, and the bound on talks in flight keeps a slow model from filling the
disk. Several walks at once let a language model answer for several talks in one batch; all but that is quick or waits.
The caller's thread only waits, so Ctrl-C, SIGTERM and the end of the time budget take effect at once, whatever the
models are at. The threads are daemons: what is in flight must not hold up the end of an interrupted run, and what it
leaves is swept by the next one.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from summarizer.errors import Deferred
from summarizer.pipeline.walk import Talk
from summarizer.store.library import Entry

WALKER = "walk"  # how threads that walk are named; others fetch ahead
_LOOK = 0.2  # seconds between two looks at the time budget


@dataclass
class Item:
    """A talk on its way: its digest or the error that says why not. Holds the talk's lock until released."""

    talk: Talk
    digest: Entry | None = None
    error: BaseException | None = None
    lock: ExitStack = field(default_factory=ExitStack)


def walked(
    talks: Sequence[Talk], walk: Callable[[Talk], Entry], *, ahead: int, at_once: int, stopped: Callable[[], bool]
) -> Iterator[Item]:
    """Yield every talk once it is walked, in order of completion; each is locked while it is worked on.

    At most `ahead` are being fetched or wait for a walk, `at_once` are walked side by side. Once `stopped()`, those in
    flight are left to themselves and yielded with all others as `Deferred`.
    """
    engine = _Engine(walk, stopped)
    for talk in talks:
        engine.todo.put(talk)
    try:
        engine.start(min(ahead, len(talks)), min(at_once, len(talks)))
        left = {id(talk): talk for talk in talks}
        while left and (item := engine.next()):
            del left[id(item.talk)]
            try:
                yield item
            finally:
                item.lock.close()
        for talk in left.values():
            late = Deferred("budget", "the time budget is used up", "The next run goes on from here.")
            yield Item(talk, error=late)
    finally:
        engine.close()


class _Engine:
    """The threads of one pass, and the queues between them."""

    def __init__(self, walk: Callable[[Talk], Entry], stopped: Callable[[], bool]) -> None:
        self.todo: queue.SimpleQueue[Talk] = queue.SimpleQueue()
        self._closed = False  # the caller has all it wants
        self._ready: queue.SimpleQueue[Item | None] = queue.SimpleQueue()  # None: go home
        self._done: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._walk = walk
        self._stopped = stopped

    def start(self, ahead: int, at_once: int) -> None:
        """Start the threads."""
        self._ahead, self._at_once = ahead, at_once
        self._slots = threading.Semaphore(ahead)
        for number in range(ahead):
            threading.Thread(target=self._fetch_all, name=f"download-{number}", daemon=True).start()
        for number in range(at_once):
            threading.Thread(target=self._walk_all, name=f"{WALKER}-{number}", daemon=True).start()

    def close(self) -> None:
        """Let threads end that have nothing in hand; the others end when they are done with that."""
        self._closed = True
        for _ in range(self._ahead):
            self._slots.release()
        for _ in range(self._at_once):
            self._ready.put(None)

    def next(self) -> Item | None:
        """The next talk that is done; nothing once the run shall stop and none is done yet."""
        while True:
            try:
                return self._done.get(timeout=_LOOK)
            except queue.Empty:
                if self._stopped():
                    return None

    def _ends(self) -> bool:
        return self._closed or self._stopped()

    def _fetch_all(self) -> None:
        while True:
            self._slots.acquire()
            try:
                talk = self.todo.get_nowait()
            except queue.Empty:
                return
            if self._ends():
                return
            self._ready.put(_prepare(talk))

    def _walk_all(self) -> None:
        while True:
            item = self._ready.get()
            if item is None:
                return
            self._slots.release()  # the next download may start while this talk computes
            if item.error is None and not self._ends():
                try:
                    item.digest = self._walk(item.talk)
                except BaseException as error:  # the caller's to judge; a walk must not end in silence
                    item.error = error
            if self._closed:  # nobody waits any more
                item.lock.close()
            elif item.digest or item.error:
                self._done.put(item)


def _prepare(talk: Talk) -> Item:
    item = Item(talk)
    try:
        item.lock.enter_context(talk.folder.lock())
        talk.folder.note(video=talk.video)
        talk.prepare()
    except Exception as error:  # reported by the run; a bug in one talk must not end the others
        item.error = error
    return item
