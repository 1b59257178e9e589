"""The command line: the only place that prints, prompts or exits.

stdout carries data (a table, or `--json`), stderr everything else, so that `summarizer run ... --json | jq` works.
Exit codes: 0 all done, 1 failed, 2 usage, 3 partly done, 11 locked by another run, 75 try later.
"""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer

from summarizer import __version__, console
from summarizer.commands import library, machine, measure, runs  # each adds its commands to the application
from summarizer.commands.options import app
from summarizer.errors import SummarizerError

__all__ = ["app", "main"]
_COMMANDS = (runs, library, machine, measure)


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
    try:
        app()
    except SummarizerError as error:
        console.error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        console.note("Interrupted.")
        sys.exit(130)
