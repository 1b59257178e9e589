"""What a stage is: a function of values, and everything that its key is made from.

    key = sha256(name, version, settings, SHA-256 of each value it reads), 12 hex digits

A stage gets what its key covers and nothing else: the settings that `settings` gives, and the values that `reads`
names. Two things are outside the key on purpose, and change nothing that comes out of a stage: how and where it runs
(the opened back end, a folder to work in), and `hints`.
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
    """Where the answers of a model are kept while a summary is made: bytes by key."""

    def get(self, key: str) -> bytes | None:
        """What was put, intact, or nothing."""
        ...

    def put(self, key: str, data: bytes) -> None:
        """Keep it durably from now on."""
        ...


@dataclass(frozen=True)
class Work(Generic[SettingsT, BackendT]):
    """What a stage gets beside the values that it reads."""

    settings: SettingsT  # what `Stage.settings` gives
    backend: BackendT  # the opened back end of the stage; None for a stage without one
    folder: Path  # an empty folder for files that belong to the result
    answers: Answers  # survive a run that is killed


@dataclass(frozen=True)
class StoredFile:
    """Base of results that are a file rather than a record; `make` returns its path inside `Work.folder`."""

    path: Path


@dataclass(frozen=True)
class Audio(StoredFile):
    """The sound of a video, as one file."""


@dataclass(frozen=True)
class WithFiles(Generic[ResultT]):
    """A result with files beside it, as (role, path inside `Work.folder`)."""

    result: ResultT
    files: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True)
class Stage(Generic[ResultT]):
    """One stage. `make` takes a `Work`, the values of the types in `reads`, then those in `hints`, in their order.

    It returns a record, or the path of a file that it wrote, or either of them `WithFiles`. A `Refused` that it raises
    is kept as the result.
    """

    name: str  # also its package, its table of settings, its `--force` value and the prefix of its files
    version: int  # raise it when the code changes what comes out: every key of the stage changes
    record: type[ResultT]  # a `Record` or a `StoredFile`
    settings: Callable[[Config], Any]  # a table or a mapping: everything configured that changes the result
    reads: tuple[type, ...]
    make: Callable[..., Any]
    hints: tuple[type, ...] = ()  # values that may help and must never repeat the stage's work
    backend: Callable[[Config], Backend[Any]] | None = None  # which back end it needs, if any

    def settings_in_key(self, config: Config) -> dict[str, Any]:
        """The settings as the key holds them: plain values."""
        found = self.settings(config)
        return dict(found) if isinstance(found, Mapping) else dict(found.dump())

    def key(self, config: Config, inputs: Mapping[str, str]) -> str:
        """Key of the result; `inputs` are the SHA-256 of the values read, by name."""
        return stage_key(self.name, self.version, self.settings_in_key(config), inputs)


def stage_key(stage: str, version: int, settings: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
    """Key of a result: 12 hex digits over everything that may change it."""
    canonical = json.dumps([stage, version, settings, inputs], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]
