"""Making digests: `run` and `nightly`."""

from __future__ import annotations

import signal
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from summarizer.cli import console
from summarizer.cli.options import ConfigFile, DigestsDir, Json, LibraryDir, Set, app, load_config
from summarizer.errors import UsageError

if TYPE_CHECKING:
    from summarizer.engines import Task
    from summarizer.pipeline import Run


@app.command(
    epilog="Examples: summarizer run sample | summarizer run https://www.youtube.com/playlist?list=... "
    "-c configs/cpu.toml --limit 5 | summarizer run ~/recordings --set summarize.kind=meeting --json"
)
def run(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Playlist, channel or video URL, folder or file of recordings, list of those, or 'sample'."
        ),
    ],
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    digests: DigestsDir = None,
    overrides: Set = None,
    limit: Annotated[
        int, typer.Option(min=0, help="Work on at most N videos; finished ones do not count. 0: all.")
    ] = 0,
    since: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Only videos published on or after this day.")] = "",
    force: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STAGE",
            help="Make a stage anew: download, audio, transcribe, check, glossary, summarize, digest. Repeatable.",
        ),
    ] = None,
    upgrade: Annotated[
        bool,
        typer.Option(
            "--upgrade", help="At the end, recognise the speech of talks that have automatic captions for now."
        ),
    ] = False,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="Write the digests in this language, such as ja; needs a model.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and why; make nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Make digests of every talk of the sources; what is there already is not made again."""
    from summarizer import sample
    from summarizer.cli import progress
    from summarizer.pipeline import new_run

    chosen = [*(overrides or []), f'summarize.language="{language}"'] if language else overrides
    settings = load_config(config_file, chosen, library, digests)
    with sample.served(sources) as served:
        work = new_run(settings, forced=force or [], limit=limit, since=_day(since), upgrade=upgrade)
        with console.status("listing"):
            tasks = work.find(served)
        if dry_run:
            progress.plans(work.plan(tasks), as_json)
            return
        code = _execute(work, tasks, as_json)
    raise typer.Exit(code)


def _execute(work: Run, tasks: list[Task], as_json: bool) -> int:
    """Run with a progress display; on an interrupt say how to continue. Returns the exit code."""
    from summarizer.cli import progress

    signal.signal(signal.SIGTERM, _terminate)
    interrupted = 0
    with progress.progress(work):
        try:
            work.execute(tasks)
        except KeyboardInterrupt as stop:
            interrupted = 143 if str(stop) == "SIGTERM" else 130
    progress.outcomes(work, as_json)
    if interrupted:
        console.note("Interrupted. Everything finished so far is kept; run the same command again to continue.")
    return interrupted or int(work.exit_code)


def _terminate(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt("SIGTERM")


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"--since {text!r} is not a day", "Write it as 2024-11-12.") from None


@app.command(epilog="Example: summarizer nightly -c configs/nightly.toml")
def nightly(config_file: ConfigFile = None, overrides: Set = None, as_json: Json = False) -> None:
    """The scheduled job: several sources, one run at a time, inside a time budget, upgrades last; with a report."""
    from summarizer.nightly import job

    settings = load_config(config_file, overrides)
    with job.nightly(settings) as (work, tasks):
        code = _execute(work, tasks, as_json)
    raise typer.Exit(code)
