"""The scheduled job: one at a time, several sources, inside a time budget, with a report."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from filelock import FileLock, Timeout

from summarizer import sample
from summarizer.config import Config
from summarizer.engines import Task
from summarizer.errors import Locked, UsageError
from summarizer.nightly import report
from summarizer.nightly.budget import time_budget
from summarizer.pipeline import Run
from summarizer.store.files import disk_errors


@contextlib.contextmanager
def only_run(config: Config) -> Iterator[None]:
    """Hold the library for one scheduled run; raises `Locked` (exit 11) while another one runs."""
    root = config.runtime.library
    with disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / ".nightly.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Locked(f"another nightly run holds {root}", "Wait for it, or look at its log.") from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def nightly(config: Config) -> Iterator[tuple[Run, list[Task]]]:
    """List all sources and, once the caller has executed the run, write the report of the night."""
    if not config.nightly.sources:
        raise UsageError(
            "nightly.sources is empty",
            "List playlists or folders in the config file, as configs/nightly.toml does.",
        )
    with only_run(config), sample.served(config.nightly.sources) as sources:
        budget = time_budget(config.nightly.budget_minutes * 60)
        run = Run(config, limit=config.nightly.limit, budget=budget, upgrade=True)
        try:
            yield run, run.find(sources)
        finally:
            report.write(run, config.nightly.report)
