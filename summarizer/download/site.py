"""Videos of a site, through yt-dlp's Python API.

yt-dlp is maintained by people who follow YouTube daily; nothing of that is repeated here. What we add is distrust: an
allowlist of extractors, no plugins, a fresh folder for every attempt (it takes a leftover file for a finished one), our
own check of what arrived, and one typed error per reason. The cost is one full extraction per video and attempt.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from summarizer.config import DownloadSettings, RuntimeSettings
from summarizer.download import address, classify, metadata, tracks
from summarizer.download.pacing import Pacing
from summarizer.errors import Deferred, Failed, Refused, SummarizerError
from summarizer.records import VIDEO_ID, CaptionTrack, Source, Video

log = logging.getLogger(__name__)

_YOUTUBE = ["youtube", "youtube:tab", "youtube:playlist", "youtubeytbe"]
_SUFFIXES = frozenset({".m4a", ".webm", ".opus", ".mp3", ".ogg"})
# The smallest track that is still good for speech; Opus at 50 kbit/s loses nothing that Whisper hears.
_FORMAT = "bestaudio[abr<=72]/worstaudio/bestaudio"


class _Messages:
    """yt-dlp's messages go to our log; warnings are kept, since they often hold the cause of a vague error."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        log.debug("%s", message)

    info = error = debug

    def warning(self, message: str) -> None:
        self.warnings.append(message)
        log.debug("%s", message)


class Site:
    """yt-dlp with our rules."""

    def __init__(
        self,
        settings: DownloadSettings,
        runtime: RuntimeSettings,
        pacing: Pacing,
        youtube_dl: Callable[..., Any] | None = None,
    ) -> None:
        self._settings = settings
        self._runtime = runtime
        self._pacing = pacing
        self._youtube_dl = youtube_dl

    @contextmanager
    def _open(self, loopback: bool, **options: Any) -> Iterator[Any]:
        """A configured `YoutubeDL`; its errors leave as ours, and trip the breaker where they should."""
        os.environ["YTDLP_NO_PLUGINS"] = "1"
        import yt_dlp

        messages = _Messages()
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
            "proxy": self._runtime.proxy or None,
            "cookiefile": str(self._runtime.cookies) if self._runtime.cookies else None,
            **options,
        }
        try:
            with (self._youtube_dl or yt_dlp.YoutubeDL)(parameters) as ydl:
                yield ydl
        except SummarizerError as error:
            self._pacing.note(error)
            raise
        except (yt_dlp.utils.YoutubeDLError, yt_dlp.networking.exceptions.RequestError) as error:
            typed = classify.classify(str(error), messages.warnings)
            self._pacing.note(typed)
            raise typed from None

    # -- listing ----------------------------------------------------------------------------------------------

    def list_videos(self, source: str) -> list[Video]:
        """All videos of a playlist, channel or feed, one request a page; a single video needs none."""
        if single := address.video_id(source):
            return [Video(id=single, url=_watch(single), title=single, origin="youtube", fingerprint="")]
        loopback = _loopback(source)
        self._pacing.wait()
        with self._open(loopback, extract_flat="in_playlist", lazy_playlist=False) as ydl:
            info = ydl.extract_info(source if loopback else address.listing_url(source), download=False)
        entries = list((info or {}).get("entries") or [])
        videos = [video for entry in entries if (video := self._video(entry, loopback)) is not None]
        if len(videos) < len(entries):
            log.warning("%d entries of %s have no id and were left out", len(entries) - len(videos), source)
        return videos

    def _video(self, entry: Any, loopback: bool) -> Video | None:
        if not isinstance(entry, dict):
            return None
        url = str(entry.get("url") or "")
        name = str(entry.get("id") or Path(url).name)
        if not VIDEO_ID.fullmatch(name) or (loopback and not _loopback(url)):
            return None
        code = classify.of_entry(entry)
        if code is None and "/shorts/" in url and not self._settings.shorts:
            code = "short"
        title = metadata.text(entry.get("title"), 500) or name
        return Video(
            id=name,
            url=url if loopback else _watch(name),
            title=title,
            origin="feed" if loopback else "youtube",
            fingerprint=hashlib.sha256(title.encode()).hexdigest()[:16],
            duration=metadata.number(entry.get("duration")),
            published=metadata.published(entry),
            description=metadata.text(entry.get("description"), 20_000) if loopback else "",
            unavailable=code,
        )

    # -- one video --------------------------------------------------------------------------------------------

    def download(self, video: Video, space: Path) -> Source:
        """Metadata and caption files of one video."""
        try:
            info, captions = self._extract(video, space)
        except Failed as problem:
            # Sometimes the site hands out captions but no sound that can be played; they may be all that is needed.
            info, captions = self._extract(video, space, ignore_no_formats_error=True)
            if not captions:
                raise problem from None
        title = metadata.text(info.get("title"), 500)
        if video.origin == "feed" or not title:  # a bare page knows less than the feed that named it
            title = video.title
        return Source(
            video_id=video.id,
            url="" if video.origin == "feed" else video.url,
            title=title,
            channel=metadata.text(info.get("channel") or info.get("uploader"), 200),
            speakers=metadata.speakers(title),
            description=metadata.text(info.get("description"), 20_000) or video.description,
            published=metadata.published(info) or video.published,
            duration=metadata.number(info.get("duration")) or video.duration,
            language=metadata.text(info.get("language"), 20) or None,
            tags=metadata.tags(info.get("tags")),
            captions=captions,
            has_audio=any(form.get("acodec") != "none" for form in info.get("formats") or []),
        )

    def _extract(self, video: Video, space: Path, **options: Any) -> tuple[dict[str, Any], tuple[CaptionTrack, ...]]:
        """yt-dlp's metadata, judged, and the caption files."""
        self._pacing.wait()
        with self._open(video.origin == "feed", skip_download=True, **options) as ydl:
            info = ydl.extract_info(video.url, download=False)
            if not isinstance(info, dict):
                raise Failed("download", "the site gave no data for the video", "Update yt-dlp.")
            self._judge(info)
            return info, tracks.fetch(ydl, info, self._settings, space)

    def _judge(self, info: dict[str, Any]) -> None:
        """Raise for a video that is there but not for us."""
        code = classify.of_entry(info)
        if code in {"upcoming", "live"}:
            raise Deferred(code, f"the video is {code}", "It is tried again on the next run.")
        duration = metadata.number(info.get("duration")) or 0
        if duration > self._settings.max_hours * 3600:
            raise Refused(
                "too_long",
                f"{duration / 3600:.1f} hours are more than download.max_hours = {self._settings.max_hours:g}",
                "Raise download.max_hours if it is really one talk.",
            )

    def fetch_audio(self, video: Video, source: Source, space: Path) -> Path:
        """The sound of one video, checked for being whole."""
        if not source.has_audio:
            raise Failed(
                "no_audio",
                "the site offers no sound for this video",
                "Nothing to do; it is tried again on the next run.",
            )
        self._pacing.wait()
        options = {
            "format": _FORMAT,
            "outtmpl": {"default": str(space / "audio.%(ext)s")},
            "overwrites": True,
        }
        with self._open(video.origin == "feed", **options) as ydl:
            info = ydl.extract_info(video.url, download=True)
        files = [path for path in space.iterdir() if path.is_file()]
        if len(files) != 1 or files[0].suffix not in _SUFFIXES:
            raise Failed(
                "download",
                f"expected one audio file, got {[path.name for path in files]}",
                "Run again; update yt-dlp if it stays.",
            )
        _check_media(files[0], _declared_bytes(info))
        return files[0]


def _declared_bytes(info: Any) -> int:
    requested = ((info or {}).get("requested_downloads") or [{}])[0]
    return int(metadata.number(requested.get("filesize")) or 0)


def _check_media(path: Path, declared: int) -> None:
    """Refuse what is not media or not all of it; durations are compared when it is decoded."""
    size = path.stat().st_size
    head = path.read_bytes()[:64].lstrip().lower()
    if size == 0:
        raise Failed("empty_media", "the site sent an empty audio file", "Run again later.")
    if head.startswith((b"<", b"{")):
        raise Failed(
            "not_media",
            "the site sent a page instead of sound",
            "Run again later; sign in with runtime.cookies if it stays.",
        )
    if declared and size < declared:
        raise Failed("truncated_media", f"the audio was cut: {size} of {declared} bytes arrived", "Run again.")


def _watch(video_id: str) -> str:
    return f"https://www.youtube.com/watch?v={video_id}"


def _loopback(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "http://[::1]:"))
