"""The time that a run may take."""

from __future__ import annotations

import time
from collections.abc import Callable


def time_budget(seconds: float) -> Callable[[], bool]:
    """A wall-time budget: a function that is True once it is used up. Work in flight is then left, not waited for."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end
