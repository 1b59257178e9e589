"""Display a run: a progress bar on a terminal or plain lines in a log, and the outcomes at the end."""

from __future__ import annotations

import threading
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

from summarizer.cli.console import COLOURS, clean, err, print_json, print_note, print_rows, print_table
from summarizer.pipeline import Plan, Run, State, Step
from summarizer.records import Outcome, Video


class Display:
    """A `Listener` that shows a progress bar on a terminal, or prints one line per finished video."""

    def __init__(self, bar: Progress | None) -> None:
        self.bar = bar
        self.task = bar.add_task("checking the cache", total=None) if bar else None
        self.computing: dict[str, tuple[str, str]] = {}  # video id -> stage and title, in order of start
        self.lock = threading.Lock()  # of `computing`: stages start in several threads

    def listed(self, total: int) -> None:
        """Set the number of videos with work to do."""
        if self.bar and self.task is not None:
            self.bar.update(self.task, total=total)

    def stage(self, video: Video, stage: str, ahead: bool) -> None:
        """Show the stage; a download in advance is only shown while no other stage runs."""
        title = clean(video.title)[:48]
        with self.lock:
            if not ahead:
                self.computing.pop(video.id, None)
                self.computing[video.id] = (stage, title)
            others = len(self.computing) - 1
        if not ahead:
            self._describe(f"{stage}: {title}" + (f" and {others} more" if others else ""))
        elif others < 0:
            self._describe(f"{stage}: {title}")

    def progress(self, share: float) -> None:
        """Show the recognised share of the current recording."""
        with self.lock:
            title = next((title for stage, title in self.computing.values() if stage == "transcribe"), "")
        self._describe(f"transcribe: {title} {share:.0%}")

    def finished(self, outcome: Outcome) -> None:
        """Print a line for a video, unless its digest was cached."""
        with self.lock:
            self.computing.pop(outcome.video_id, None)
        if outcome.status == "cached":
            return
        line = Text(f"{outcome.status:>8} ", style=COLOURS[outcome.status])
        line.append(clean(outcome.title), style="default")
        if outcome.reason:
            line.append(f"  {clean(outcome.reason)}", style="dim")
        (self.bar.console if self.bar else err).print(line)
        if self.bar and self.task is not None:
            self.bar.advance(self.task)

    def _describe(self, text: str) -> None:
        if self.bar and self.task is not None:
            self.bar.update(self.task, description=text)


@contextmanager
def show_progress(run: Run) -> Iterator[None]:
    """Display the progress of a run while the block runs."""
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


def print_outcomes(run: Run, as_json: bool) -> None:
    """Print the final outcomes of a run to stdout, as a table or JSON, and a summary line to stderr."""
    if as_json:
        records = [outcome.model_dump(mode="json") for outcome in run.finals]
        print_json(records)
    else:
        print_table(_make_table(run.finals))
    counts = {status: sum(o.status == status for o in run.finals) for status in COLOURS}
    summary = ", ".join(f"{number} {status}" for status, number in counts.items() if number) or "no videos"
    print_note(f"{summary}. Pages: {run.index}")
    if run.finals and counts["cached"] + counts["refused"] == len(run.finals) and not run.wrote_pages:
        print_note("Everything was cached; there was no work to do.")


def _make_table(finals: Sequence[Outcome]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("outcome", "seconds", "title", "page or reason"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "seconds" else "left")
    for outcome in finals:
        last = outcome.path if outcome.status in ("made", "cached") else outcome.reason
        table.add_row(
            Text(outcome.status, style=COLOURS[outcome.status]),
            f"{outcome.seconds:.1f}" if outcome.seconds else "",
            Text(clean(outcome.title)),
            Text(clean(last), style="dim" if outcome.status == "cached" else ""),
        )
    return table


def print_plans(plans: Sequence[Plan], as_json: bool) -> None:
    """Print the steps that a run would take for each talk, and why."""
    records = [
        {
            "video": plan.video.id,
            "title": plan.video.title,
            "stage": step.stage,
            "state": step.state,
            "why": step.why,
            "key": step.key,
        }
        for plan in plans
        for step in plan.steps or [Step("list", "", State.SKIPPED, plan.video.unavailable or "")]
    ]
    print_rows(records, as_json, empty="No videos.")
