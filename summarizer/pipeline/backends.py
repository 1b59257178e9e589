"""The back ends of a run, each opened once, at first need, and never when everything is cached.

Opening a model takes seconds to minutes and gigabytes, so a talk must not do it. An opener that failed is not tried
again: the talks that need it fail with the same message, and those that do not need it go on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from summarizer.config import Config
from summarizer.errors import BackendError
from summarizer.stage import Backend, Opening
from summarizer.transcribe import Recording, speech_backend

OpenedT = TypeVar("OpenedT")


class Backends(Protocol):
    """What the stages of a run compute with; each back end is opened once per run, by whoever implements this."""

    def open(self, backend: Backend[OpenedT], /) -> OpenedT:
        """The opened back end; raises `BackendError`."""
        ...

    def announce(self, recording: Recording, /) -> None:
        """This recording will be recognised soon; may come from a download thread."""
        ...


class OpenedBackends:
    """Back ends as the configuration names them.

    `progress` gets the share of the speech at hand that is recognised, 0..1.
    """

    def __init__(self, config: Config, progress: Callable[[float], None] = lambda _share: None) -> None:
        self._config = config
        self._progress = progress
        self._opened: dict[str, Any] = {}
        self._broken: dict[str, BackendError] = {}
        self._lock = threading.RLock()  # several talks are walked at once
        self._processor = threading.Lock()  # held by a model at work on the CPU: two at once slow each other down
        self._announced: list[Recording] = []  # before there was a model

    def open(self, backend: Backend[OpenedT], /) -> OpenedT:
        """The opened back end; raises `BackendError`."""
        with self._lock:
            if backend.name in self._broken:
                raise self._broken[backend.name]
            if backend.name not in self._opened:
                try:
                    self._opened[backend.name] = self._open(backend)
                except BackendError as error:
                    self._broken[backend.name] = error
                    raise
            found: OpenedT = self._opened[backend.name]
        return found

    def _open(self, backend: Backend[Any]) -> Any:
        installed = backend.installed(self._config)
        opened: Any = backend.open(Opening(self._config, installed, self._processor, self._progress))
        if backend is speech_backend(self._config):
            for recording in self._announced:
                opened.announce(recording)
            self._announced.clear()
        return opened

    def announce(self, recording: Recording, /) -> None:
        """Have a recording read ahead, once there is a model: announcing opens none."""
        with self._lock:
            transcriber = self._opened.get(speech_backend(self._config).name)
            if transcriber is None:
                self._announced.append(recording)
            else:
                transcriber.announce(recording)
