"""The scheduled job: process several sources within a time budget and write a report; one job at a time."""

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
def lock_library(config: Config) -> Iterator[None]:
    """Lock the library for a scheduled job; raises `Locked` (exit code 11) while another job holds the lock."""
    root = config.runtime.library
    with disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / ".nightly.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Locked(
            f"another nightly run is using the library {root}", "Wait until it ends, or read its log."
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def nightly(config: Config) -> Iterator[tuple[Run, list[Task]]]:
    """List all sources; write the report after the caller has executed the run."""
    if not config.nightly.sources:
        raise UsageError(
            "nightly.sources is empty",
            "Write a file with `summarizer config init nightly -o nightly.toml`, add sources, and use -c nightly.toml.",
        )
    with lock_library(config), sample.serve_sources(config.nightly.sources) as sources:
        budget = time_budget(config.nightly.budget_minutes * 60)
        if sample.NAME in config.nightly.sources:
            runtime = config.runtime.model_copy(update={"loopback_feed": True})
            config = config.model_copy(update={"runtime": runtime})
        run = Run(config, limit=config.nightly.limit, budget=budget, upgrade=True)
        try:
            yield run, run.find(sources)
        finally:
            report.write(run, config.nightly.report)
