"""What a person sees: tables, notes and errors. Used by the command line only.

Titles and messages come from strangers and can carry terminal escapes or markup, so everything foreign goes through
`clean` and `rich.text.Text`, never through markup.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table
from rich.text import Text

from summarizer.errors import SummarizerError, sentence

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)
COLOURS = {"made": "green", "cached": "blue", "refused": "yellow", "deferred": "magenta", "failed": "red"}


def clean(text: str) -> str:
    """Text without control characters: they could move the cursor or recolour the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def data(text: str) -> None:
    """A line of data on stdout."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """A line for people, on stderr."""
    err.print(Text(clean(text)))


def error(problem: SummarizerError) -> None:
    """One line that says what is wrong, and the remedy."""
    line = Text("error: ", style="red").append(clean(sentence(str(problem))), style="default")
    if problem.remedy:
        line.append(f" {clean(problem.remedy)}", style="cyan")
    err.print(line)


def log_handler() -> logging.Handler:
    """Log records on stderr, between the progress lines."""
    return RichHandler(console=err, show_path=False, show_time=False, markup=False)


def status(text: str) -> AbstractContextManager[Any]:
    """A spinner while something short runs; nothing when stderr is not a terminal."""
    return err.status(Text(text)) if err.is_terminal else nullcontext()


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
    show(table)


def show(table: Table) -> None:
    """A table on stdout; as wide as its longest lines need where stdout is no terminal."""
    Console(width=None if out.is_terminal else 160).print(table)
