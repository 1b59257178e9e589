"""The commands for the library: `status`, `forget`, `explain`, `corrections`, `verify`, `prune` and `export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from summarizer.cli import console
from summarizer.cli.options import (
    ConfigFile,
    DigestsDir,
    Json,
    LibraryDir,
    Set,
    VideoId,
    app,
    examples,
    load_config,
)
from summarizer.errors import UsageError

TranscriptFormat = Literal["txt", "srt", "vtt", "json"]


@app.command(
    epilog=examples("summarizer status", "summarizer status --json | jq '.[] | select(.state == \"refused\")'")
)
def status(
    config_file: ConfigFile = None, library: LibraryDir = None, overrides: Set = None, as_json: Json = False
) -> None:
    """List the talks in the library, with the page of each or the reason why it has none."""
    from summarizer.library import status as states

    settings = load_config(config_file, overrides, library)
    talks = states.list_talks(settings)
    rows = [talk.model_dump(mode="json") for talk in talks]
    if not as_json:
        rows = [
            {name: row[name] for name in ("video", "state", "published", "title")}
            | {"page or reason": row["page"] if row["state"] == "made" and row["page"] else row["reason"]}
            for row in rows
        ]
    empty = f"There is no talk in the library {settings.runtime.library}; --library or -c choose another."
    console.print_rows(rows, as_json, empty=empty)


@app.command(epilog=examples("summarizer forget dQw4w9WgXcQ"))
def forget(
    video: VideoId,
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    digests: DigestsDir = None,
    overrides: Set = None,
) -> None:
    """Delete everything that the library has about a talk, and its page. A page that was edited is kept."""
    from summarizer.library import status as states

    for path in states.forget(load_config(config_file, overrides, library, digests), video):
        console.print_note(f"deleted {path}")


@app.command(epilog=examples("summarizer explain dQw4w9WgXcQ -c cpu"))
def explain(
    video: VideoId,
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """Show which stages of a video would run again with these settings, and why."""
    from summarizer.cli import progress
    from summarizer.library import upkeep

    progress.print_plans([upkeep.explain(load_config(config_file, overrides, library), video)], as_json)


@app.command(epilog=examples("summarizer corrections dQw4w9WgXcQ --json | jq '.[] | select(.misheard)'"))
def corrections(
    video: VideoId,
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """List the changes that the glossary made to the transcript of a talk."""
    from summarizer.library import upkeep

    changes = upkeep.list_corrections(load_config(config_file, overrides, library), video)
    console.print_rows(changes, as_json, empty="No corrections.")


@app.command(epilog=examples("summarizer verify --repair"))
def verify(
    repair: Annotated[
        bool, typer.Option("--repair", metavar="", help="Set damaged files aside; the next run makes them again.")
    ] = False,
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """Verify all files of the library against their manifest entries."""
    from summarizer.library import upkeep

    damaged = upkeep.verify(load_config(config_file, overrides, library), repair)
    console.print_rows(damaged, as_json, empty="All files are intact.")
    raise typer.Exit(1 if damaged and not repair else 0)


@app.command(epilog=examples("summarizer prune -c cpu --dry-run"))
def prune(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar="", help="Show what would be deleted, without deleting it.")
    ] = False,
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """Delete cached results that these settings do not use."""
    from summarizer.library import upkeep

    rows = upkeep.prune(load_config(config_file, overrides, library), dry_run)
    console.print_rows(rows, as_json, empty="Nothing to prune.")


@app.command(epilog=examples("summarizer export dQw4w9WgXcQ --format srt -o talk.srt"))
def export(
    video: VideoId,
    format: Annotated[TranscriptFormat, typer.Option(help="Format: txt, srt, vtt, or json (with all fields).")] = "txt",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write. Default: stdout.")] = None,
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    overrides: Set = None,
) -> None:
    """Write the corrected transcript of a talk as text, subtitles or JSON."""
    from summarizer.library.export import export_transcript
    from summarizer.library.reader import open_talk
    from summarizer.store.files import atomic_write

    talk = open_talk(load_config(config_file, overrides, library).runtime.library, video)
    if talk.transcript is None or not talk.transcript.segments:
        why = f": {talk.refusal}" if talk.refusal else ""
        raise UsageError(f"{video} has no transcript{why}", f"`summarizer explain {video}` shows what was tried.")
    text = export_transcript(talk.transcript, format)
    if output is None:
        text = text.rstrip("\n")
        console.print_data(console.escape_json(text) if format == "json" else text)
        return
    atomic_write(output, text.encode())
    console.print_note(f"The transcript is in {output}.")
