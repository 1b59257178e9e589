"""The commands for the library: `status`, `explain`, `corrections`, `verify`, `prune` and `export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from summarizer.cli import console
from summarizer.cli.options import ConfigFile, Json, LibraryDir, Set, app, load_config
from summarizer.errors import UsageError

TranscriptFormat = Literal["txt", "srt", "vtt", "json"]


@app.command(epilog="Example: summarizer status --json | jq '.[] | select(.state == \"refused\")'")
def status(
    config_file: ConfigFile = None, library: LibraryDir = None, overrides: Set = None, as_json: Json = False
) -> None:
    """List the videos in the library, with the page of each or the reason why it has none."""
    from summarizer.library import upkeep

    videos = upkeep.list_videos(load_config(config_file, overrides, library))
    console.print_rows([video.model_dump(mode="json") for video in videos], as_json, empty="The library is empty.")


@app.command(epilog="Example: summarizer explain dQw4w9WgXcQ -c configs/cpu.toml")
def explain(
    video: Annotated[
        str,
        typer.Argument(
            help="Video id, as shown by `summarizer status`. Put `--` before an id that starts with a dash."
        ),
    ],
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """Show which stages of a video would run again with these settings, and why."""
    from summarizer.cli import progress
    from summarizer.library import upkeep

    progress.print_plans([upkeep.explain(load_config(config_file, overrides, library), video)], as_json)


@app.command(epilog="Example: summarizer corrections dQw4w9WgXcQ --json | jq '.[] | select(.misheard)'")
def corrections(
    video: Annotated[str, typer.Argument(help="Video id, as shown by `summarizer status`.")],
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """List the changes that the glossary made to the transcript of a talk."""
    from summarizer.library import upkeep

    changes = upkeep.list_corrections(load_config(config_file, overrides, library), video)
    console.print_rows(changes, as_json, empty="No corrections.")


@app.command(epilog="Example: summarizer verify --repair")
def verify(
    repair: Annotated[
        bool, typer.Option("--repair", help="Set damaged files aside; the next run makes them again.")
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


@app.command(epilog="Example: summarizer prune -c configs/cpu.toml --dry-run")
def prune(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be deleted, without deleting it.")
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


@app.command(epilog="Example: summarizer export dQw4w9WgXcQ --format srt -o talk.srt")
def export(
    video: Annotated[str, typer.Argument(help="Video id, as shown by `summarizer status`.")],
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
    if talk.transcript is None:
        raise UsageError(f"{video} has no transcript", "See `summarizer explain`.")
    text = export_transcript(talk.transcript, format)
    if output is None:
        text = text.rstrip("\n")
        console.print_data(console.escape_json(text) if format == "json" else text)
        return
    atomic_write(output, text.encode())
    console.print_note(f"The transcript is in {output}.")
