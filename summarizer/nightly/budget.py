"""The time budget of a run."""

from __future__ import annotations

import time
from collections.abc import Callable


def time_budget(seconds: float) -> Callable[[], bool]:
    """Start a budget of wall time; returns a function that is True when the budget is used up."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end
