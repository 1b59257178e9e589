"""What a source of videos can do: list them, and download one."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol

from summarizer.records import Source, Video


class LeftOut(NamedTuple):
    """A file of a source that is not taken."""

    name: str  # path as text
    reason: str  # the same text for all files with the same reason


class Listing(NamedTuple):
    """The videos of a source, and the files that are not taken."""

    videos: tuple[Video, ...]
    left_out: tuple[LeftOut, ...] = ()


class Lister(Protocol):
    """Lists the videos of a source."""

    def list_videos(self, source: str, /) -> Listing:
        """All videos of a playlist, channel, feed or folder, in order, each video once.

        Raises `UsageError` when the source is not valid or is empty, `Deferred` when the site does not answer.
        """
        ...


class Downloads(Lister, Protocol):
    """The opened back end of the stages `download` and `audio`, for any number of threads."""

    def download(self, video: Video, folder: Path, /) -> Source:
        """Metadata, and caption files written into the empty `folder`.

        Raises `Unavailable`, `Deferred`, `Failed`, or `Refused("too_long")`.
        """
        ...

    def fetch_audio(self, video: Video, source: Source, folder: Path, /) -> Path:
        """The audio as one file in the empty `folder`."""
        ...
