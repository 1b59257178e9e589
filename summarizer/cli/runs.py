"""The commands that make digests: `run` and `nightly`."""

from __future__ import annotations

import signal
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from summarizer.cli import console
from summarizer.cli.options import ConfigFile, DigestsDir, Json, LibraryDir, Set, app, examples, load_config
from summarizer.errors import UsageError

if TYPE_CHECKING:
    from summarizer.engines import Task
    from summarizer.pipeline import Run


@app.command(
    epilog=examples(
        "summarizer run sample",
        "summarizer run 'https://www.youtube.com/playlist?list=...' -c cpu --limit 5",
        "summarizer run ~/recordings --recursive --set summarize.kind=meeting",
        "summarizer run talk.mp4 meeting.vtt dQw4w9WgXcQ --json",
    )
)
def run(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Address of a playlist, channel or video, or a video id; recording, transcript, or folder of these; "
            "text file that lists such sources, or - for standard input; or 'sample'."
        ),
    ],
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    digests: DigestsDir = None,
    overrides: Set = None,
    limit: Annotated[
        int, typer.Option(min=0, help="Maximum number of videos to process; finished videos do not count. 0: all.")
    ] = 0,
    since: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Skip videos published before this day.")] = "",
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", metavar="", help="Search the subfolders of folders, too.")
    ] = False,
    force: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STAGE",
            help="Run a stage again: download, audio, transcribe, check, glossary, summarize or digest. "
            "Can be repeated.",
        ),
    ] = None,
    upgrade: Annotated[
        bool,
        typer.Option(
            "--upgrade", metavar="", help="At the end, replace texts from automatic captions by speech recognition."
        ),
    ] = False,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="Language of the digests, such as ja. Needs a language model.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar="", help="Show what would be done and why, without doing it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a digest of every talk of the sources. Results that are cached are not made again."""
    from summarizer import sample
    from summarizer.cli import progress, report
    from summarizer.pipeline import new_run

    chosen = list(overrides or [])
    chosen += [f'summarize.language="{language}"'] if language else []
    chosen += ["runtime.subfolders=true"] if recursive else []
    chosen += ["runtime.loopback_feed=true"] if sample.NAME in sources else []
    if config_file is None and set(sources) == {sample.NAME}:
        config_file = Path(sample.NAME)  # its settings, as `-c sample`: the sample works in any folder
    settings = load_config(config_file, chosen, library, digests)
    with sample.serve_sources(sources) as addresses:
        work = new_run(settings, forced=force or [], limit=limit, since=_parse_day(since), upgrade=upgrade)
        with console.show_status("listing"):
            tasks = work.find(addresses)
        if dry_run:
            progress.print_plans(work.plan(tasks), as_json)
            for line in report.list_left_out(work.left_out):
                console.print_note(line)
            return
        code = _execute(work, tasks, as_json)
    raise typer.Exit(code)


def _execute(work: Run, tasks: list[Task], as_json: bool) -> int:
    """Execute a run with a progress display; returns the exit code."""
    from summarizer.cli import progress, report

    _stop_at_signals()
    interrupted = 0
    with progress.show_progress(work):
        try:
            work.execute(tasks)
        except KeyboardInterrupt as stop:
            interrupted = _INTERRUPTS.get(str(stop), 130)
    report.print_outcomes(work, as_json)
    if interrupted:
        console.print_note("Interrupted. Finished work is kept; run the same command again to continue.")
    return interrupted or int(work.exit_code)


_INTERRUPTS = {"SIGHUP": 129, "SIGTERM": 143}  # exit codes as shells report these signals; 130 is that of Ctrl-C


def _stop_at_signals() -> None:
    """End the run as after Ctrl-C; a run started with nohup goes on when its terminal is closed."""
    for name in _INTERRUPTS:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, _frame: object) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)


def _parse_day(text: str) -> date | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"--since {text!r} is not a date", "Use the form 2024-11-12.") from None


@app.command(epilog=examples("summarizer nightly -c nightly.toml"))
def nightly(config_file: ConfigFile = None, overrides: Set = None, as_json: Json = False) -> None:
    """Run the scheduled job: process the configured sources within a time budget and write a report."""
    from summarizer.nightly import job

    settings = load_config(config_file, overrides)
    with job.nightly(settings) as (work, tasks):
        code = _execute(work, tasks, as_json)
    raise typer.Exit(code)
