"""Which videos there are, what is known of each, and their sound when it will be used.

Two honest sources: sites through yt-dlp (YouTube, and a feed on this machine for the sample), and local recordings.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from summarizer.config import DownloadSettings, RuntimeSettings
from summarizer.download import address, folder
from summarizer.download.pacing import Pacing
from summarizer.download.site import Site
from summarizer.errors import UsageError
from summarizer.records import Source, Video


class Downloader:
    """All downloads of one run, from any thread. `youtube_dl` makes a `yt_dlp.YoutubeDL`; tests pass their own."""

    def __init__(
        self,
        settings: DownloadSettings,
        runtime: RuntimeSettings,
        youtube_dl: Callable[..., object] | None = None,
        pacing: Pacing | None = None,
    ) -> None:
        self.settings = settings
        self.runtime = runtime
        self._site = Site(settings, runtime, pacing or Pacing(runtime.sleep_seconds), youtube_dl)

    def list_videos(self, source: str) -> tuple[Video, ...]:
        """Everything in a playlist, channel, feed, folder or list of these, in its order, each video once.

        Raises `UsageError` when the source is not one, or is empty; `Deferred` when the site does not answer.
        """
        found = self._list(source, depth=0)
        if not found:
            raise UsageError(f"{source} holds no videos", "Check the address; a private playlist looks empty.")
        return tuple({video.id: video for video in found}.values())

    def _list(self, source: str, depth: int) -> list[Video]:
        path = Path(source).expanduser()
        if address.looks_like_url(source):
            address.check(source, self.runtime.loopback_feed)
            return self._site.list_videos(source)
        if not path.exists():
            raise UsageError(
                f"{source!r} is neither a URL nor a file or folder",
                "Give a https:// address or a path that exists.",
            )
        if path.is_file() and path.suffix.lower() in {".txt", ".list"}:
            if depth:
                raise UsageError(f"{source} is a list inside a list", "Put all addresses into one file.")
            return [video for line in folder.read_list(path) for video in self._list(line, depth + 1)]
        return folder.list_recordings(path)

    def download(self, video: Video, space: Path) -> Source:
        """Metadata, and caption files written into the empty folder `space`.

        Raises `Unavailable`, `Deferred`, `Failed`, or `Refused("too_long")`.
        """
        if video.origin == "folder":
            return folder.read(video, self.settings, space)
        return self._site.download(video, space)

    def fetch_audio(self, video: Video, source: Source, space: Path) -> Path:
        """The sound as one file in the empty folder `space`, whole as far as the container can tell."""
        return (
            folder.copy_audio(video, space)
            if video.origin == "folder"
            else self._site.fetch_audio(video, source, space)
        )
