"""Every error the package raises on purpose, in one small tree.

    SummarizerError
    ├── UsageError        the request cannot be carried out as written      exit 2
    ├── BackendError      something to install, pull or configure is missing exit 1
    ├── StoreError        the library or the disk cannot be used             exit 1
    │   └── Locked        another run holds it                               exit 11
    └── VideoError        one video has no digest; the others go on
        ├── Unavailable   the video cannot be had (private, deleted, ...)
        ├── Refused       it was had, and a digest would be an invention
        ├── Deferred      it may work later (rate limit, live, time budget)  exit 75
        └── Failed        it should have worked (corrupt media, bad answer)

The message says what is wrong, `remedy` says what to do about it; the command line prints both.
A `VideoError` also carries `code`, a short stable word that scripts can match on.
"""

from __future__ import annotations


def sentence(message: str) -> str:
    """A message with the full stop that lets another sentence follow."""
    return message if message.endswith((".", "?", "!")) else f"{message}."


class SummarizerError(Exception):
    """Base of every deliberate error; `remedy` is one imperative sentence, or empty."""

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy

    @property
    def advice(self) -> str:
        """What is wrong and what to do, as one line."""
        return f"{sentence(str(self))} {self.remedy}".strip()


class UsageError(SummarizerError):
    """The command line, a config file or a source cannot be understood."""

    exit_code = 2


class BackendError(SummarizerError):
    """A model, runtime or optional package that the settings ask for is not there."""


class StoreError(SummarizerError):
    """The library folder cannot be read or written."""


class Locked(StoreError):
    """Another run holds the lock."""

    exit_code = 11


class VideoError(SummarizerError):
    """One video has no digest; carries the `code` that its outcome reports."""

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.code = code


class Unavailable(VideoError):
    """The video cannot be had: private, deleted, members_only, geo_blocked, age_restricted, short."""


class Refused(VideoError):
    """The material was had but a digest of it would be an invention; `code` names the gate."""


class Deferred(VideoError):
    """Not now: rate_limited, bot_check, network, upcoming, live, budget, locked."""

    exit_code = 75


class Failed(VideoError):
    """Something that should have worked did not; worth a look by a person."""
