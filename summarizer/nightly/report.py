"""The report of a night: a short markdown page about the results of a scheduled run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from summarizer.digest import escape
from summarizer.pipeline import Run
from summarizer.records import Outcome
from summarizer.store.files import atomic_write

MAX_NAMED = 3  # talks with the same reason that are listed by name


def render(run: Run, finished: datetime) -> str:
    """The report as markdown: counts, then talks without a digest, then new pages."""
    counts = Counter(outcome.status for outcome in run.finals)
    minutes = (finished - run.started).total_seconds() / 60
    lines = [
        f"# Night of {run.started:%Y-%m-%d}",
        "",
        f"Started {run.started:%H:%M} UTC, took {minutes:.1f} minutes.",
        "",
        "| made | cached | refused | skipped | deferred | failed |",
        "|---|---|---|---|---|---|",
        "| "
        + " | ".join(str(counts[s]) for s in ("made", "cached", "refused", "skipped", "deferred", "failed"))
        + " |",
    ]
    if counts["deferred"]:
        lines += ["", "The next run tries the deferred videos again; finished work is kept."]
    for heading, status in (
        ("Failed", "failed"),
        ("Deferred", "deferred"),
        ("Refused", "refused"),
        ("Skipped", "skipped"),
    ):
        selected = [outcome for outcome in run.finals if outcome.status == status]
        if selected:
            lines += ["", f"## {heading}", ""]
            lines += _format_outcomes(selected)
    made = [outcome for outcome in run.finals if outcome.status == "made"]
    if made:
        lines += ["", "## New pages", ""]
        lines += [
            f"- [{escape(o.title)}]({Path(o.path).name}), {o.seconds:.0f} s{_format_reason(o.reason)}" for o in made
        ]
    return "\n".join(lines) + "\n"


def _format_reason(reason: str) -> str:
    return f": {escape(reason)}" if reason else ""


def _format_outcomes(outcomes: Sequence[Outcome]) -> list[str]:
    """One line per talk; more than `MAX_NAMED` talks with the same reason share one line."""
    by_reason: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        by_reason.setdefault((outcome.code, outcome.reason), []).append(outcome)
    lines = []
    for (code, reason), group in by_reason.items():
        names = [escape(o.title) for o in group] if len(group) <= MAX_NAMED else [f"{len(group)} talks"]
        lines += [f"- {name} ({escape(code)}): {escape(reason)}" for name in names]
    return lines


def write(run: Run, path: Path) -> None:
    """Write the report of a finished or interrupted run."""
    atomic_write(path, render(run, datetime.now(UTC)).encode())
