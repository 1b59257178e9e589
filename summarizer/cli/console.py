"""Output of the command line: tables, messages and errors.

Titles and messages come from outside and can contain terminal escapes or markup. All such text is passed through
`clean` and `rich.text.Text`, and is never interpreted as markup.
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

from summarizer.errors import SummarizerError, add_full_stop

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)
COLOURS = {"made": "green", "cached": "blue", "refused": "yellow", "deferred": "magenta", "failed": "red"}


def clean(text: str) -> str:
    """Replace control characters, which could move the cursor or change colours, by spaces."""
    return "".join(c if c.isprintable() else " " for c in text)


def print_data(text: str) -> None:
    """Write a line of data to stdout."""
    sys.stdout.write(text + "\n")


def print_note(text: str) -> None:
    """Write a message to stderr."""
    err.print(Text(clean(text)))


def print_error(problem: SummarizerError) -> None:
    """Write an error and its remedy to stderr, as one line."""
    line = Text("error: ", style="red").append(clean(add_full_stop(str(problem))), style="default")
    if problem.remedy:
        line.append(f" {clean(problem.remedy)}", style="cyan")
    err.print(line)


def make_log_handler() -> logging.Handler:
    """A handler that writes log records to stderr, between the progress lines."""
    return RichHandler(console=err, show_path=False, show_time=False, markup=False)


def show_status(text: str) -> AbstractContextManager[Any]:
    """Show a spinner while the block runs, if stderr is a terminal."""
    return err.status(Text(text)) if err.is_terminal else nullcontext()


def print_rows(records: Sequence[Mapping[str, Any]], as_json: bool, empty: str = "", title: str = "") -> None:
    """Write records with the same fields to stdout, as a table or as JSON; `empty` is printed if there are none."""
    if as_json:
        print_data(json.dumps(list(records), indent=1, ensure_ascii=False, default=str))
        return
    if not records:
        print_note(empty)
        return
    table = Table(box=None, pad_edge=False, title=Text(clean(title)) if title else None, title_justify="left")
    for name in records[0]:
        table.add_column(name, overflow="fold")
    for record in records:
        table.add_row(*(Text(clean("" if value is None else str(value))) for value in record.values()))
    print_table(table)


def print_table(table: Table) -> None:
    """Write a table to stdout; it is 160 columns wide if stdout is not a terminal."""
    Console(width=None if out.is_terminal else 160).print(table)
