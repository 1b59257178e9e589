"""What a person sees: tables, progress and errors. Used by the command line only.

Titles and messages come from strangers and can carry terminal escapes or markup, so everything foreign goes through
`clean` and `rich.text.Text`, never through markup. Progress is shown on a terminal only; a log file gets plain lines.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from rich.console import Console
from rich.logging import RichHandler
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

from summarizer.engines.local import WALKER
from summarizer.errors import SummarizerError, sentence
from summarizer.pipeline.run import Listener, Run
from summarizer.pipeline.steps import Step
from summarizer.pipeline.walk import Talk
from summarizer.records import Outcome, Video

_out = Console(soft_wrap=True)
_err = Console(stderr=True, soft_wrap=True)
_COLOUR = {"made": "green", "cached": "blue", "refused": "yellow", "deferred": "magenta", "failed": "red"}


def clean(text: str) -> str:
    """Text without control characters: they could move the cursor or recolour the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def data(text: str) -> None:
    """A line of data on stdout."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """A line for people, on stderr."""
    _err.print(Text(clean(text)))


def error(problem: SummarizerError) -> None:
    """One line that says what is wrong, and the remedy."""
    line = Text("error: ", style="red").append(clean(sentence(str(problem))), style="default")
    if problem.remedy:
        line.append(f" {clean(problem.remedy)}", style="cyan")
    _err.print(line)


def log_handler() -> logging.Handler:
    """Log records on stderr, between the progress lines."""
    return RichHandler(console=_err, show_path=False, show_time=False, markup=False)


def status(text: str) -> AbstractContextManager[Any]:
    """A spinner while something short runs; nothing when stderr is not a terminal."""
    return _err.status(Text(text)) if _err.is_terminal else nullcontext()


class _Display(Listener):
    """Progress of a run: the bar on a terminal, a line per finished video elsewhere."""

    def __init__(self, bar: Progress | None) -> None:
        self.bar = bar
        self.task = bar.add_task("looking", total=None) if bar else None
        self.computing: dict[str, str] = {}  # what each walk is at, by its video's id

    def listed(self, total: int) -> None:
        if self.bar and self.task is not None:
            self.bar.update(self.task, total=total)

    def stage(self, video: Video, stage: str) -> None:
        text = f"{stage}: {clean(video.title)[:48]}"
        if threading.current_thread().name.startswith(WALKER):
            self.computing[video.id] = text
            others = len(self.computing) - 1
            text += f" and {others} more" if others else ""
        elif self.computing:
            return  # what is fetched ahead is shown only while nothing computes
        if self.bar and self.task is not None:
            self.bar.update(self.task, description=text)

    def progress(self, share: float) -> None:
        heard = next((text for text in self.computing.values() if text.startswith("transcribe")), "")
        if self.bar and self.task is not None:
            self.bar.update(self.task, description=f"{heard} {share:.0%}")

    def finished(self, outcome: Outcome) -> None:
        self.computing.pop(outcome.video_id, None)
        if outcome.status == "cached":
            return
        line = Text(f"{outcome.status:>8} ", style=_COLOUR[outcome.status]).append(
            clean(outcome.title), style="default"
        )
        if outcome.status != "made":
            line.append(f"  {clean(outcome.reason)}", style="dim")
        (self.bar.console if self.bar else _err).print(line)
        if self.bar and self.task is not None:
            self.bar.advance(self.task)


@contextmanager
def progress(run: Run) -> Iterator[None]:
    """Show how a run goes along."""
    if not _err.is_terminal:
        run.listener = _Display(None)
        yield
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_err, transient=True) as bar:
        run.listener = _Display(bar)
        yield


def outcomes(run: Run, as_json: bool) -> None:
    """The end of a run: a table (or JSON) of final outcomes on stdout, a summary line on stderr."""
    if as_json:
        data(json.dumps([outcome.model_dump(mode="json") for outcome in run.finals], indent=1, ensure_ascii=False))
    else:
        table = Table(box=None, pad_edge=False)
        for heading in ("outcome", "seconds", "title", "page or reason"):
            table.add_column(heading, overflow="fold", justify="right" if heading == "seconds" else "left")
        for outcome in run.finals:
            last = outcome.path if outcome.status in ("made", "cached") else clean(outcome.reason)
            table.add_row(
                Text(outcome.status, style=_COLOUR[outcome.status]),
                f"{outcome.seconds:.1f}" if outcome.seconds else "",
                Text(clean(outcome.title)),
                Text(last, style="dim" if outcome.status == "cached" else ""),
            )
        Console(width=None if _out.is_terminal else 160).print(table)
    counts = {status: sum(o.status == status for o in run.finals) for status in _COLOUR}
    told = ", ".join(f"{number} {status}" for status, number in counts.items() if number) or "no videos"
    note(f"{told}. Pages: {run.config.runtime.digests / 'index.md'}")
    if run.finals and counts["cached"] + counts["refused"] == len(run.finals) and not run.worked:
        note("Everything was cached; nothing had to be made.")


def plans(found: Sequence[tuple[Talk, Sequence[Step]]], as_json: bool) -> None:
    """What would run for each talk, and why."""
    flat = [
        {
            "video": talk.video.id,
            "title": talk.video.title,
            "stage": step.stage,
            "state": step.state,
            "why": step.why,
            "key": step.key,
        }
        for talk, steps in found
        for step in steps or [Step("list", "", "skipped", talk.video.unavailable or "")]
    ]
    rows(flat, as_json, empty="No videos.")


def rows(records: Sequence[Mapping[str, Any]], as_json: bool, empty: str = "", title: str = "") -> None:
    """A table of equal records on stdout, or JSON."""
    if as_json:
        data(json.dumps(list(records), indent=1, ensure_ascii=False, default=str))
        return
    if not records:
        note(empty)
        return
    table = Table(box=None, pad_edge=False, title=Text(clean(title)) if title else None, title_justify="left")
    for name in records[0]:
        table.add_column(name, overflow="fold")
    for record in records:
        table.add_row(*(Text(clean("" if value is None else str(value))) for value in record.values()))
    Console(width=None if _out.is_terminal else 160).print(table)
