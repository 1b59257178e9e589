"""Looking after the library: `status`, `explain`, `verify` and `prune`."""

from __future__ import annotations

from typing import Annotated

import typer

from summarizer.cli import console
from summarizer.cli.options import ConfigFile, Json, LibraryDir, Set, app, load_config


@app.command(epilog="Example: summarizer status --json | jq '.[] | select(.state == \"refused\")'")
def status(
    config_file: ConfigFile = None, library: LibraryDir = None, overrides: Set = None, as_json: Json = False
) -> None:
    """What the library holds: every video, its page or the reason why there is none."""
    from summarizer.library import upkeep

    held = upkeep.status(load_config(config_file, overrides, library))
    console.rows([one.model_dump(mode="json") for one in held], as_json, empty="The library is empty.")


@app.command(epilog="Example: summarizer explain dQw4w9WgXcQ -c configs/cpu.toml")
def explain(
    video: Annotated[
        str,
        typer.Argument(help="Video id, as `summarizer status` shows it. After `--` if it begins with a dash."),
    ],
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """Why each stage of a video would or would not run again with these settings."""
    from summarizer.cli import progress
    from summarizer.library import upkeep

    progress.plans([upkeep.explain(load_config(config_file, overrides, library), video)], as_json)


@app.command(epilog="Example: summarizer corrections dQw4w9WgXcQ --json | jq '.[] | select(.misheard)'")
def corrections(
    video: Annotated[str, typer.Argument(help="Video id, as `summarizer status` shows it.")],
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """Every change that the glossary made to a talk's transcript: when, what, and why."""
    from summarizer.library import upkeep

    console.rows(upkeep.corrections(load_config(config_file, overrides, library), video), as_json, empty="No changes.")


@app.command(epilog="Example: summarizer verify --repair && summarizer run ... (makes the repaired parts again)")
def verify(
    repair: Annotated[
        bool, typer.Option("--repair", help="Set damaged files aside, so that the next run makes them again.")
    ] = False,
    config_file: ConfigFile = None,
    library: LibraryDir = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """Read every file of the library and compare it with its manifest entry."""
    from summarizer.library import upkeep

    found = upkeep.verify(load_config(config_file, overrides, library), repair)
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
    from summarizer.library import upkeep

    rows = upkeep.prune(load_config(config_file, overrides, library), dry_run)
    console.rows(rows, as_json, empty="Nothing to prune.")
