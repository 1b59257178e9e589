"""The application to which commands are added, and the options that they share."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from summarizer.config import Config

app = typer.Typer(
    name="summarizer",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Make markdown digests of recorded talks, with citations that are checked, on your own machine.",
)

ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="Configuration file (TOML); see configs/.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Override a setting. Can be repeated."),
]
LibraryDir = Annotated[Path | None, typer.Option("--library", help="Folder of the library (the cache).")]
DigestsDir = Annotated[Path | None, typer.Option("--digests", help="Folder for the markdown pages.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def load_config(
    path: Path | None, overrides: list[str] | None, library: Path | None = None, digests: Path | None = None
) -> Config:
    """Load the settings. `--library` and `--digests` override `--set`, which overrides environment and file."""
    from summarizer import config  # takes longer than all that --help needs

    extra = list(overrides or [])
    # TOML has no escapes for the bytes of a path that are no UTF-8.
    extra += [f"runtime.library={json.dumps(str(library), ensure_ascii=False)}"] if library else []
    extra += [f"runtime.digests={json.dumps(str(digests), ensure_ascii=False)}"] if digests else []
    return config.load(path, extra, os.environ)
