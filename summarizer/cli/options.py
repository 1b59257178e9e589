"""The application that commands are added to, and the options that they share."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from summarizer import config

app = typer.Typer(
    name="summarizer",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Cited, checked markdown digests of recorded talks, made on your own machine.",
)

ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="TOML file; see configs/.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Override one setting; repeatable."),
]
LibraryDir = Annotated[Path | None, typer.Option("--library", help="Folder of the cache.")]
DigestsDir = Annotated[Path | None, typer.Option("--digests", help="Folder for the pages.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout.")]


def load_config(
    path: Path | None, overrides: list[str] | None, library: Path | None = None, digests: Path | None = None
) -> config.Config:
    """The settings of a command line: `--library` and `--digests` weigh most, then `--set`, environment and file."""
    extra = list(overrides or [])
    extra += [f"runtime.library={json.dumps(str(library))}"] if library else []
    extra += [f"runtime.digests={json.dumps(str(digests))}"] if digests else []
    return config.load(path, extra, os.environ)
