"""The commands for configuration files: `config show`, `config init` and `config path`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from summarizer.cli import console
from summarizer.cli.options import HELP, ConfigFile, Set, app, examples, load_config
from summarizer.errors import UsageError

config_app = typer.Typer(
    no_args_is_help=True, context_settings=HELP, help="Show the settings, and write a configuration file."
)
app.add_typer(config_app, name="config")


@config_app.command("show", epilog=examples("summarizer config show", "summarizer config show -c cpu"))
def config_show(config_file: ConfigFile = None, overrides: Set = None) -> None:
    """Print all settings with their values, as TOML."""
    from summarizer import config

    settings = load_config(config_file, overrides)
    console.print_note(f"# from {config.find_file(config_file) or 'the defaults'}")
    console.print_data(config.write_settings(settings))


@config_app.command("init", epilog=examples("summarizer config init", "summarizer config init cpu -o talks.toml"))
def config_init(
    preset: Annotated[
        str, typer.Argument(help="cpu, gpu, meetings, nightly or sample. Default: all settings, as comments.")
    ] = "",
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = Path("summarizer.toml"),
) -> None:
    """Write a configuration file to edit. `summarizer.toml` is used by all commands in its folder."""
    from summarizer import config
    from summarizer.store.files import atomic_write

    path = config.find_preset(preset) if preset else None
    if preset and path is None:
        raise UsageError(f"there is no preset {preset!r}", f"Presets: {', '.join(config.list_presets())}.")
    if output.exists():
        raise UsageError(f"{output} exists already", "Choose another file with -o, or remove it.")
    atomic_write(output, path.read_bytes() if path else config.write_template().encode())
    console.print_note(f"{output} is written.")


@config_app.command("path", epilog=examples("summarizer config path"))
def config_path(config_file: ConfigFile = None) -> None:
    """Print the path of the configuration file in use; if there is none, the path where one would be used."""
    from summarizer import config

    console.print_data(str(config.find_file(config_file) or config.user_file()))
