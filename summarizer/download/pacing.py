"""Limit the request rate of a site: a pause between videos, and a circuit breaker.

After a site answers "too many requests" or asks for a proof of being human, further requests prolong the block. The
breaker (Nygard, Release It!) then defers all other videos of the run without a request.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from summarizer.errors import Deferred

TRIPPING = frozenset({"rate_limited", "bot_check"})


class Pacing:
    """The request rate of one run, shared by its download threads."""

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = 0.0
        self._tripped: Deferred | None = None

    def wait(self) -> None:
        """Wait until the next request is allowed; raises `Deferred` once the breaker has tripped."""
        with self._lock:
            self._raise_if_tripped()
            turn = max(self._clock(), self._next)
            self._next = turn + self._seconds
        if turn > self._clock():
            self._sleep(turn - self._clock())
        self._raise_if_tripped()

    def _raise_if_tripped(self) -> None:
        if self._tripped is not None:
            raise Deferred(self._tripped.code, f"deferred after: {self._tripped}", self._tripped.remedy)

    def note(self, error: Exception) -> None:
        """Trip the breaker if the error is the site's request to stop."""
        if isinstance(error, Deferred) and error.code in TRIPPING and self._tripped is None:
            self._tripped = error
