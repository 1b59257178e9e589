"""What a source of videos can do: list them, and download one."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from summarizer.records import Source, Video


class Lister(Protocol):
    """Lists the videos of a source."""

    def list_videos(self, source: str, /) -> tuple[Video, ...]:
        """All videos of a playlist, channel, feed, folder or list of these, in order, each video once.

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
