"""The definition of a stage: a function of values, and everything that is part of its key.

    key = sha256(name, version, settings, SHA-256 of each value it reads), 12 hex digits

A stage receives only what its key covers: the settings returned by `settings`, and the values of the types in `reads`.
Two things are not part of the key because they do not change the result: how and where the stage runs (the opened back
end, its working folder), and `hints`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from summarizer.config import Config
from summarizer.stage.backend import Backend

ResultT = TypeVar("ResultT")
SettingsT = TypeVar("SettingsT")
BackendT = TypeVar("BackendT")


class Answers(Protocol):
    """Storage for the answers of a model while a summary is made: bytes by key."""

    def get(self, key: str) -> bytes | None:
        """The bytes stored under a key; None if there are none or they are damaged."""
        ...

    def put(self, key: str, data: bytes) -> None:
        """Store bytes durably before returning."""
        ...


@dataclass(frozen=True)
class Work(Generic[SettingsT, BackendT]):
    """The arguments of a stage other than the values that it reads."""

    settings: SettingsT  # returned by `Stage.settings`
    backend: BackendT  # the opened back end of the stage; None for a stage without one
    folder: Path  # an empty folder for the files of the result
    answers: Answers  # kept when a run is killed


@dataclass(frozen=True)
class StoredFile:
    """Base of results that are a file instead of a record; `make` returns its path inside `Work.folder`."""

    path: Path


@dataclass(frozen=True)
class Audio(StoredFile):
    """The audio of a video, as one file."""


@dataclass(frozen=True)
class WithFiles(Generic[ResultT]):
    """A result with additional files, as (role, path inside `Work.folder`)."""

    result: ResultT
    files: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True)
class Stage(Generic[ResultT]):
    """One stage. The arguments of `make` are a `Work`, then the values of the types in `reads` and in `hints`.

    `make` returns a record, or the path of a file that it wrote, or either of them in `WithFiles`. If it raises
    `Refused`, the refusal is stored as the result.
    """

    name: str  # also its `--force` value and the prefix of its files
    version: int  # increase it when a change of the code changes results: all keys of the stage change
    record: type[ResultT]  # a `Record` or a `StoredFile`
    settings: Callable[[Config], Any]  # a table or a mapping: all settings that change the result
    reads: tuple[type, ...]
    make: Callable[..., Any]
    hints: tuple[type, ...] = ()  # values that may improve the result, but whose change must not repeat the work
    backend: Callable[[Config], Backend[Any]] | None = None  # the back end that it needs, if any

    def settings_in_key(self, config: Config) -> dict[str, Any]:
        """The settings as plain values, in the form that is part of the key."""
        settings = self.settings(config)
        return dict(settings) if isinstance(settings, Mapping) else dict(settings.dump())

    def key(self, config: Config, inputs: Mapping[str, str]) -> str:
        """The key of the result; `inputs` maps the name of each value read to its SHA-256."""
        return stage_key(self.name, self.version, self.settings_in_key(config), inputs)


def stage_key(stage: str, version: int, settings: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
    """The key of a result: 12 hex digits of a SHA-256 over everything that may change the result."""
    canonical = json.dumps([stage, version, settings, inputs], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]
