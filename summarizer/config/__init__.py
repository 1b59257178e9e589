"""Settings: TOML file, then environment, then `--set`, each overriding the one before.

Two kinds are kept apart because the cache depends on it. Settings in `[download]`, `[transcribe]`, `[summarize]`
and `[digest]` change what comes out and are part of a stage's key. Settings in `[runtime]` and `[nightly]` say
where and how fast it runs and are never part of a key, so moving to a faster machine repeats no work.
Unknown keys are errors that name the nearest right one: a typo must not silently mean the default.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from summarizer.config.tables import (
    DigestSettings,
    DownloadSettings,
    NightlySettings,
    RuntimeSettings,
    SummarizeSettings,
    TranscribeSettings,
)
from summarizer.errors import UsageError


class Config(BaseSettings):
    """All settings of a run; frozen."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix="SUMMARIZER_", env_nested_delimiter="__")
    download: DownloadSettings = DownloadSettings()
    transcribe: TranscribeSettings = TranscribeSettings()
    summarize: SummarizeSettings = SummarizeSettings()
    digest: DigestSettings = DigestSettings()
    runtime: RuntimeSettings = RuntimeSettings()
    nightly: NightlySettings = NightlySettings()

    in_key: ClassVar[tuple[str, ...]] = ("download", "transcribe", "summarize", "digest")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """`load` merges file, environment and `--set` itself; nothing else may add values."""
        return (init_settings,)


def load(
    path: Path | None = None,
    overrides: Iterable[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Read the settings of a run.

    `path` is a TOML file, `overrides` are `table.key=value` strings (values in TOML syntax, bare words are
    strings), `environ` holds variables such as `SUMMARIZER_RUNTIME__DEVICE`. Raises `UsageError` naming the
    file, the key and the nearest valid key.
    """
    values: dict[str, dict[str, Any]] = _read_toml(path) if path else {}
    prefix = str(Config.model_config["env_prefix"])
    for name, text in (environ or {}).items():
        table, _, key = name.removeprefix(prefix).lower().partition("__")
        if name.startswith(prefix) and key:
            _assign(values, table, key, text, origin=f"environment variable {name}")
    for item in overrides:
        name, equals, text = item.partition("=")
        table, dot, key = name.strip().partition(".")
        if not (equals and dot):
            raise UsageError(f"--set {item!r} is not table.key=value", "Write for example --set runtime.device=cpu.")
        _assign(values, table, key, text, origin=f"--set {item}")
    try:
        return Config(**values)  # type: ignore[arg-type]  # validated by pydantic right here
    except ValidationError as error:
        raise UsageError(_explain(error, path), "Every key is listed in docs/configuration.md.") from None


def _read_toml(path: Path) -> dict[str, dict[str, Any]]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"cannot read the config file {path}: {error.strerror}", "Give the path of a file as in configs/."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}", "Mend the line that the message names.") from None
    return values


def _assign(values: dict[str, dict[str, Any]], table: str, key: str, text: str, origin: str) -> None:
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    target = values.setdefault(table, {})
    if not isinstance(target, dict):
        raise UsageError(f"{origin}: {table} is not a table", "Write [table] headings in the config file.")
    target[key] = value


def _explain(error: ValidationError, path: Path | None) -> str:
    where = f"{path}: " if path else ""
    first = error.errors()[0]
    location = [str(part) for part in first["loc"]]
    name = ".".join(location)
    if first["type"] != "extra_forbidden":
        return f"{where}{name}: {first['msg']} (got {first['input']!r})"
    near = difflib.get_close_matches(name, known_keys(), n=1, cutoff=0.5)
    return f"{where}unknown key {name}" + (f"; did you mean {near[0]}?" if near else "")


def known_keys() -> tuple[str, ...]:
    """All settings as `table.key`, and the tables themselves."""
    keys: list[str] = []
    for table, field in Config.model_fields.items():
        keys.append(table)
        keys.extend(f"{table}.{key}" for key in type(field.default).model_fields)
    return tuple(keys)
