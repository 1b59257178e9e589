"""The application to which commands are added, and the options that they share."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from summarizer.cli.console import Verbosity

if TYPE_CHECKING:
    from summarizer.config import Config

HELP = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(
    name="summarizer",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings=HELP,
    help="Make markdown digests of recorded talks, with citations that are checked, on your own machine.",
)

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="Configuration file (TOML), or cpu, gpu, meetings, nightly or sample. Default: summarizer.toml here, else "
        "that of `summarizer config path`.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Override a setting. Can be repeated."),
]
LibraryDir = Annotated[Path | None, typer.Option("--library", help="Folder of the library (the cache).")]
DigestsDir = Annotated[Path | None, typer.Option("--digests", help="Folder for the markdown pages.")]
Json = Annotated[bool, typer.Option("--json", metavar="", help="Print JSON.")]
VideoId = Annotated[
    str,
    typer.Argument(
        metavar="VIDEO",
        help="Video id, as shown by `summarizer status`. Put `--` before an id that starts with a dash.",
    ),
]


def examples(*lines: str) -> str:
    """The end of a command's help: one example a line."""
    return "\n\n".join(("Example:" if len(lines) == 1 else "Examples:", *(f"  {line}" for line in lines)))


def take_verbosity(arguments: Sequence[str]) -> list[str]:
    """The arguments without -v and -q, which may stand anywhere before a `--`; sets `Verbosity`."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    Verbosity.verbose = any(argument in {"-v", "--verbose"} for argument in own)
    Verbosity.quiet = any(argument in {"-q", "--quiet"} for argument in own)
    kept = [argument for argument in own if argument not in {"-v", "--verbose", "-q", "--quiet"}]
    return [*kept, *arguments[len(own) :]]


def load_config(
    path: Path | None, overrides: list[str] | None, library: Path | None = None, digests: Path | None = None
) -> Config:
    """Load the settings. `--library` and `--digests` override `--set`, which overrides environment and file."""
    from summarizer import config  # takes longer than all that --help needs
    from summarizer.pipeline import check_names

    extra = list(overrides or [])
    # TOML has no escapes for the bytes of a path that are no UTF-8.
    extra += [f"runtime.library={json.dumps(str(library), ensure_ascii=False)}"] if library else []
    extra += [f"runtime.digests={json.dumps(str(digests), ensure_ascii=False)}"] if digests else []
    settings = config.load(config.find_file(path), extra, os.environ)
    check_names(settings)
    return settings
