"""Output of the command line: data, tables, messages and errors. No other module writes to stdout or stderr.

Titles and messages come from outside and can contain terminal escapes or markup. All text is passed through `clean`,
`clean_lines` or `escape_json`, and through `rich.text.Text`, and is never interpreted as markup.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from summarizer.errors import SummarizerError, add_full_stop

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)
COLOURS = {
    "made": "green",
    "cached": "blue",
    "refused": "yellow",
    "skipped": "dim",
    "deferred": "magenta",
    "failed": "red",
}
_UNWRAPPED = 100_000  # columns: wide enough for any row


class Verbosity:
    """How much is printed beside the data: `quiet` leaves only errors, `verbose` adds the log."""

    quiet = False
    verbose = False


def prepare_streams() -> None:
    """Print "?" for characters that the terminal's encoding does not have, instead of failing after the work."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


# Control characters (C0 and C1), bidirectional and other invisible ones, lone surrogates (bytes of a file name that are
# no UTF-8), private and unassigned characters, separators of lines.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # invisible, but part of the spelling of Persian, Indic languages and emoji


def _is_unsafe(char: str) -> bool:
    return not char.isprintable() and unicodedata.category(char) in _UNSAFE and char not in _JOINERS


def clean(text: str) -> str:
    """One line, in which characters that could move the cursor, change colours or reverse the text are spaces."""
    return text if text.isprintable() else "".join(" " if _is_unsafe(char) else char for char in text)


def clean_lines(text: str) -> str:
    """The same for text of several lines."""
    return "\n".join(clean(line) for line in text.split("\n"))


def escape_json(document: str) -> str:
    """A JSON document with the same content, in which such characters are written as `\\u009b`."""
    return "\n".join(
        line if line.isprintable() else "".join(_escape_char(char) if _is_unsafe(char) else char for char in line)
        for line in document.split("\n")
    )


def _escape_char(char: str) -> str:
    return json.dumps(char)[1:-1]


def print_json(value: Any) -> None:
    """Write a value to stdout as JSON; in ASCII where the terminal has no more, so that nothing is lost."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    print_data(escape_json(json.dumps(value, indent=1, ensure_ascii=not unicode, default=str)))


def print_data(text: str) -> None:
    """Write a line of data, or several, to stdout."""
    sys.stdout.write(clean_lines(text) + "\n")


def print_note(text: str) -> None:
    """Write a message to stderr, unless only errors are wanted."""
    if not Verbosity.quiet:
        err.print(Text(clean(text)))


def print_error(problem: SummarizerError) -> None:
    """Write an error and its remedy to stderr, as one line."""
    line = Text("error: ", style="red").append(clean(add_full_stop(str(problem))), style="default")
    if problem.remedy:
        line.append(f" {clean(problem.remedy)}", style="cyan")
    err.print(line)


def print_traceback(lines: Iterable[str]) -> None:
    """Write a traceback to stderr; its message may quote text from outside."""
    err.print(Text(clean_lines("".join(lines).rstrip())))


class _LogHandler(logging.Handler):
    """Writes log records to stderr in the form of errors, between the progress lines."""

    def emit(self, record: logging.LogRecord) -> None:
        colour = {"warning": "yellow", "error": "red"}.get(record.levelname.lower(), "dim")
        err.print(
            Text(f"{record.levelname.lower()}: ", style=colour).append(clean(record.getMessage()), style="default")
        )
        if record.exc_info:
            print_traceback([logging.Formatter().formatException(record.exc_info)])


def configure_logging() -> None:
    """Send the log to stderr: warnings, and with `verbose` also what is done."""
    level = logging.INFO if Verbosity.verbose else logging.ERROR if Verbosity.quiet else logging.WARNING
    logging.basicConfig(level=level, handlers=[_LogHandler()], force=True)


def show_status(text: str) -> AbstractContextManager[Any]:
    """Show a spinner while the block runs, if stderr is a terminal."""
    shown = err.is_terminal and not Verbosity.quiet
    return err.status(Text(text), spinner=spinner()) if shown else nullcontext()


def spinner() -> str:
    """The name of a spinner that the terminal can show."""
    return "dots" if "utf" in err.encoding.lower() else "line"


def print_rows(records: Sequence[Mapping[str, Any]], as_json: bool, empty: str = "", title: str = "") -> None:
    """Write records with the same fields to stdout, as a table or as JSON; `empty` is printed if there are none."""
    if as_json:
        print_json(list(records))
        return
    if not records:
        print_note(empty)
        return
    table = Table(box=None, pad_edge=False, title=Text(clean(title)) if title else None, title_justify="left")
    for name in records[0]:
        table.add_column(name, overflow="fold", no_wrap=name in {"video", "state", "page"})
    for record in records:
        table.add_row(*(Text(clean("" if value is None else str(value))) for value in record.values()))
    print_table(table)


def print_table(table: Table) -> None:
    """Write a table to stdout. Lines are as long as the cells need if stdout is not a terminal: a path stays whole."""
    if out.is_terminal:
        out.print(table)
        return
    text = io.StringIO()
    Console(file=text, width=_UNWRAPPED).print(table)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines()))
