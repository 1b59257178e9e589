"""The back ends of a run. Each is opened once, when it is first needed, and not at all if everything is cached.

Opening a model takes seconds to minutes and gigabytes of memory, so it is done once per run, not per talk. A back end
that could not be opened is not tried again: all talks that need it fail with the same message.
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
    """The interface through which a run opens back ends, each of them once."""

    def open(self, backend: Backend[OpenedT], /) -> OpenedT:
        """The opened back end; raises `BackendError`."""
        ...

    def announce(self, recording: Recording, /) -> None:
        """Announce a recording whose speech will be recognised soon; thread-safe."""
        ...


class OpenedBackends:
    """The back ends that the configuration selects.

    `progress` is called with the recognised share of the current recording, 0..1.
    """

    def __init__(self, config: Config, progress: Callable[[float], None] = lambda _share: None) -> None:
        self._config = config
        self._progress = progress
        self._opened: dict[str, Any] = {}
        self._errors: dict[str, BackendError] = {}
        self._lock = threading.RLock()  # several talks are processed in parallel
        self._processor = threading.Lock()  # held while a model computes on the CPU: two at once are slower
        self._announced: list[Recording] = []  # before the model was opened

    def open(self, backend: Backend[OpenedT], /) -> OpenedT:
        """The opened back end; raises `BackendError`."""
        with self._lock:
            if backend.name in self._errors:
                raise self._errors[backend.name]
            if backend.name not in self._opened:
                try:
                    self._opened[backend.name] = self._open(backend)
                except BackendError as error:
                    self._errors[backend.name] = error
                    raise
            opened: OpenedT = self._opened[backend.name]
        return opened

    def _open(self, backend: Backend[Any]) -> Any:
        installed = backend.installed(self._config)
        opened: Any = backend.open(Opening(self._config, installed, self._processor, self._progress))
        if backend is speech_backend(self._config):
            for recording in self._announced:
                opened.announce(recording)
            self._announced.clear()
        return opened

    def announce(self, recording: Recording, /) -> None:
        """Let the speech back end decode a recording in advance; does not open the back end."""
        with self._lock:
            transcriber = self._opened.get(speech_backend(self._config).name)
            if transcriber is None:
                self._announced.append(recording)
            else:
                transcriber.announce(recording)
