"""Display a run: a progress bar on a terminal or plain lines in a log."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

from summarizer.cli.console import COLOURS, Verbosity, clean, err, print_rows, spinner
from summarizer.pipeline import Plan, Run, State, Step
from summarizer.records import Outcome, Video

LOG_INTERVAL = 60.0  # seconds between two lines on the same recording, where there is no bar
SPEECH_SHARE = 0.9  # of the time of a talk whose speech is recognised; the rest is the summary
_AVERAGED = 3600.0  # seconds over which the speed is averaged for the remaining time


class Display:
    """A `Listener` that shows a progress bar on a terminal, or prints one line per finished video."""

    def __init__(self, bar: Progress | None) -> None:
        self.bar = bar
        self.task = bar.add_task("checking the cache", total=None) if bar else None
        self.computing: dict[str, tuple[str, str]] = {}  # video id -> stage and title, in order of start
        self.working = False  # False while the cache is checked
        self.ended = 0  # videos with work to do that have an outcome
        self.logged = time.monotonic()  # when the last line on a long recording was printed
        self.lock = threading.Lock()  # of all these: stages start in several threads

    def listed(self, total: int) -> None:
        """Set the number of videos with work to do."""
        with self.lock:
            self.working, self.ended = True, 0
        if self.bar and self.task is not None:
            self.bar.update(self.task, total=total, completed=0)

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
        """Show the recognised share of the current recording: in the bar, or in a log once a minute."""
        with self.lock:
            title = next((title for stage, title in self.computing.values() if stage == "transcribe"), "")
            completed = self.ended + share * SPEECH_SHARE
            due = time.monotonic() - self.logged >= LOG_INTERVAL
            if due:
                self.logged = time.monotonic()
        text = f"transcribe: {title} {share:.0%}"
        self._describe(text)
        if self.bar and self.task is not None:
            self.bar.update(self.task, completed=completed)
        elif due and not Verbosity.quiet:
            err.print(Text(text))

    def finished(self, outcome: Outcome) -> None:
        """Print a line for a video on which there was work; the others are counted at the end."""
        with self.lock:
            self.computing.pop(outcome.video_id, None)
            self.ended += self.working
            self.logged = time.monotonic()
            ended = self.ended
        if not self.working:
            return
        if not Verbosity.quiet:
            (self.bar.console if self.bar else err).print(_make_line(outcome))
        if self.bar and self.task is not None:
            self.bar.update(self.task, completed=ended)

    def _describe(self, text: str) -> None:
        if self.bar and self.task is not None:
            self.bar.update(self.task, description=text)


def _make_line(outcome: Outcome) -> Text:
    """One line on a finished talk: its page if it has one; the reasons of the others follow at the end of the run."""
    line = Text(f"{outcome.status:>8}  ", style=COLOURS[outcome.status])
    line.append(clean(outcome.title), style="default")
    if outcome.path and outcome.status == "made":
        line.append(f"  {clean(outcome.path)}", style="dim")
    if outcome.reason and outcome.status == "made":
        line.append(f"  {clean(outcome.reason)}", style="dim")
    return line


@contextmanager
def show_progress(run: Run) -> Iterator[None]:
    """Display the progress of a run while the block runs."""
    if not err.is_terminal or Verbosity.quiet:
        run.listener = Display(None)
        yield
        return
    columns = (
        SpinnerColumn(spinner()),
        TextColumn("{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")),
        BarColumn(12),
        MofNCompleteColumn(table_column=Column(no_wrap=True)),
        TimeElapsedColumn(table_column=Column(no_wrap=True)),
        TextColumn("left"),
        TimeRemainingColumn(compact=True, table_column=Column(no_wrap=True)),
    )
    with Progress(*columns, console=err, transient=True, expand=True, speed_estimate_period=_AVERAGED) as bar:
        run.listener = Display(bar)
        yield


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
