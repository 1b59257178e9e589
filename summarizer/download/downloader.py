"""List the videos of a source, and download their metadata, captions and audio.

Sources are sites, through yt-dlp (YouTube, and a feed on this machine for the sample), and local recordings.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.config import DownloadSettings, RuntimeSettings
from summarizer.download import address, folder
from summarizer.download.pacing import Pacing
from summarizer.download.site import Site
from summarizer.errors import UsageError
from summarizer.records import Source, Video

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter


class Downloader:
    """All downloads of one run; thread-safe. `transport` sends the requests to sites; tests pass their own."""

    def __init__(
        self,
        settings: DownloadSettings,
        runtime: RuntimeSettings,
        transport: BaseAdapter | None = None,
        pacing: Pacing | None = None,
    ) -> None:
        self.settings = settings
        self.runtime = runtime
        self._site = Site(settings, runtime, pacing or Pacing(runtime.sleep_seconds), transport)

    def list_videos(self, source: str) -> tuple[Video, ...]:
        """All videos of a playlist, channel, feed, folder or list of these, in its order, without duplicates.

        Raises `UsageError` when the source is invalid or empty, and `Deferred` when the site does not answer.
        """
        videos = self._list(source, depth=0)
        if not videos:
            raise UsageError(f"{source} contains no videos", "Check the address; a private playlist appears empty.")
        return tuple({video.id: video for video in videos}.values())

    def _list(self, source: str, depth: int) -> list[Video]:
        path = Path(source).expanduser()
        if address.looks_like_url(source):
            address.check(source, self.runtime.loopback_feed)
            return self._site.list_videos(source)
        if not path.exists():
            raise UsageError(
                f"{source!r} is neither a URL nor a file or folder",
                "Use an https:// address or the path of an existing file or folder.",
            )
        if path.is_file() and path.suffix.lower() in {".txt", ".list"}:
            if depth:
                raise UsageError(f"{source} is a list inside a list", "Put all sources into one file.")
            return [video for line in folder.read_list(path) for video in self._list(line, depth + 1)]
        return folder.list_recordings(path)

    def download(self, video: Video, space: Path) -> Source:
        """Download the metadata; write the caption files into the empty folder `space`.

        Raises `Unavailable`, `Deferred`, `Failed`, or `Refused("too_long")`.
        """
        if video.origin == "folder":
            return folder.read_recording(video, self.settings, space)
        return self._site.download(video, space)

    def fetch_audio(self, video: Video, source: Source, space: Path) -> Path:
        """Download the audio as one file in the empty folder `space`; raises `Failed` if it is visibly truncated."""
        return (
            folder.copy_audio(video, space)
            if video.origin == "folder"
            else self._site.fetch_audio(video, source, space)
        )
