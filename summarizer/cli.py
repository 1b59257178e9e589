"""The command line: the only place that prints, prompts or exits.

stdout carries data (a table, or `--json`), stderr everything else, so that `summarizer run ... --json | jq` works.
Exit codes: 0 all done, 1 failed, 2 usage, 3 partly done, 11 locked by another run, 75 try later.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from summarizer import __version__, config, console
from summarizer.errors import SummarizerError, UsageError

if TYPE_CHECKING:
    from summarizer.pipeline import Talk
    from summarizer.run import Run

app = typer.Typer(
    name="summarizer",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Cited, checked markdown digests of recorded talks, made on your own machine.",
)
models_app = typer.Typer(no_args_is_help=True, help="Speech and language models: which there are, and fetching them.")
app.add_typer(models_app, name="models")

ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="TOML file; see configs/.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Override one setting; repeatable."),
]
LibraryDir = Annotated[Path | None, typer.Option("--library", help="Folder of the cache.")]
DigestsDir = Annotated[Path | None, typer.Option("--digests", help="Folder for the pages.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout.")]


def _load(path: Path | None, overrides: list[str] | None, library: Path | None, digests: Path | None) -> config.Config:
    extra = list(overrides or [])
    extra += [f"runtime.library={json.dumps(str(library))}"] if library else []
    extra += [f"runtime.digests={json.dumps(str(digests))}"] if digests else []
    return config.load(path, extra, os.environ)


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
            help="Make a stage anew: download, audio, transcribe, check, summarize, digest. Repeatable.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and why; make nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Make digests of every talk of the sources; what is there already is not made again."""
    from summarizer import jobs

    settings = _load(config_file, overrides, library, digests)
    with jobs.opened_sources(sources) as opened:
        work = jobs.job(settings, forced=force or [], limit=limit, since=_day(since))
        with console.status("listing"):
            talks = work.find(opened)
        if dry_run:
            console.plans(work.plan(talks), as_json)
            return
        code = _execute(work, talks, as_json)
    raise typer.Exit(code)


def _execute(work: Run, talks: list[Talk], as_json: bool) -> int:
    """Run with a progress display; on an interrupt say how to go on. Returns the exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    interrupted = 0
    with console.progress(work):
        try:
            work.execute(talks)
        except KeyboardInterrupt as stop:
            interrupted = 143 if str(stop) == "SIGTERM" else 130
    console.outcomes(work, as_json)
    if interrupted:
        console.note("Interrupted. Everything finished so far is kept; run the same command again to go on.")
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
    """The scheduled job: several sources, one run at a time, inside a time budget, with a report."""
    from summarizer import jobs

    settings = config.load(config_file, overrides or [], os.environ)
    with jobs.nightly(settings) as (work, talks):
        code = _execute(work, talks, as_json)
    raise typer.Exit(code)


@app.command(epilog="Example: summarizer status --json | jq '.[] | select(.state == \"refused\")'")
def status(
    config_file: ConfigFile = None, library: LibraryDir = None, overrides: Set = None, as_json: Json = False
) -> None:
    """What the library holds: every video, its page or the reason why there is none."""
    from summarizer import jobs

    console.rows(jobs.status(_load(config_file, overrides, library, None)), as_json, empty="The library is empty.")


@app.command(epilog="Example: summarizer explain dQw4w9WgXcQ -c configs/cpu.toml")
def explain(
    video: Annotated[str, typer.Argument(help="Video id, as `summarizer status` shows it.")],
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """Why each stage of a video would or would not run again with these settings."""
    from summarizer import jobs

    console.plans(jobs.explain(_load(config_file, overrides, library, None), video), as_json)


@app.command(epilog="Example: summarizer doctor -c configs/gpu.toml")
def doctor(config_file: ConfigFile = None, overrides: Set = None, as_json: Json = False) -> None:
    """Check this machine for what the settings need; every problem comes with its remedy."""
    from summarizer import checkup

    findings = checkup.examine(config.load(config_file, overrides or [], os.environ))
    console.rows([finding.model_dump() for finding in findings], as_json)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


@app.command(epilog="Example: summarizer verify --repair && summarizer run ... (makes the repaired parts anew)")
def verify(
    repair: Annotated[
        bool, typer.Option("--repair", help="Set damaged files aside, so that the next run makes them anew.")
    ] = False,
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """Read every file of the library and compare it with its digest."""
    from summarizer import jobs

    found = jobs.verify(_load(config_file, overrides, library, None), repair)
    console.rows(found, as_json, empty="Every file is whole.")
    raise typer.Exit(1 if found and not repair else 0)


@app.command(epilog="Example: summarizer prune -c configs/cpu.toml --dry-run")
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """Delete variants that the current settings no longer use."""
    from summarizer import jobs

    rows = jobs.prune(_load(config_file, overrides, library, None), dry_run)
    console.rows(rows, as_json, empty="Nothing to prune.")


@models_app.command("list")
def models_list(config_file: ConfigFile = None, overrides: Set = None, as_json: Json = False) -> None:
    """The models that have a name, their licence, revision, and whether they are here."""
    from summarizer import models

    settings = config.load(config_file, overrides or [], os.environ)
    console.rows(models.listing(settings.runtime.models), as_json)


@models_app.command("pull")
def models_pull(
    name: Annotated[str, typer.Argument(help="A name that `summarizer models list` shows.")],
    revision: Annotated[str, typer.Option(help="Exact revision; empty: the one listed.")] = "",
    config_file: ConfigFile = None,
    overrides: Set = None,
) -> None:
    """Fetch a model once; from then on everything runs offline."""
    from summarizer import models

    settings = config.load(config_file, overrides or [], os.environ)
    with console.status(f"fetching {name}"):
        installed = models.pull(name, settings.runtime.models, revision)
    console.note(f"{name} is in {installed.path} at revision {installed.revision}.")


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
