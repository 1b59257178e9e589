"""Write the reference pages from the code: `python tools/regenerate_docs.py`.

docs/configuration.md is made from the docstrings of settings, docs/commands.md and docs/talks.schema.json from the help
and the output of commands, and docs/page.schema.json from the model of a page's data. A test checks that they are up to date.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

import typer
from pydantic import TypeAdapter

from summarizer.cli import app
from summarizer.config import Config, Table
from summarizer.digest import build_schema
from summarizer.library.status import TalkState

DOCS = Path(__file__).parent.parent / "docs"
COMMON = """
`summarizer --help` and `summarizer COMMAND --help` (or `-h`) print the same information. Data are written to stdout and
messages to stderr. Anywhere on a command line, `-q` prints errors only and `-v` prints what is done; `--version` prints
the version. `summarizer --install-completion` adds completion to your shell.

Without `--config`, settings are read from `summarizer.toml` in the current folder, else from
`$XDG_CONFIG_HOME/summarizer/config.toml`; see [configuration.md](configuration.md). Models are in `models` in the current
folder if it exists, else in `$XDG_DATA_HOME/summarizer/models`.

| exit code | meaning |
|---|---|
| 0 | done; refused and skipped talks are no failure, `status` lists them |
| 1 | every talk failed, `doctor` or `verify` found a problem, or the output could not be written |
| 2 | an error of the command line, the settings or a source; nothing was done |
| 3 | some talks failed |
| 11 | another run has the lock |
| 75 | some talks are to be tried later: the site asked to wait, or the time is used up |
| 129, 130, 143 | stopped by the end of the terminal (SIGHUP), Ctrl-C (SIGINT) or SIGTERM; finished work is kept |
"""


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
        "`--set runtime.device=cpu`; later sources override earlier ones. Without `--config`, `summarizer.toml` in the current",
        "folder is read, else `$XDG_CONFIG_HOME/summarizer/config.toml` (`~/.config`). `configs/` has examples, which `-c cpu`",
        "names in any folder; `summarizer config init` writes a file to edit, `summarizer config show` prints the values in",
        "effect. Unknown keys and variables are errors, and all errors are reported at once. Settings of stages",
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
            yield f"| `{key}` | {_shown(None if setting.default_factory else setting.default)} | {meaning} |"
    for key, nested in inner.items():
        yield from _table(f"{name}.{key}", nested)


def commands() -> str:
    """The page with one section for each command: its purpose, arguments, options and an example."""
    lines = ["# Commands", *COMMON.splitlines()]
    for name, command in _leaves("summarizer", typer.main.get_command(app)):
        lines += ["", f"## {name}", "", " ".join((command.help or "").split()), ""]
        rows = [(_names(parameter), _about(parameter)) for parameter in command.params if parameter.name != "help"]
        if rows:
            lines += ["| option | meaning |", "|---|---|"]
            lines += [f"| {names} | {about} |" for names, about in rows]
        if command.epilog:
            heading, *examples = command.epilog.split("\n\n")
            lines += ["", heading, "", "```console", *(f"$ {example.strip()}" for example in examples), "```"]
    lines += ["", *_talk_states()]
    return "\n".join(lines) + "\n"


def _talk_states() -> Iterator[str]:
    """The section on the output of `--json`."""
    yield from ("## The output of run, nightly and status as JSON", "")
    yield "An array with one object for each talk, always with all of these fields"
    yield "([talks.schema.json](talks.schema.json) is the JSON schema):"
    yield from ("", "| field | meaning |", "|---|---|")
    for name, field in TalkState.model_fields.items():
        yield f"| `{name}` | {' '.join((field.description or '').split())} |"


def talks_schema() -> str:
    """The JSON schema of the output of run, nightly and status."""
    schema = TypeAdapter(list[TalkState]).json_schema(mode="serialization")
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


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
    (DOCS / "talks.schema.json").write_text(talks_schema(), encoding="utf-8")
    (DOCS / "page.schema.json").write_text(page_schema(), encoding="utf-8")
