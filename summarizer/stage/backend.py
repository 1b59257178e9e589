"""What a back end declares of itself: its settings, its packages, its model, and how it is opened.

Everybody who wants to know something of a back end (doctor, run, page) asks here; nobody compares names.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from summarizer.config import Config, RuntimeSettings
from summarizer.errors import UsageError
from summarizer.models import Installed, resolve

BackendT_co = TypeVar("BackendT_co", covariant=True)


class Package(NamedTuple):
    """An optional package that a back end needs, and the extra of this project that installs it."""

    module: str
    extra: str


class ModelChoice(NamedTuple):
    """The model that the settings choose for a back end."""

    name: str
    purpose: str  # as in the catalogue
    revision: str = ""  # empty: the catalogue's


@dataclass(frozen=True)
class Opening:
    """What a back end is opened with."""

    config: Config
    installed: Installed | None = None  # the model, where the back end chooses one
    # Held by a model at work on the CPU: two at once slow each other down.
    processor: AbstractContextManager[Any] = field(default_factory=nullcontext)
    progress: Callable[[float], None] = lambda _share: None  # gets the share of the work at hand that is done, 0..1


@dataclass(frozen=True)
class Backend(Generic[BackendT_co]):
    """One back end of a stage, as it declares itself; `open` raises `BackendError` with what is missing.

    `settings` is everything configured that changes what it makes: a part of the stage's key.
    """

    name: str
    open: Callable[[Opening], BackendT_co]
    settings: Callable[[Config], Mapping[str, Any]]
    packages: tuple[Package, ...] = ()
    model: Callable[[Config], ModelChoice] | None = None
    talks_at_once: Callable[[RuntimeSettings], int] = lambda _runtime: 1  # talks that it works on side by side

    def installed(self, config: Config) -> Installed | None:
        """The model that the settings choose, or nothing where it needs none; raises `BackendError`."""
        if self.model is None:
            return None
        choice = self.model(config)
        return resolve(choice.name, choice.purpose, config.runtime.models, choice.revision)

    def missing_packages(self) -> Iterator[Package]:
        """Packages that are not installed."""
        return (package for package in self.packages if importlib.util.find_spec(package.module) is None)


def choose(backends: Mapping[str, Backend[BackendT_co]], name: str, setting: str) -> Backend[BackendT_co]:
    """The back end that a setting names; raises `UsageError` listing those that there are."""
    if name not in backends:
        raise UsageError(f"{setting}: there is no back end {name!r}", f"Choose one of {', '.join(backends)}.")
    return backends[name]
