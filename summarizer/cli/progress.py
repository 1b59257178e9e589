"""How a run is shown: a progress bar on a terminal, plain lines in a log, and its outcomes at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from summarizer.cli.console import COLOURS, clean, data, err, note, rows, show
from summarizer.pipeline import Plan, Run, State, Step
from summarizer.records import Outcome, Video


class Display:
    """A `Listener`: the bar on a terminal, a line per finished video elsewhere."""

    def __init__(self, bar: Progress | None) -> None:
        self.bar = bar
        self.task = bar.add_task("looking", total=None) if bar else None
        self.computing: dict[str, tuple[str, str]] = {}  # video id -> its stage and title, in the order they began

    def listed(self, total: int) -> None:
        """So many videos have work to do."""
        if self.bar and self.task is not None:
            self.bar.update(self.task, total=total)

    def stage(self, video: Video, stage: str, ahead: bool) -> None:
        """What is fetched ahead is shown only while nothing computes."""
        title = clean(video.title)[:48]
        if not ahead:
            self.computing.pop(video.id, None)
            self.computing[video.id] = (stage, title)
            more = len(self.computing) - 1
            self._describe(f"{stage}: {title}" + (f" and {more} more" if more else ""))
        elif not self.computing:
            self._describe(f"{stage}: {title}")

    def progress(self, share: float) -> None:
        """So much of the speech at hand is recognised."""
        title = next((title for stage, title in self.computing.values() if stage == "transcribe"), "")
        self._describe(f"transcribe: {title} {share:.0%}")

    def finished(self, outcome: Outcome) -> None:
        """A line for what is not merely cached."""
        self.computing.pop(outcome.video_id, None)
        if outcome.status == "cached":
            return
        line = Text(f"{outcome.status:>8} ", style=COLOURS[outcome.status])
        line.append(clean(outcome.title), style="default")
        if outcome.status != "made":
            line.append(f"  {clean(outcome.reason)}", style="dim")
        (self.bar.console if self.bar else err).print(line)
        if self.bar and self.task is not None:
            self.bar.advance(self.task)

    def _describe(self, text: str) -> None:
        if self.bar and self.task is not None:
            self.bar.update(self.task, description=text)


@contextmanager
def progress(run: Run) -> Iterator[None]:
    """Show how a run is going while the block lasts."""
    if not err.is_terminal:
        run.listener = Display(None)
        yield
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        run.listener = Display(bar)
        yield


def outcomes(run: Run, as_json: bool) -> None:
    """The end of a run: a table (or JSON) of final outcomes on stdout, a summary line on stderr."""
    if as_json:
        data(json.dumps([outcome.model_dump(mode="json") for outcome in run.finals], indent=1, ensure_ascii=False))
    else:
        show(_table(run.finals))
    counts = {status: sum(o.status == status for o in run.finals) for status in COLOURS}
    summary = ", ".join(f"{number} {status}" for status, number in counts.items() if number) or "no videos"
    note(f"{summary}. Pages: {run.config.runtime.digests / 'index.md'}")
    if run.finals and counts["cached"] + counts["refused"] == len(run.finals) and not run.worked:
        note("Everything was cached; nothing had to be made.")


def _table(finals: Sequence[Outcome]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("outcome", "seconds", "title", "page or reason"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "seconds" else "left")
    for outcome in finals:
        last = outcome.path if outcome.status in ("made", "cached") else clean(outcome.reason)
        table.add_row(
            Text(outcome.status, style=COLOURS[outcome.status]),
            f"{outcome.seconds:.1f}" if outcome.seconds else "",
            Text(clean(outcome.title)),
            Text(last, style="dim" if outcome.status == "cached" else ""),
        )
    return table


def plans(found: Sequence[Plan], as_json: bool) -> None:
    """What would run for each talk, and why."""
    listed = [
        {
            "video": plan.video.id,
            "title": plan.video.title,
            "stage": step.stage,
            "state": step.state,
            "why": step.why,
            "key": step.key,
        }
        for plan in found
        for step in plan.steps or [Step("list", "", State.SKIPPED, plan.video.unavailable or "")]
    ]
    rows(listed, as_json, empty="No videos.")
