"""The command line: the only place that prints, prompts or exits.

stdout carries data (a table, or `--json`), stderr everything else, so that `summarizer run ... --json | jq` works.
Exit codes: 0 all done, 1 failed, 2 usage, 3 partly done, 11 locked by another run, 75 try later.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

from summarizer import __version__
from summarizer.cli import (
    console,
    library,  # each adds its commands to the application
    machine,
    measure,
    runs,
)
from summarizer.cli.options import app
from summarizer.errors import SummarizerError

__all__ = ["app", "main"]
_COMMANDS = (runs, library, machine, measure)
# Ends of a run that may leave a model at work in a thread. It must neither hold up the end nor crash in it, and the
# library is whole whenever a process stops.
_ABANDONED = frozenset((75, 130, 143))


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what the parts do.")] = False,
) -> None:
    """Options before the command."""
    if version:
        console.data(__version__)
        raise typer.Exit
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, handlers=[console.log_handler()], force=True
    )


def main() -> None:
    """Entry point: every deliberate error becomes one line, its remedy, and an exit code."""
    code = _run()
    if code in _ABANDONED:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _run() -> int:
    try:
        app()
    except SummarizerError as error:
        console.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        console.note("Interrupted.")
        return 130
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        return end.code
    return 0
