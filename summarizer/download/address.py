"""Check addresses before they reach yt-dlp, which would open almost any address."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, quote, unquote, urlsplit

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
# Hosts of pages, captions, programs of the player (youtube.com) and media (googlevideo.com), with all below them.
_SITE = ("youtube.com", "youtube-nocookie.com", "youtubei.googleapis.com", "googlevideo.com")
# The part of an address that names the host, in a form that all libraries read alike: without user name, backslash or
# characters that some of them convert.
_AUTHORITY = re.compile(r"(https?)://([a-z0-9.-]+|\[::1\])(?::(\d{1,5}))?(?=[/?#]|$)", re.IGNORECASE)
_PORTS = {"http": "80", "https": "443"}
_CHANNEL = re.compile(r"/(@[^/]+|channel/[^/]+|c/[^/]+|user/[^/]+)/?")
_PAGES = re.compile(r"/(watch|playlist|shorts/.+|live/.+|embed/.+|@.+|channel/.+|c/.+|user/.+)/?")


def looks_like_url(source: str) -> bool:
    """Whether a source is meant as a URL rather than a path."""
    return "://" in source or source.startswith(("www.", "youtube.com/", "youtu.be/"))


def is_loopback(url: str) -> bool:
    """Whether an address is that of a feed on this machine."""
    return _parse_origin(url)[:2] in {("http", "127.0.0.1"), ("http", "[::1]")}


def make_rule(home: str) -> Callable[[str], bool]:
    """Which addresses may be opened for the source or video at `home`, by yt-dlp and after redirects.

    For a feed on this machine: those of the same server. Otherwise those of YouTube, encrypted, so that a name server
    cannot lead to another host.
    """
    if is_loopback(home):
        origin = _parse_origin(home)
        return lambda url: _parse_origin(url) == origin
    return is_on_site


def is_on_site(url: str) -> bool:
    """Whether an address is https and on a host of YouTube."""
    scheme, host, port = _parse_origin(url)
    return (scheme, port) == ("https", "443") and any(host == site or host.endswith(f".{site}") for site in _SITE)


def _parse_origin(url: str) -> tuple[str, str, str]:
    """Scheme, host and port; empty if there is any doubt about them."""
    match = _AUTHORITY.match(url)
    if match is None:
        return "", "", ""
    scheme = match[1].lower()
    return scheme, match[2].lower(), match[3] or _PORTS[scheme]


def _climbs(path: str) -> bool:
    """Whether a path has a segment `..` or `.`, also in percent encoding; servers and libraries would resolve it."""
    return any(segment in {".", ".."} for segment in re.split(r"[/\\]", unquote(unquote(path))))


def check(source: str, loopback_feed: bool) -> None:
    """Raise `UsageError` unless the address is on YouTube, or a feed on this machine if that is allowed."""
    try:
        parts = urlsplit(source if "://" in source else f"https://{source}")
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise UsageError(f"{source!r} is not a valid URL", "Copy the address from your browser.") from None
    if host in {"127.0.0.1", "::1"}:
        if loopback_feed and is_loopback(source):
            return
        raise UsageError(f"{source!r} is on this machine", "Set runtime.loopback_feed=true to allow it.")
    if host not in YOUTUBE or parts.scheme not in {"http", "https"} or port not in {None, 80, 443} or parts.username:
        raise UsageError(f"{source!r} is not a YouTube address", "Use a YouTube URL or a local file or folder.")
    if (host != "youtu.be" and not _PAGES.fullmatch(parts.path)) or _climbs(parts.path):
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
    return (
        f"https://www.youtube.com/playlist?list={quote(listed[0])}"
        if listed and (parts.hostname or "") in YOUTUBE
        else url
    )
