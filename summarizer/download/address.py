"""Check addresses before they reach yt-dlp, which would open almost any address."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from summarizer.errors import UsageError
from summarizer.records import VIDEO_ID

YOUTUBE = frozenset(
    {
        "youtube.com",
        "www.youtube.com",
        "m.youtube.com",
        "music.youtube.com",
        "youtu.be",
        "www.youtube-nocookie.com",
    }
)
_CHANNEL = re.compile(r"/(@[^/]+|channel/[^/]+|c/[^/]+|user/[^/]+)/?")
_PAGES = re.compile(r"/(watch|playlist|shorts/.+|live/.+|embed/.+|@.+|channel/.+|c/.+|user/.+)/?")


def looks_like_url(source: str) -> bool:
    """Whether a source is meant as a URL rather than a path."""
    return "://" in source or source.startswith(("www.", "youtube.com/", "youtu.be/"))


def check(source: str, loopback_feed: bool) -> None:
    """Raise `UsageError` unless the address is on YouTube, or a feed on this machine if that is allowed."""
    try:
        parts = urlsplit(source if "://" in source else f"https://{source}")
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise UsageError(f"{source!r} is not a valid URL", "Copy the address from your browser.") from None
    if host in {"127.0.0.1", "::1"}:
        if loopback_feed and parts.scheme == "http":
            return
        raise UsageError(f"{source!r} is on this machine", "Set runtime.loopback_feed=true to allow it.")
    if host not in YOUTUBE or parts.scheme not in {"http", "https"} or port not in {None, 80, 443} or parts.username:
        raise UsageError(f"{source!r} is not a YouTube address", "Use a YouTube URL or a local file or folder.")
    if host != "youtu.be" and not _PAGES.fullmatch(parts.path):
        raise UsageError(
            f"{source!r} is not a playlist, channel or video",
            "Copy the address of a playlist, channel or video.",
        )


def parse_video_id(source: str) -> str:
    """The video id in the address of a single video, else an empty string; a video in a playlist means the playlist."""
    parts = urlsplit(source if "://" in source else f"https://{source}")
    query = parse_qs(parts.query)
    if "list" in query:
        return ""
    if (parts.hostname or "") == "youtu.be":
        candidate = parts.path.strip("/")
    elif parts.path == "/watch":
        candidate = query.get("v", [""])[0]
    else:
        match = re.fullmatch(r"/(?:shorts|live|embed)/([^/]+)/?", parts.path)
        candidate = match[1] if match else ""
    return candidate if VIDEO_ID.fullmatch(candidate) else ""


def make_listing_url(source: str) -> str:
    """The address to list: for a channel, the list of its uploads rather than its tabs."""
    url = source if "://" in source else f"https://{source}"
    parts = urlsplit(url)
    if _CHANNEL.fullmatch(parts.path):
        return f"https://www.youtube.com{parts.path.rstrip('/')}/videos"
    listed = parse_qs(parts.query).get("list")
    return f"https://www.youtube.com/playlist?list={listed[0]}" if listed and (parts.hostname or "") in YOUTUBE else url
