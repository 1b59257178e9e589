"""Write settings as TOML: the values in effect, or a file to edit with all keys as comments."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from summarizer.config.base import Table
from summarizer.config.root import Config


def write_settings(config: Config) -> str:
    """All values in effect, as TOML that `--config` reads."""
    return "\n".join(line for name in Config.tables() for line in _write_table(name, getattr(config, name))).lstrip()


def _write_table(name: str, table: Table) -> Iterator[str]:
    inner = table.tables()
    yield from ("", f"[{name}]")
    for key in type(table).model_fields:
        if key not in inner and (value := getattr(table, key)) is not None:
            yield f"{key} = {_write_value(value)}"
    for key in inner:
        yield from _write_table(f"{name}.{key}", getattr(table, key))


def write_template() -> str:
    """All keys with their meaning and their default, as comments."""
    lines = ["# Settings of `summarizer`. Remove the # before a key to change it.", *_describe_tables(Config.tables())]
    return "\n".join(lines) + "\n"


def _describe_tables(tables: Mapping[str, type[Table]], prefix: str = "") -> Iterator[str]:
    for name, table in tables.items():
        inner = table.tables()
        yield from ("", f"[{prefix}{name}]")
        for key, setting in table.model_fields.items():
            if key not in inner:
                yield from textwrap.wrap(setting.description or "", 116, initial_indent="# ", subsequent_indent="# ")
                default = setting.get_default(call_default_factory=True)
                yield f"# {key} = {_write_value('' if default is None else default)}"
        yield from _describe_tables(inner, f"{prefix}{name}.")


def _write_value(value: Any) -> str:
    """A value in TOML syntax, which for these types is that of JSON."""
    if isinstance(value, Path):
        return json.dumps(str(value), ensure_ascii=False)
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
