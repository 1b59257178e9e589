"""Read the settings of a run from a TOML file, the environment and `--set`; later sources override earlier ones.

An unknown key is an error that names the nearest valid key: a typo must not silently select the default. All errors
are reported at once.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import ValidationError

from summarizer.config.base import Table
from summarizer.config.presets import find_preset, list_presets
from summarizer.config.root import Config
from summarizer.errors import UsageError

PREFIX = "SUMMARIZER_"  # prefix of environment variables
API_KEY = "SUMMARIZER_API_KEY"  # the key of a server; it is no setting, so that no file contains it
_DECODER = ("SUMMARIZER_EXTRACTED", "SUMMARIZER_PRESENTATION_END")  # set by the program for its own child processes
LOCAL_FILE = Path("summarizer.toml")
Values = dict[str, Any]  # settings as in TOML: tables are dictionaries


def find_file(path: Path | None) -> Path | None:
    """The configuration file to read, or None if there is none.

    `path` is a file or the name of a preset. Without it: `summarizer.toml` in the current folder, else `config.toml` in
    the user's configuration folder (`$XDG_CONFIG_HOME/summarizer`).
    """
    if path is None:
        candidates = (LOCAL_FILE, user_file())
        return next((candidate for candidate in candidates if candidate.is_file()), None)
    return path if path.is_file() else find_preset(str(path)) or path


def user_file() -> Path:
    """The configuration file of the user, whether it exists or not."""
    return platformdirs.user_config_path("summarizer") / "config.toml"


def load(
    path: Path | None = None,
    overrides: Iterable[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Read the settings of a run.

    `path` is a TOML file or the name of a preset. `overrides` are strings `table.key=value`, or `table.table.key=value`
    for a nested table; values are in TOML syntax, and bare words are strings. `environ` holds variables such as
    `SUMMARIZER_RUNTIME__DEVICE`. Raises `UsageError` with all errors, each with the key and the nearest valid key.
    """
    file = find_file(path) if path else None
    values: Values = _read_toml(file) if file else {}
    problems: list[str] = []
    for name, text in (environ or {}).items():
        if not name.startswith(PREFIX) or name in (API_KEY, *_DECODER):
            continue
        keys = name.removeprefix(PREFIX).lower().split("__")
        if len(keys) < 2 or not all(keys):
            problems.append(_describe_variable(name))
        else:
            _assign(values, keys, text, origin=f"environment variable {name}")
    for item in overrides:
        name, equals, text = item.partition("=")
        keys = name.strip().split(".")
        if not equals or len(keys) < 2:
            raise UsageError(f"--set {item!r} is not table.key=value", "For example: --set runtime.device=cpu.")
        _assign(values, keys, text, origin=f"--set {item}")
    try:
        config = Config(**values)
    except ValidationError as error:
        problems += _explain(error, file)
    if problems:
        raise UsageError("; ".join(problems), "`summarizer config show` prints all keys and their values.")
    return config


def _describe_variable(name: str) -> str:
    """What is wrong with an environment variable that is no setting, with the nearest one that is."""
    variables = [API_KEY, *(PREFIX + key.replace(".", "__").upper() for key in known_keys() if "." in key)]
    close = difflib.get_close_matches(name, variables, n=1, cutoff=0.6)
    return f"unknown environment variable {name}" + (f"; did you mean {close[0]}?" if close else "")


def _read_toml(path: Path) -> Values:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(
            f"cannot read the config file {path}: {os.strerror(error.errno or 0)}",
            f"Give the path of a TOML file, or one of the names {', '.join(list_presets())}.",
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


def _explain(error: ValidationError, path: Path | None) -> list[str]:
    """What is wrong, one text for each error."""
    where = f"{path}: " if path else ""
    return [where + _explain_one(problem) for problem in error.errors()]


def _explain_one(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "model_type":
        return f"{name} is not a table; write it as [{name}] in the config file"
    if problem["type"] != "extra_forbidden":
        message = str(problem["msg"]).replace("Input should be", "must be").replace("String should", "must")
        return f"{name} {message} (got {problem['input']!r})"
    nearest = _nearest(name)
    return f"unknown key {name}" + (f"; did you mean {nearest}?" if nearest else "")


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
