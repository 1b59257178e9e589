"""The back ends of a run. Each is opened once, when it is first needed, and not at all if everything is cached.

Opening a model takes seconds to minutes and gigabytes of memory, so it is done once per run, not per talk. A back end
that could not be opened is not tried again: all talks that need it fail with the same message.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from summarizer.config import Config
from summarizer.errors import BackendError
from summarizer.stage import Backend, Opening
from summarizer.transcribe import Recording, speech_backend

log = logging.getLogger(__name__)

OpenedT = TypeVar("OpenedT")


class Backends(Protocol):
    """The interface through which a run opens back ends, each of them once."""

    def open(self, backend: Backend[OpenedT], /) -> OpenedT:
        """The opened back end; raises `BackendError`."""
        ...

    def problem(self, backend: Backend[Any], /) -> BackendError | None:
        """Why a back end cannot be opened, as far as this can be seen without opening it."""
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
        self._opened: dict[Backend[Any], Any] = {}
        self._errors: dict[Backend[Any], BackendError] = {}
        self._lock = threading.Lock()  # of this object
        self._opening: defaultdict[Backend[Any], threading.Lock] = defaultdict(threading.Lock)  # held for minutes
        self._processor = threading.Lock()  # held while a model computes on the CPU: two at once are slower
        self._announced: list[Recording] = []  # before the model was opened

    def open(self, backend: Backend[OpenedT], /) -> OpenedT:
        """The opened back end; raises `BackendError`. Opening one does not delay another."""
        with self._lock:
            opening = self._opening[backend]
        with opening:
            if backend in self._errors:
                known = self._errors[backend]
                raise BackendError(str(known), known.remedy)
            if backend not in self._opened:
                try:
                    self._opened[backend] = self._open(backend)
                except Exception as error:
                    self._errors[backend] = _as_backend_error(backend, error)
                    raise self._errors[backend] from error
            opened: OpenedT = self._opened[backend]
        self._pass_on_announced()
        return opened

    def _open(self, backend: Backend[Any]) -> Any:
        installed = backend.installed(self._config)
        return backend.open(Opening(self._config, installed, self._processor, self._progress))

    def problem(self, backend: Backend[Any], /) -> BackendError | None:
        """The missing package or model of a back end, or the error with which opening it failed."""
        if backend not in self._errors and backend not in self._opened:
            if missing := next(backend.missing_packages(), None):
                self._errors[backend] = BackendError(f"the package {missing.module} is missing", missing.remedy)
            else:
                try:
                    backend.installed(self._config)
                except BackendError as error:
                    self._errors[backend] = error
        return self._errors.get(backend)

    def announce(self, recording: Recording, /) -> None:
        """Let the speech back end decode a recording in advance; does not open the back end."""
        with self._lock:
            self._announced.append(recording)
        self._pass_on_announced()

    def _pass_on_announced(self) -> None:
        """Announce recordings to the speech back end, if it is open."""
        transcriber = self._opened.get(speech_backend(self._config))
        if transcriber is None:
            return
        with self._lock:
            recordings, self._announced = self._announced, []
        for recording in recordings:
            transcriber.announce(recording)


def _as_backend_error(backend: Backend[Any], error: Exception) -> BackendError:
    """The error for all attempts to open a back end that could not be opened: most often its model is damaged."""
    if isinstance(error, BackendError):
        return error
    log.info("the back end %s could not be opened", backend.name, exc_info=error)
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    remedy = "Check the files of its model: `summarizer doctor`; -v prints the whole error."
    return BackendError(f"the back end {backend.name} could not be opened: {reason[:300]}", remedy)
