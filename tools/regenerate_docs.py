"""Write the reference pages from the code: `python tools/regenerate_docs.py`. A test compares.

docs/configuration.md comes from the settings' descriptions, docs/commands.md from the commands' help.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

import typer

from summarizer.cli import app
from summarizer.config import Config, Table

DOCS = Path(__file__).parent.parent / "docs"


def _shown(value: Any) -> str:
    if isinstance(value, PurePath):
        value = str(value)
    return "" if value is None else f"`{json.dumps(round(value, 4) if isinstance(value, float) else value)}`"


def configuration() -> str:
    """One table for each table of the file."""
    lines = [
        "# Configuration",
        "",
        "A TOML file (`--config`), then environment variables (`SUMMARIZER_RUNTIME__DEVICE=cpu`,",
        "`SUMMARIZER_TRANSCRIBE__WHISPER__MODEL=base`), then `--set runtime.device=cpu`; each overrides the one before.",
        "`configs/` has files to start from. The tables of stages and their back ends change what comes out: a changed",
        "setting makes its stage, and what depends on it, again. Settings in `[index]`, `[runtime]` and `[nightly]` never do.",
    ]
    for name, table in Config.tables().items():
        lines += _table(name, table)
    return "\n".join(lines) + "\n"


def _table(name: str, table: type[Table]) -> Iterator[str]:
    """The rows of a table of the file, then the tables inside it."""
    inner = table.tables()
    yield from ("", f"## [{name}]", "", "| key | default | meaning |", "|---|---|---|")
    for key, setting in table.model_fields.items():
        if key not in inner:
            meaning = " ".join((setting.description or "").split())
            yield f"| `{key}` | {_shown(setting.default)} | {meaning} |"
    for key, found in inner.items():
        yield from _table(f"{name}.{key}", found)


def commands() -> str:
    """One section for each command: what it does, its arguments and options, an example."""
    lines = ["# Commands", "", "`summarizer --help` and `summarizer COMMAND --help` say the same."]
    for name, command in _leaves("summarizer", typer.main.get_command(app)):
        lines += ["", f"## {name}", "", " ".join((command.help or "").split()), ""]
        rows = [(_names(parameter), _about(parameter)) for parameter in command.params if parameter.name != "help"]
        if rows:
            lines += ["| option | meaning |", "|---|---|"]
            lines += [f"| {names} | {about} |" for names, about in rows]
        if command.epilog:
            lines += ["", " ".join(command.epilog.split())]
    return "\n".join(lines) + "\n"


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for child, found in children.items():
        yield from _leaves(f"{name} {child}", found)


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    return ", ".join(f"`{option}`" for option in parameter.opts)


def _about(parameter: Any) -> str:
    return " ".join((getattr(parameter, "help", "") or "").replace("|", "\\|").split())


if __name__ == "__main__":
    (DOCS / "configuration.md").write_text(configuration(), encoding="utf-8")
    (DOCS / "commands.md").write_text(commands(), encoding="utf-8")
