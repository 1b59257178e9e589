"""The report of a night: a short markdown page for the person who did not watch it run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from summarizer.digest import escape
from summarizer.pipeline import Run
from summarizer.records import Outcome
from summarizer.store.files import atomic_write

FEW = 3  # talks with the same reason that are named one by one


def render(run: Run, finished: datetime) -> str:
    """The report as markdown: figures first, then what needs a person, then the new pages."""
    counts = Counter(outcome.status for outcome in run.finals)
    minutes = (finished - run.started).total_seconds() / 60
    lines = [
        f"# Night of {run.started:%Y-%m-%d}",
        "",
        f"Started {run.started:%H:%M} UTC, took {minutes:.1f} minutes.",
        "",
        "| made | cached | refused | deferred | failed |",
        "|---|---|---|---|---|",
        "| " + " | ".join(str(counts[s]) for s in ("made", "cached", "refused", "deferred", "failed")) + " |",
    ]
    if counts["deferred"]:
        lines += ["", "Deferred videos are tried again on the next run; nothing done so far is lost."]
    for heading, status in (("Failed", "failed"), ("Deferred", "deferred"), ("Refused", "refused")):
        found = [outcome for outcome in run.finals if outcome.status == status]
        if found:
            lines += ["", f"## {heading}", ""]
            lines += _told(found)
    made = [outcome for outcome in run.finals if outcome.status == "made"]
    if made:
        lines += ["", "## New pages", ""]
        lines += [f"- [{escape(o.title)}]({Path(o.path).name}), {o.seconds:.0f} s{_noted(o.reason)}" for o in made]
    return "\n".join(lines) + "\n"


def _noted(reason: str) -> str:
    return f": {escape(reason)}" if reason else ""


def _told(outcomes: Sequence[Outcome]) -> list[str]:
    """One line a talk; many with the same reason, as when the time is up, share a line."""
    same: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        same.setdefault((outcome.code, outcome.reason), []).append(outcome)
    lines = []
    for (code, reason), group in same.items():
        names = [escape(o.title) for o in group] if len(group) <= FEW else [f"{len(group)} talks"]
        lines += [f"- {name} ({escape(code)}): {escape(reason)}" for name in names]
    return lines


def write(run: Run, path: Path) -> None:
    """Write the report of a finished (or interrupted) night."""
    atomic_write(path, render(run, datetime.now(UTC)).encode())
