"""Problems of the settings, found before the first talk: all of them at once, and none of them once per talk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.cookiejar import LoadError, MozillaCookieJar
from pathlib import Path
from typing import Any

from summarizer import models
from summarizer.config import Config
from summarizer.errors import BackendError, SummarizerError, UsageError
from summarizer.pipeline.walk import load_glossary
from summarizer.stage import Backend
from summarizer.summarize import summarizer_backend
from summarizer.summarize.kinds import find_configured_kind
from summarizer.transcribe import speech_backend


def check_names(config: Config) -> None:
    """Raise `UsageError` unless the back ends and the kind that the settings name exist; every command needs this."""
    _run_checks(_list_names(config))


def check_settings(config: Config) -> None:
    """Raise `UsageError` with all problems that make a run with these settings impossible.

    A model that is only to be downloaded is none of them: talks that are finished or have captions do not need it.
    """
    check_names(config)
    _run_checks(_list_checks(config))


def _run_checks(checks: Iterator[Callable[[], object]]) -> None:
    problems: list[SummarizerError] = []
    for check in checks:
        try:
            check()
        except (UsageError, BackendError) as problem:
            problems.append(problem)
    if problems:
        remedies = dict.fromkeys(problem.remedy for problem in problems if problem.remedy)
        raise UsageError("; ".join(str(problem) for problem in problems), " ".join(remedies))


def _list_names(config: Config) -> Iterator[Callable[[], object]]:
    yield lambda: speech_backend(config)
    yield lambda: summarizer_backend(config)
    yield lambda: find_configured_kind(config.summarize.kind)


def _list_checks(config: Config) -> Iterator[Callable[[], object]]:
    backends: list[Backend[Any]] = [summarizer_backend(config)]
    if config.transcribe.policy != "captions":
        backends.append(speech_backend(config))
    for backend in backends:
        yield lambda backend=backend: backend.check(config)  # type: ignore[misc]
        yield lambda backend=backend: _check_model(config, backend)  # type: ignore[misc]
    yield lambda: load_glossary(config.glossary.file).get()
    yield lambda: _check_cookies(config.runtime.cookies)
    yield lambda: _check_device(config)


def _check_model(config: Config, backend: Backend[Any]) -> None:
    """Raise `BackendError` for a model that is neither in the catalogue nor a folder, or is for another purpose."""
    if backend.model is None:
        return
    choice = backend.model(config)
    entry = models.CATALOGUE.get(choice.name)
    if not models.is_known(choice.name) or (entry and entry.purpose != choice.purpose):
        models.resolve(choice.name, choice.purpose, config.runtime.models, choice.revision)


def _check_cookies(path: Path | None) -> None:
    if path is None:
        return
    try:
        MozillaCookieJar(str(path)).load(ignore_discard=True, ignore_expires=True)
    except (LoadError, UnicodeDecodeError):
        raise UsageError(
            f"runtime.cookies: {path} is not a file of cookies in Netscape format",
            "Export the cookies of youtube.com with a browser extension that writes cookies.txt.",
        ) from None
    except OSError as error:
        raise UsageError(f"runtime.cookies: cannot read {path}: {error.strerror}", "Correct the path.") from None


def _check_device(config: Config) -> None:
    if config.runtime.device != "cuda":
        return
    import ctranslate2

    if ctranslate2.get_cuda_device_count() == 0:
        raise UsageError("runtime.device is cuda, and no CUDA device was found", "Set runtime.device to auto or cpu.")
