"""The command line: the only part of the package that prints or exits.

Data (a table, or JSON with `--json`) are written to stdout and all messages to stderr, so that
`summarizer run ... --json | jq` works.
Exit codes: 0 done, 1 failed, 2 usage error, 3 some videos failed, 11 locked by another run, 75 try again later.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from typing import Annotated

import typer

from summarizer import __version__
from summarizer.cli import (
    console,
    library,  # each module adds its commands to the application
    machine,
    measure,
    runs,
)
from summarizer.cli.options import app
from summarizer.errors import SummarizerError

__all__ = ["app", "main"]
_COMMANDS = (runs, library, machine, measure)
# Exit codes of runs that may end while a thread is still computing. The process exits without waiting for the thread,
# which could delay the exit or crash during it. The library stays consistent whenever a process ends.
_WITHOUT_CLEANUP = frozenset((75, 130, 143))


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log progress in detail.")] = False,
) -> None:
    """Options before the command."""
    if version:
        console.print_data(__version__)
        raise typer.Exit
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, handlers=[console.make_log_handler()], force=True
    )


def main() -> None:
    """Entry point: a `SummarizerError` is printed as one line with its remedy and sets the exit code."""
    console.prepare_streams()
    threading.excepthook = lambda failure: console.print_traceback(
        traceback.format_exception(failure.exc_type, failure.exc_value, failure.exc_traceback)
    )
    code = _run()
    if code in _WITHOUT_CLEANUP:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _run() -> int:
    try:
        app()
    except SummarizerError as error:
        console.print_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        console.print_note("Interrupted.")
        return 130
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        return end.code
    except Exception:  # a fault of this program
        console.print_traceback(traceback.format_exc())
        return 1
    return 0
