"""Read the settings of a run from a TOML file, the environment and `--set`; later sources override earlier ones.

An unknown key is an error that names the nearest valid key: a typo must not silently select the default.
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

PREFIX = "SUMMARIZER_"  # prefix of environment variables
Values = dict[str, Any]  # settings as in TOML: tables are dictionaries


def load(
    path: Path | None = None,
    overrides: Iterable[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Read the settings of a run.

    `path` is a TOML file. `overrides` are strings `table.key=value`, or `table.table.key=value` for a nested table;
    values are in TOML syntax, and bare words are strings. `environ` holds variables such as
    `SUMMARIZER_RUNTIME__DEVICE`. Raises `UsageError` with the file, the key and the nearest valid key.
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
            raise UsageError(f"--set {item!r} is not table.key=value", "For example: --set runtime.device=cpu.")
        _assign(values, keys, text, origin=f"--set {item}")
    try:
        return Config(**values)
    except ValidationError as error:
        raise UsageError(_explain(error, path), "docs/configuration.md lists all keys.") from None


def _read_toml(path: Path) -> Values:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"cannot read the config file {path}: {error.strerror}", "Give the path of a TOML file; see configs/."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}", "Correct the line named in the message.") from None
    return values


def _assign(values: Values, keys: list[str], text: str, origin: str) -> None:
    """Set one value, given as text; `keys` is its path through the tables."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    target = values
    for table in keys[:-1]:
        target = target.setdefault(table, {})
        if not isinstance(target, dict):
            raise UsageError(f"{origin}: {table} is not a table", "Write it as [table] in the config file.")
    target[keys[-1]] = value


def _explain(error: ValidationError, path: Path | None) -> str:
    where = f"{path}: " if path else ""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] != "extra_forbidden":
        return f"{where}{name}: {first['msg']} (got {first['input']!r})"
    nearest = _nearest(name)
    return f"{where}unknown key {name}" + (f"; did you mean {nearest}?" if nearest else "")


# Keys of version 0.1.0 whose last part is now the name of a table.
_RENAMED = {"transcribe.glossary": "glossary.file"}


def _nearest(name: str) -> str:
    """The valid key nearest to an unknown one: the same key in a table with a similar name, else a similar spelling."""
    if name in _RENAMED:
        return _RENAMED[name]
    table, _, last = name.rpartition(".")
    same_key = [key for key in known_keys() if key.rpartition(".")[2] == last]
    # In the same table and the tables inside it, the last part alone is compared: the longer prefix says nothing.
    inside = {key.rpartition(".")[2]: key for key in known_keys() if table and key.startswith(f"{table}.")}
    spelled = [inside[part] for part in difflib.get_close_matches(last, [*inside], n=1, cutoff=0.6)]
    close = (
        difflib.get_close_matches(name, same_key, n=1, cutoff=0.4)
        or spelled
        or difflib.get_close_matches(name, known_keys(), n=1, cutoff=0.5)
    )
    return close[0] if close else ""


def known_keys() -> tuple[str, ...]:
    """All valid keys: settings as `table.key`, and tables."""
    return tuple(_keys(Config.tables()))


def _keys(tables: Mapping[str, type[Table]], prefix: str = "") -> Iterator[str]:
    for name, table in tables.items():
        yield prefix + name
        inner = table.tables()
        yield from (f"{prefix}{name}.{key}" for key in table.model_fields if key not in inner)
        yield from _keys(inner, f"{prefix}{name}.")
