"""One machine: downloads run ahead in the background, models compute in the main thread.

Network and models are never idle for one another, and the bound on talks in flight keeps a slow model from filling the
disk. Computing stays in the main thread because only there can Ctrl-C, SIGTERM and the time budget interrupt it.
The threads are daemons: a download in flight must not hold up the end of an interrupted run, and what it leaves is
swept by the next one.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from summarizer.pipeline import Talk


@dataclass
class Prepared:
    """A talk whose material is there (or the error that says why not); holds the talk's lock until released."""

    talk: Talk
    error: BaseException | None = None
    lock: ExitStack = field(default_factory=ExitStack)


def prepared(talks: Sequence[Talk], ahead: int, stopped: Callable[[], bool]) -> Iterator[Prepared]:
    """Yield every talk once its downloads are done, in order of completion, at most `ahead` waiting or under way.

    The caller computes while the next ones download. Each talk is locked while it is worked on.
    """
    todo: queue.SimpleQueue[Talk] = queue.SimpleQueue()
    for talk in talks:
        todo.put(talk)
    ready: queue.SimpleQueue[Prepared] = queue.SimpleQueue()
    slots = threading.Semaphore(ahead)

    def work() -> None:
        while True:
            slots.acquire()
            try:
                talk = todo.get_nowait()
            except queue.Empty:
                return
            ready.put(_prepare(talk, stopped))

    for number in range(min(ahead, len(talks))):
        threading.Thread(target=work, name=f"download-{number}", daemon=True).start()
    for _ in talks:
        item = ready.get()
        slots.release()  # the next download may start while this talk computes
        try:
            yield item
        finally:
            item.lock.close()


def _prepare(talk: Talk, stopped: Callable[[], bool]) -> Prepared:
    item = Prepared(talk)
    try:
        item.lock.enter_context(talk.folder.lock())
        talk.folder.note(video=talk.video)
        if not stopped():
            talk.prepare()
    except Exception as error:  # reported by the run; a bug in one talk must not end the others
        item.error = error
    return item
