"""Reading the settings of a run: TOML file, then environment, then `--set`, each overriding the one before.

Unknown keys are errors that name the nearest valid one: a typo must not silently mean the default.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from summarizer.config.base import Table
from summarizer.config.root import Config
from summarizer.errors import UsageError

PREFIX = "SUMMARIZER_"  # of environment variables
Values = dict[str, Any]  # as TOML has them: tables are dictionaries


def load(
    path: Path | None = None,
    overrides: Iterable[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Read the settings of a run.

    `path` is a TOML file, `overrides` are `table.key=value` strings (values in TOML syntax, bare words are
    strings; a table inside a table is `table.table.key`), `environ` holds variables such as
    `SUMMARIZER_RUNTIME__DEVICE`. Raises `UsageError` naming the file, the key and the nearest valid key.
    """
    values: Values = _read_toml(path) if path else {}
    for name, text in (environ or {}).items():
        table, *keys = name.removeprefix(PREFIX).lower().split("__")
        if name.startswith(PREFIX) and all(keys) and keys:
            _assign(values, [table, *keys], text, origin=f"environment variable {name}")
    for item in overrides:
        name, equals, text = item.partition("=")
        keys = name.strip().split(".")
        if not equals or len(keys) < 2:
            raise UsageError(f"--set {item!r} is not table.key=value", "Write for example --set runtime.device=cpu.")
        _assign(values, keys, text, origin=f"--set {item}")
    try:
        return Config(**values)
    except ValidationError as error:
        raise UsageError(_explain(error, path), "Every key is listed in docs/configuration.md.") from None


def _read_toml(path: Path) -> Values:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"cannot read the config file {path}: {error.strerror}", "Give the path of a file as in configs/."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}", "Correct the line that the message names.") from None
    return values


def _assign(values: Values, keys: list[str], text: str, origin: str) -> None:
    """Set one value, given as text; `keys` lead to it through the tables."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    target = values
    for table in keys[:-1]:
        target = target.setdefault(table, {})
        if not isinstance(target, dict):
            raise UsageError(f"{origin}: {table} is not a table", "Write [table] headings in the config file.")
    target[keys[-1]] = value


def _explain(error: ValidationError, path: Path | None) -> str:
    where = f"{path}: " if path else ""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] != "extra_forbidden":
        return f"{where}{name}: {first['msg']} (got {first['input']!r})"
    nearest = _nearest(name)
    return f"{where}unknown key {name}" + (f"; did you mean {nearest}?" if nearest else "")


def _nearest(name: str) -> str:
    """The valid key most like a wrong one: one with the same last part in a table like its own, else by its letters."""
    moved = [key for key in known_keys() if key.rpartition(".")[2] == name.rpartition(".")[2]]
    close = difflib.get_close_matches(name, moved, n=1, cutoff=0.4) or difflib.get_close_matches(
        name, known_keys(), n=1, cutoff=0.5
    )
    return close[0] if close else ""


def known_keys() -> tuple[str, ...]:
    """All settings as `table.key`, and the tables themselves."""
    return tuple(_keys(Config.tables()))


def _keys(tables: Mapping[str, type[Table]], prefix: str = "") -> Iterator[str]:
    for name, table in tables.items():
        yield prefix + name
        inner = table.tables()
        yield from (f"{prefix}{name}.{key}" for key in table.model_fields if key not in inner)
        yield from _keys(inner, f"{prefix}{name}.")
