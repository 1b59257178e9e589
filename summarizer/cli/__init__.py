"""The command line: the only part of the package that prints or exits.

Data (a summary, a table, or JSON with `--json`) are written to stdout and all messages to stderr, so that
`summarizer run ... --json | jq` works. docs/commands.md lists the exit codes.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import traceback
from typing import Annotated, Any

import typer
from typer.models import CommandInfo

from summarizer import __version__
from summarizer.cli import (
    console,
    library,  # each module adds its commands to the application
    machine,
    measure,
    runs,
    settings,
)
from summarizer.cli.options import app, take_verbosity
from summarizer.errors import SummarizerError, UsageError

__all__ = ["app", "main"]


def _name_command(command: CommandInfo) -> str:
    return str(command.name or getattr(command.callback, "__name__", ""))


_COMMANDS = (runs, library, machine, settings, measure)
# In the order of the help: as one meets them.
_ORDER = "run nightly status explain export corrections forget verify prune doctor score eval".split()
app.registered_commands.sort(key=lambda command: _ORDER.index(_name_command(command)))
# Exit codes of runs that may end while a thread is still computing. The process exits without waiting for the thread,
# which could delay the exit or crash during it. The library stays consistent whenever a process ends.
_WITHOUT_CLEANUP = frozenset((75, 129, 130, 143))
_CommandLineError: Any = typer.BadParameter.__mro__[1]  # of click, which typer contains under a name of its own


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", metavar="", help="Print the version and exit.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", metavar="", help="Print what is done; also after a command.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", metavar="", help="Print errors only; also after a command.")
    ] = False,
) -> None:
    """Options before the command. `verbose` and `quiet` are here for the help: `take_verbosity` has read them."""
    del verbose, quiet
    if version:
        console.print_data(__version__)
        raise typer.Exit


def main() -> None:
    """Entry point: a `SummarizerError` is printed as one line with its remedy and sets the exit code."""
    console.prepare_streams()
    threading.excepthook = lambda failure: console.print_traceback(
        traceback.format_exception(failure.exc_type, failure.exc_value, failure.exc_traceback)
    )
    code = _flush(_run())
    if code in _WITHOUT_CLEANUP:
        os._exit(code)
    sys.exit(code)


def _run() -> int:
    try:
        arguments = take_verbosity(sys.argv[1:])
        console.configure_logging()
        result = app(arguments, prog_name="summarizer", standalone_mode=False)
    except SummarizerError as error:
        console.print_error(error)
        return error.exit_code
    except _CommandLineError as error:
        return _report_command_line(error)
    except (KeyboardInterrupt, typer.Abort):
        console.print_note("Interrupted.")
        return 130
    except OSError as error:
        return _report_output(error)
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        return end.code
    except Exception:  # a fault of this program
        console.print_traceback(traceback.format_exc())
        return 1
    return result if isinstance(result, int) else 0


def _report_command_line(error: Exception) -> int:
    """Print an error of the command line in the form of all errors; without any command, print the help."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        console.print_data(str(error))
        return 2
    command = context.command_path if context else "summarizer"
    message = " ".join(getattr(error, "format_message", lambda: str(error))().split()).rstrip(".")
    console.print_error(UsageError(message[:1].lower() + message[1:], f"See `{command} --help`."))
    return 2


def _report_output(error: OSError) -> int:
    """The exit code after an error of writing to stdout or stderr; any other error is raised again."""
    if error.errno not in {errno.EPIPE, errno.ENOSPC, errno.EIO} or error.filename is not None:
        raise error
    _discard_output()
    if error.errno != errno.EPIPE:  # a closed pipe is the wish of the reader: `| head`
        console.print_error(SummarizerError(f"cannot write the output: {error.strerror}", "Finished work is kept."))
    return 1


def _flush(code: int) -> int:
    """Write what is still buffered; returns the exit code, which changes if that fails."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError as error:
        return _report_output(error)
    return code


def _discard_output() -> None:
    """Send further output to nowhere: Python would fail again when it flushes the buffer at the end."""
    target = os.open(os.devnull, os.O_WRONLY)
    os.dup2(target, sys.stdout.fileno())
    os.close(target)
