"""All errors that the package raises deliberately.

    SummarizerError
    ├── UsageError        invalid command line, configuration file or source   exit 2
    ├── BackendError      a model, runtime or package is missing               exit 1
    ├── StoreError        the library or the disk cannot be used               exit 1
    │   └── Locked        another run holds the lock                           exit 11
    └── VideoError        one video has no digest; the run continues
        ├── Unavailable   the video cannot be accessed (private, deleted, ...)
        ├── Refused       the material does not allow a reliable digest
        ├── Skipped       the settings leave the video out
        ├── Deferred      a later run may succeed (rate limit, live, budget)   exit 75
        └── Failed        an unexpected failure (corrupt media, bad answer)

The message describes the problem and `remedy` the solution; the command line prints both.
A `VideoError` also has a `code`: a short, stable word that scripts can test for.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path


def add_full_stop(message: str) -> str:
    """The message with a full stop at its end, unless it ends with punctuation already."""
    return message if message.endswith((".", "?", "!")) else f"{message}."


def replace_surrogates(text: str) -> str:
    """The text with U+FFFD for each byte of a file name that is no UTF-8, which no JSON file can contain."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def install_remedy(extra: str = "", package: str = "") -> str:
    """What to do when an optional package is missing: how to install an extra of this project, or another project.

    This project is not on the package index, so an extra is installed from the checkout that is running.
    """
    pip = f"Run: {shlex.quote(sys.executable)} -m pip install"
    if package:
        return f"{pip} {shlex.quote(package)}"
    checkout = Path(__file__).parent.parent
    if not (checkout / "pyproject.toml").is_file():
        return f"In a checkout of the project, run: pip install -e '.[{extra}]'"
    return f"{pip} -e {shlex.quote(f'{checkout}[{extra}]')}"


class SummarizerError(Exception):
    """Base of all deliberate errors; `remedy` is one imperative sentence or empty."""

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(replace_surrogates(message))
        self.remedy = replace_surrogates(remedy)

    @property
    def advice(self) -> str:
        """The message and the remedy in one line."""
        return f"{add_full_stop(str(self))} {self.remedy}".strip()


class UsageError(SummarizerError):
    """The command line, a configuration file or a source is invalid."""

    exit_code = 2


class BackendError(SummarizerError):
    """A model, a runtime or an optional package that the settings require is missing."""


class StoreError(SummarizerError):
    """The library folder cannot be read or written."""


class Locked(StoreError):
    """Another run holds the lock of the library."""

    exit_code = 11


class VideoError(SummarizerError):
    """One video has no digest; `code` is reported in its outcome."""

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.code = code


class Unavailable(VideoError):
    """The video cannot be accessed: private, deleted, members_only, geo_blocked, age_restricted, short."""


class Refused(VideoError):
    """The material does not allow a reliable digest; `code` names the check that refused it."""


class Skipped(VideoError):
    """The settings leave the video out: before_since, no_captions."""


class Deferred(VideoError):
    """A later run may succeed: rate_limited, bot_check, network, upcoming, live, budget, locked."""

    exit_code = 75


class Failed(VideoError):
    """An operation that should have succeeded failed; a person should look at it."""
