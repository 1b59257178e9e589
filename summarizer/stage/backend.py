"""The description of a back end: its settings, its packages, its model, and how it is opened.

Code that depends on a property of a back end (doctor, run, page) reads it here and does not compare names.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from summarizer.config import Config, RuntimeSettings
from summarizer.errors import UsageError, install_remedy
from summarizer.models import Installed, resolve

BackendT_co = TypeVar("BackendT_co", covariant=True)


class Package(NamedTuple):
    """An optional package that a back end needs, and the extra of this project that installs it."""

    module: str
    extra: str

    @property
    def remedy(self) -> str:
        """How to install it."""
        return install_remedy(self.extra)


class ModelChoice(NamedTuple):
    """The model that the settings select for a back end."""

    name: str
    purpose: str  # "whisper" or "llm", as in the catalogue
    revision: str = ""  # empty: the revision in the catalogue


@dataclass(frozen=True)
class Opening:
    """The arguments with which a back end is opened."""

    config: Config
    installed: Installed | None = None  # the model, if the back end needs one
    # Held by a model while it computes on the CPU: two models at once slow each other down.
    processor: AbstractContextManager[Any] = field(default_factory=nullcontext)
    progress: Callable[[float], None] = lambda _share: None  # called with the finished share of the current work, 0..1


@dataclass(frozen=True)
class Backend(Generic[BackendT_co]):
    """One back end of a stage; `open` raises `BackendError` when something that it needs is missing.

    `settings` returns all settings that change its results; they are part of the stage's key.
    """

    name: str
    open: Callable[[Opening], BackendT_co]
    settings: Callable[[Config], Mapping[str, Any]]
    packages: tuple[Package, ...] = ()
    model: Callable[[Config], ModelChoice] | None = None
    check: Callable[[Config], None] = lambda _config: None  # raises `UsageError` or `BackendError` for its settings
    talks_at_once: Callable[[RuntimeSettings], int] = lambda _runtime: 1  # talks that it processes in parallel

    def installed(self, config: Config) -> Installed | None:
        """The model that the settings select, or None; raises `BackendError` if the model is missing."""
        if self.model is None:
            return None
        choice = self.model(config)
        return resolve(choice.name, choice.purpose, config.runtime.models, choice.revision)

    def missing_packages(self) -> Iterator[Package]:
        """The packages of `packages` that are not installed."""
        return (package for package in self.packages if importlib.util.find_spec(package.module) is None)


def choose(backends: Mapping[str, Backend[BackendT_co]], name: str, setting: str) -> Backend[BackendT_co]:
    """The back end with the name given in a setting; raises `UsageError` that lists the available ones."""
    if name not in backends:
        raise UsageError(f"{setting}: there is no back end {name!r}", f"Available back ends: {', '.join(backends)}.")
    return backends[name]
