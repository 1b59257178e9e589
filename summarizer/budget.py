"""The time that a run may take."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from summarizer.errors import Deferred


@contextlib.contextmanager
def time_budget(seconds: float) -> Iterator[Callable[[], bool]]:
    """A wall-time budget: yields a function that is True once it is used up.

    The work in flight at the end is interrupted, not waited for: an alarm raises `Deferred("budget")` in the main
    thread, where models compute. POSIX only; elsewhere the budget is checked between talks.
    """
    import signal

    end = time.monotonic() + seconds

    def alarm(_signal: int, _frame: object) -> None:
        raise Deferred("budget", "the time budget is used up", "The next run goes on from here.")

    if not hasattr(signal, "setitimer"):
        yield lambda: time.monotonic() >= end
        return
    previous = signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield lambda: time.monotonic() >= end
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
