"""List the videos of a source, and download their metadata, captions and audio.

Sources are sites, through yt-dlp (YouTube, and a feed on this machine for the sample), and local recordings.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.config import DownloadSettings, RuntimeSettings
from summarizer.download import address, local
from summarizer.download.base import Listing
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

    def list_videos(self, source: str) -> Listing:
        """All videos of a playlist, channel, feed or folder, in its order, without duplicates.

        Raises `UsageError` when the source is invalid or empty, and `Deferred` when the site does not answer.
        """
        listing = self._list(source)
        if not listing.videos:
            raise UsageError(f"{source} contains no videos", "Check the address; a private playlist appears empty.")
        return listing._replace(videos=tuple({video.id: video for video in listing.videos}.values()))

    def _list(self, source: str) -> Listing:
        if address.looks_like_url(source):
            address.check(source, self.runtime.loopback_feed)
            return Listing(tuple(self._site.list_videos(source)))
        path = Path(source).expanduser()
        if not source or not path.exists():
            raise UsageError(
                f"{source!r} is neither a URL nor a file or folder",
                "Use an https:// address or the path of an existing file or folder.",
            )
        return local.list_recordings(path, self.runtime.subfolders)

    def download(self, video: Video, space: Path) -> Source:
        """Download the metadata; write the caption files into the empty folder `space`.

        Raises `Unavailable`, `Deferred`, `Failed`, or `Refused("too_long")`.
        """
        if video.origin == "folder":
            return local.read_recording(video, self.settings, space)
        return self._site.download(video, space)

    def fetch_audio(self, video: Video, source: Source, space: Path) -> Path:
        """Download the audio as one file in the empty folder `space`; raises `Failed` if it is visibly truncated."""
        return (
            local.copy_audio(video, space) if video.origin == "folder" else self._site.fetch_audio(video, source, space)
        )
