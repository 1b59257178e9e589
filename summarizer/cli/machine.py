"""The commands for this machine: `doctor`, `models list` and `models pull`."""

from __future__ import annotations

from typing import Annotated

import typer

from summarizer.cli import console
from summarizer.cli.options import HELP, ConfigFile, Json, Set, app, examples, load_config

models_app = typer.Typer(
    no_args_is_help=True, context_settings=HELP, help="List, download and delete speech and language models."
)
app.add_typer(models_app, name="models")


@app.command(epilog=examples("summarizer doctor -c gpu"))
def doctor(config_file: ConfigFile = None, overrides: Set = None, as_json: Json = False) -> None:
    """Check whether this machine has everything that the settings need. Every problem is shown with a remedy."""
    from summarizer.cli import doctor as checkup

    findings = checkup.examine(load_config(config_file, overrides))
    console.print_rows([finding.model_dump() for finding in findings], as_json)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


@models_app.command("list", epilog=examples("summarizer models list --json"))
def models_list(config_file: ConfigFile = None, overrides: Set = None, as_json: Json = False) -> None:
    """List the available models: size, whether they are on this machine, licence and revision."""
    from summarizer import models

    settings = load_config(config_file, overrides)
    console.print_rows(models.list_models(settings.runtime.models), as_json)
    if not as_json:
        console.print_note(f"Downloaded models are in {settings.runtime.models}.")


@models_app.command("pull", epilog=examples("summarizer models pull small"))
def models_pull(
    name: Annotated[str, typer.Argument(help="Name of a model, as shown by `summarizer models list`.")],
    revision: Annotated[str, typer.Option(help="Exact revision. Default: the one shown by `models list`.")] = "",
    config_file: ConfigFile = None,
    overrides: Set = None,
) -> None:
    """Download a model. Afterwards it is used without network access."""
    from summarizer import models

    settings = load_config(config_file, overrides)
    with console.show_status(f"downloading {name}"):
        installed = models.pull(name, settings.runtime.models, revision)
    console.print_note(f"{name} is in {installed.path} at revision {installed.revision}.")


@models_app.command("rm", epilog=examples("summarizer models rm small"))
def models_rm(
    name: Annotated[str, typer.Argument(help="Name of a model, as shown by `summarizer models list`.")],
    config_file: ConfigFile = None,
    overrides: Set = None,
) -> None:
    """Delete a downloaded model. Finished digests stay valid."""
    from summarizer import models

    freed = models.remove(name, load_config(config_file, overrides).runtime.models)
    console.print_note(f"{name} is deleted: {freed / 1e6:.0f} MB freed.")
