"""Write the reference pages from the code: `python tools/regenerate_docs.py`.

docs/configuration.md is made from the docstrings of settings, docs/commands.md from the help of commands, and
docs/page.schema.json from the model of a page's data. A test checks that they are up to date.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

import typer

from summarizer.cli import app
from summarizer.config import Config, Table
from summarizer.digest import build_schema

DOCS = Path(__file__).parent.parent / "docs"


def _shown(value: Any) -> str:
    if isinstance(value, PurePath):
        value = str(value)
    return "" if value is None else f"`{json.dumps(round(value, 4) if isinstance(value, float) else value)}`"


def configuration() -> str:
    """The page with one table for each table of the configuration."""
    lines = [
        "# Configuration",
        "",
        "Settings are read from a TOML file (`--config`), from environment variables",
        "(`SUMMARIZER_RUNTIME__DEVICE=cpu`, `SUMMARIZER_TRANSCRIBE__WHISPER__MODEL=base`) and from",
        "`--set runtime.device=cpu`; later sources override earlier ones. `configs/` has examples. Settings of stages",
        "and their back ends change results: after a change, the stage and the stages that depend on it run again.",
        "Settings in `[index]`, `[runtime]` and `[nightly]` repeat no work.",
    ]
    for name, table in Config.tables().items():
        lines += _table(name, table)
    return "\n".join(lines) + "\n"


def _table(name: str, table: type[Table]) -> Iterator[str]:
    """The rows of one table, then its nested tables."""
    inner = table.tables()
    yield from ("", f"## [{name}]", "", "| key | default | meaning |", "|---|---|---|")
    for key, setting in table.model_fields.items():
        if key not in inner:
            meaning = " ".join((setting.description or "").split())
            yield f"| `{key}` | {_shown(setting.default)} | {meaning} |"
    for key, nested in inner.items():
        yield from _table(f"{name}.{key}", nested)


def commands() -> str:
    """The page with one section for each command: its purpose, arguments, options and an example."""
    lines = ["# Commands", "", "`summarizer --help` and `summarizer COMMAND --help` print the same information."]
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
    for child, subcommand in children.items():
        yield from _leaves(f"{name} {child}", subcommand)


def page_schema() -> str:
    """The JSON schema of a page's data."""
    return json.dumps(build_schema(), indent=1, ensure_ascii=False) + "\n"


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    return ", ".join(f"`{option}`" for option in parameter.opts)


def _about(parameter: Any) -> str:
    return " ".join((getattr(parameter, "help", "") or "").replace("|", "\\|").split())


if __name__ == "__main__":
    (DOCS / "configuration.md").write_text(configuration(), encoding="utf-8")
    (DOCS / "commands.md").write_text(commands(), encoding="utf-8")
    (DOCS / "page.schema.json").write_text(page_schema(), encoding="utf-8")
