"""Videos of a site, through yt-dlp's Python API.

yt-dlp follows the changes of YouTube; this module adds restrictions and checks: an allowlist of extractors, no plugins,
one way to the network (`network.py`), no ffmpeg (media are opened in `summarizer/audio` only), a new folder for every
attempt (yt-dlp mistakes a leftover file for a finished one), a check of the downloaded file, and one typed error per
cause. The cost is one full extraction per video and attempt.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.config import DownloadSettings, RuntimeSettings
from summarizer.download import address, classify, metadata, tracks
from summarizer.download.pacing import Pacing
from summarizer.errors import Deferred, Failed, Refused, SummarizerError
from summarizer.programme import parse_title
from summarizer.records import VIDEO_ID, CaptionTrack, Source, Video

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

log = logging.getLogger(__name__)

_YOUTUBE = ["youtube", "youtube:tab", "youtube:playlist", "youtubeytbe"]
_SUFFIXES = frozenset({".m4a", ".webm", ".opus", ".mp3", ".ogg"})
# The smallest track that is good enough for speech; Opus at 50 kbit/s does not change what Whisper recognises.
# The protocols are those that yt-dlp downloads itself; for others it would start ffmpeg.
_PROTOCOL = "[protocol~='^(https?|http_dash_segments|m3u8_native)$']"
_FORMAT = "/".join(f"{wanted}{_PROTOCOL}" for wanted in ("bestaudio[abr<=72]", "worstaudio", "bestaudio"))

# Limits of one operation: largest answer and all answers together, bytes; seconds. A page of a playlist has 100 videos
# and about 1 MB; the list of a channel with 10,000 videos is about 300 MB and takes minutes.
_LISTING = (64_000_000, 1_000_000_000, 3600.0)
_METADATA = (64_000_000, 256_000_000, 900.0)
_BYTES_PER_SECOND = 40_000  # of sound, at most: 320 kbit/s
_EXTRA_SECONDS = 600.0  # a download may last as long as the recording, and this much longer


class _Messages:
    """Sends yt-dlp's messages to our log. Warnings are kept, since they often contain the cause of a vague error."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        log.debug("%s", message)

    info = error = debug

    def warning(self, message: str) -> None:
        self.warnings.append(message)
        log.debug("%s", message)


class Site:
    """Listing and downloading through yt-dlp, with our restrictions and error types."""

    def __init__(
        self,
        settings: DownloadSettings,
        runtime: RuntimeSettings,
        pacing: Pacing,
        transport: BaseAdapter | None = None,
    ) -> None:
        self._settings = settings
        self._runtime = runtime
        self._pacing = pacing
        self._transport = transport

    @contextmanager
    def _open(self, home: str, limits: tuple[int, int, float], **options: Any) -> Iterator[Any]:
        """A configured `YoutubeDL` for the source or video at `home`; its errors are raised as ours.

        They may trip the breaker.
        """
        os.environ["YTDLP_NO_PLUGINS"] = "1"
        import yt_dlp

        from summarizer.download.network import Access, GuardedYoutubeDL, Limits

        messages = _Messages()
        loopback = address.is_loopback(home)
        access = Access(address.make_rule(home), Limits(*limits))
        parameters = {
            "quiet": True,
            "no_warnings": True,
            "noprogress": True,
            "logger": messages,
            "cachedir": False,
            "allowed_extractors": ["generic", "html5"] if loopback else _YOUTUBE,
            "extractor_retries": self._runtime.retries,
            "retries": self._runtime.retries,
            "retry_sleep_functions": {
                "http": lambda n: min(2.0**n, 30.0),
                "extractor": lambda n: min(2.0**n, 30.0),
            },
            "socket_timeout": 30,
            "continuedl": False,
            "fixup": "never",  # would open the file with ffmpeg
            "external_downloader": "native",
            "ffmpeg_location": str(Path(__file__).parent),  # a folder without ffmpeg
            # An empty string means no proxy: those of the environment must not get the requests to this machine.
            "proxy": "" if loopback else self._runtime.proxy or None,
            "cookiefile": str(self._runtime.cookies) if self._runtime.cookies else None,
            **options,
        }
        try:
            with access.timed(), GuardedYoutubeDL(parameters, access, self._transport) as ydl:
                yield ydl
        except SummarizerError as error:
            self._pacing.note(error)
            raise
        except (yt_dlp.utils.YoutubeDLError, yt_dlp.networking.exceptions.RequestError) as error:
            typed = access.find_problem(error) or classify.classify(str(error), messages.warnings)
            self._pacing.note(typed)
            raise typed from None

    # -- listing ----------------------------------------------------------------------------------------------

    def list_videos(self, source: str) -> list[Video]:
        """All videos of a playlist, channel or feed, with one request per page; a single video needs no request."""
        if single := address.parse_video_id(source):
            return [Video(id=single, url=_make_watch_url(single), title=single, origin="youtube", fingerprint="")]
        loopback = address.is_loopback(source)
        self._pacing.wait()
        with self._open(source, _LISTING, extract_flat="in_playlist", lazy_playlist=False) as ydl:
            info = ydl.extract_info(source if loopback else address.make_listing_url(source), download=False)
        entries = list((info or {}).get("entries") or [])
        playlist = metadata.clean_text((info or {}).get("title"), 200)
        videos = [video for entry in entries if (video := self._make_video(entry, playlist, source)) is not None]
        if len(videos) < len(entries):
            log.warning("%d entries of %s have no id and were skipped", len(entries) - len(videos), source)
        return videos

    def _make_video(self, entry: Any, playlist: str, source: str) -> Video | None:
        loopback = address.is_loopback(source)
        if not isinstance(entry, dict):
            return None
        url = str(entry.get("url") or "")
        name = str(entry.get("id") or Path(url).name)
        if not VIDEO_ID.fullmatch(name) or (loopback and not address.make_rule(source)(url)):
            return None
        code = classify.classify_entry(entry)
        if code is None and "/shorts/" in url and not self._settings.shorts:
            code = "short"
        title = metadata.clean_text(entry.get("title"), 500) or name
        return Video(
            id=name,
            url=url if loopback else _make_watch_url(name),
            title=title,
            origin="feed" if loopback else "youtube",
            fingerprint=hashlib.sha256(title.encode()).hexdigest()[:16],
            duration=metadata.parse_number(entry.get("duration")),
            published=metadata.parse_date(entry),
            description=metadata.clean_text(entry.get("description"), 20_000) if loopback else "",
            playlist=playlist,
            unavailable=code,
        )

    # -- one video --------------------------------------------------------------------------------------------

    def download(self, video: Video, space: Path) -> Source:
        """Download the metadata and caption files of one video."""
        try:
            info, captions = self._extract(video, space)
        except Failed as problem:
            # Some videos have captions but no playable audio; the captions may be enough.
            info, captions = self._extract(video, space, ignore_no_formats_error=True)
            if not captions:
                raise problem from None
        title = metadata.clean_text(info.get("title"), 500)
        if video.origin == "feed" or not title:  # the page has less metadata than the feed
            title = video.title
        return Source(
            video_id=video.id,
            url="" if video.origin == "feed" else video.url,
            title=title,
            channel=metadata.clean_text(info.get("channel") or info.get("uploader"), 200),
            speakers=tuple(speaker.name for speaker in parse_title(title).speakers),
            description=metadata.clean_text(info.get("description"), 20_000) or video.description,
            published=metadata.parse_date(info) or video.published,
            duration=metadata.parse_number(info.get("duration")) or video.duration,
            language=metadata.clean_text(info.get("language"), 20) or None,
            tags=metadata.parse_tags(info.get("tags")),
            playlist=video.playlist or metadata.parse_playlist(info),
            chapters=metadata.parse_chapters(info.get("chapters")),
            captions=captions,
            has_audio=any(form.get("acodec") != "none" for form in info.get("formats") or []),
        )

    def _extract(self, video: Video, space: Path, **options: Any) -> tuple[dict[str, Any], tuple[CaptionTrack, ...]]:
        """yt-dlp's metadata, after `_check_availability`, and the caption files."""
        self._pacing.wait()
        with self._open(video.url, _METADATA, skip_download=True, **options) as ydl:
            info = ydl.extract_info(video.url, download=False)
            if not isinstance(info, dict):
                raise Failed("download", "the site returned no metadata for the video", "Update yt-dlp.")
            self._check_availability(info)
            return info, tracks.fetch(ydl, info, self._settings, address.make_rule(video.url), space)

    def _check_availability(self, info: dict[str, Any]) -> None:
        """Raise `Deferred` for a broadcast that is not over, and `Refused` for a video that is too long."""
        code = classify.classify_entry(info)
        if code in {"upcoming", "live"}:
            raise Deferred(code, f"the video is {code}", "The next run tries it again.")
        duration = metadata.parse_number(info.get("duration")) or 0
        if duration > self._settings.max_hours * 3600:
            raise Refused(
                "too_long",
                f"{duration / 3600:.1f} hours are more than download.max_hours = {self._settings.max_hours:g}",
                "Increase download.max_hours if the video is a single talk.",
            )

    def fetch_audio(self, video: Video, source: Source, space: Path) -> Path:
        """Download the audio of one video and check that it is complete."""
        if not source.has_audio:
            raise Failed(
                "no_audio",
                "the site has no audio for this video",
                "Nothing to do; the next run tries it again.",
            )
        self._pacing.wait()
        options = {
            "format": _FORMAT,
            "outtmpl": {"default": str(space / "audio.%(ext)s")},
            "overwrites": True,
        }
        seconds = (source.duration or self._settings.max_hours * 3600) + _EXTRA_SECONDS
        size = int(seconds * _BYTES_PER_SECOND)
        with self._open(video.url, (size, size, seconds), **options) as ydl:
            info = ydl.extract_info(video.url, download=True)
        files = [path for path in space.iterdir() if path.is_file()]
        if len(files) != 1 or files[0].suffix not in _SUFFIXES:
            raise Failed(
                "download",
                f"expected one audio file, got {[path.name for path in files]}",
                "Run again; update yt-dlp if the problem persists.",
            )
        _check_media(files[0], _read_declared_bytes(info))
        return files[0]


def _read_declared_bytes(info: Any) -> int:
    requested = ((info or {}).get("requested_downloads") or [{}])[0]
    return int(metadata.parse_number(requested.get("filesize")) or 0)


def _check_media(path: Path, declared: int) -> None:
    """Raise `Failed` for a file that is not media or is truncated; decoding will compare durations."""
    size = path.stat().st_size
    head = path.read_bytes()[:64].lstrip().lower()
    if size == 0:
        raise Failed("empty_media", "the site sent an empty audio file", "Run again later.")
    if head.startswith((b"<", b"{")):
        raise Failed(
            "not_media",
            "the site sent a page instead of audio",
            "Run again later; if the problem persists, set runtime.cookies.",
        )
    if declared and size < declared:
        raise Failed("truncated_media", f"the audio is truncated: {size} of {declared} bytes arrived", "Run again.")


def _make_watch_url(video_id: str) -> str:
    return f"https://www.youtube.com/watch?v={video_id}"
