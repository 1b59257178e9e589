"""Looking after the machine: `doctor`, and the models on it."""

from __future__ import annotations

from typing import Annotated

import typer

from summarizer.cli import console
from summarizer.cli.options import ConfigFile, Json, Set, app, load_config

models_app = typer.Typer(no_args_is_help=True, help="Speech and language models: which there are, and fetching them.")
app.add_typer(models_app, name="models")


@app.command(epilog="Example: summarizer doctor -c configs/gpu.toml")
def doctor(config_file: ConfigFile = None, overrides: Set = None, as_json: Json = False) -> None:
    """Check this machine for what the settings need; every problem comes with its remedy."""
    from summarizer.cli import doctor as checkup

    findings = checkup.examine(load_config(config_file, overrides))
    console.rows([finding.model_dump() for finding in findings], as_json)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


@models_app.command("list")
def models_list(config_file: ConfigFile = None, overrides: Set = None, as_json: Json = False) -> None:
    """The models that have a name, their licence, revision, and whether they are here."""
    from summarizer import models

    settings = load_config(config_file, overrides)
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

    settings = load_config(config_file, overrides)
    with console.status(f"fetching {name}"):
        installed = models.pull(name, settings.runtime.models, revision)
    console.note(f"{name} is in {installed.path} at revision {installed.revision}.")
