"""Convert yt-dlp's errors to ours. Most errors differ only in their message text; all patterns are in this module."""

from __future__ import annotations

import re
from collections.abc import Sequence

from summarizer.errors import Deferred, Failed, SummarizerError, Unavailable, install_remedy

_WAIT = "Wait an hour, increase runtime.sleep_seconds, or set runtime.cookies to cookies of a signed-in browser."
_GONE = "Nothing to do; the next run checks it again."

# First match wins: (pattern in the lower-case message, error class, code, remedy).
_RULES: tuple[tuple[str, type[Unavailable | Deferred | Failed], str, str], ...] = (
    (r"requested format is not available", Failed, "no_audio", "Run again later; update yt-dlp if the problem persists."),
    (r"not a bot|confirm you.re not", Deferred, "bot_check", _WAIT),
    (r"rate-limited|too many requests|http error 429|\b429\b", Deferred, "rate_limited", _WAIT),
    (r"premieres in|will begin|live event will|scheduled|upcoming", Deferred, "upcoming", "The next run tries it again."),
    (r"is live|live stream recording is not available|currently live", Deferred, "live", "A run after the broadcast tries it again."),
    (r"confirm your age|age.restricted|inappropriate for some", Unavailable, "age_restricted", "Set runtime.cookies to cookies of an account that may watch it."),
    (r"members.only|join this channel|members on level", Unavailable, "members_only", _GONE),
    (r"private video|video is private|is private", Unavailable, "private", _GONE),
    (r"in your country|from your location|geo.?restrict", Unavailable, "geo_blocked", "Set runtime.proxy to a proxy in a country where it is available."),
    (r"has been removed|been terminated|no longer available|account.*closed|does not exist|video unavailable|not available", Unavailable, "deleted", _GONE),
    (r"sign in", Deferred, "bot_check", _WAIT),
    (
        r"unable to download|timed out|timeout|connection|resolve|network|ssl|http error 5\d\d|temporary failure|incomplete",
        Deferred, "network", "Check the connection (and runtime.proxy), then run again.",
    ),
)  # fmt: skip

_CLUTTER = re.compile(r"(?<!\s)\s*+\(caused by .*$|HTTPS?Connection(?:Pool)?\([^()]*\): ")  # repeats the text before it


def classify(message: str, warnings: Sequence[str] = ()) -> SummarizerError:
    """The typed error for a message of yt-dlp; the cause may be in one of the `warnings` that preceded it."""
    text = re.sub(r"\x1b\[[0-9;]*m|^ERROR:\s*", "", message).strip()
    line = _CLUTTER.sub("", " ".join(text.split("; please report")[0].split())).strip()[:300]
    if re.search(r"no supported (javascript|js) runtime", text, re.IGNORECASE):
        return Failed("javascript", line, f"Install Node 22 or deno. {install_remedy(package='deno')}")
    for candidate in (text, *reversed(warnings)):
        for pattern, kind, code, remedy in _RULES:
            if re.search(pattern, candidate.lower()):
                return kind(code, line, remedy)
    return Failed(
        "download",
        line or "the site's answer could not be read",
        f"Update yt-dlp. {install_remedy(package='yt-dlp[default,deno]')} -U",
    )


def classify_entry(entry: dict[str, object]) -> str | None:
    """The code of an unavailable video, if its entry in a listing shows that it is unavailable."""
    title, live = str(entry.get("title") or ""), entry.get("live_status")
    availability = entry.get("availability")
    if title == "[Private video]" or availability == "private":
        return "private"
    if title in {"[Deleted video]", "[Unavailable video]"}:
        return "deleted"
    if availability in {"subscriber_only", "premium_only"}:
        return "members_only"
    if live == "is_upcoming":
        return "upcoming"
    if live in {"is_live", "post_live"}:
        return "live"
    return None
