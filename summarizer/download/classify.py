"""From yt-dlp's words to our error tree. Only message texts tell most of these apart; they are all here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from summarizer.errors import Deferred, Failed, SummarizerError, Unavailable

_WAIT = "Wait an hour, raise runtime.sleep_seconds, or give runtime.cookies of a signed-in browser."
_GONE = "Nothing to do; it is looked at again on the next run."

# First match wins: (pattern in the lower-case message, error class, code, remedy).
_RULES: tuple[tuple[str, type[Unavailable] | type[Deferred], str, str], ...] = (
    (r"not a bot|confirm you.re not", Deferred, "bot_check", _WAIT),
    (r"rate-limited|too many requests|http error 429|\b429\b", Deferred, "rate_limited", _WAIT),
    (r"premieres in|will begin|live event will|scheduled|upcoming", Deferred, "upcoming", "It is tried again on the next run."),
    (r"is live|live stream recording is not available|currently live", Deferred, "live", "It is tried again after the broadcast."),
    (r"confirm your age|age.restricted|inappropriate for some", Unavailable, "age_restricted", "Give runtime.cookies of an account that may see it."),
    (r"members.only|join this channel|members on level", Unavailable, "members_only", _GONE),
    (r"private video|video is private|is private", Unavailable, "private", _GONE),
    (r"in your country|from your location|geo.?restrict", Unavailable, "geo_blocked", "Use runtime.proxy in a country that may see it."),
    (r"has been removed|been terminated|no longer available|account.*closed|does not exist|video unavailable|not available", Unavailable, "deleted", _GONE),
    (r"sign in", Deferred, "bot_check", _WAIT),
    (
        r"unable to download|timed out|timeout|connection|resolve|network|ssl|http error 5\d\d|temporary failure|incomplete",
        Deferred, "network", "Check the connection (and runtime.proxy), then run again.",
    ),
)  # fmt: skip

_CLUTTER = re.compile(r"\s*\(caused by .*$|HTTPS?Connection(?:Pool)?\([^)]*\): ")  # repeats what stands before it


def classify(message: str, warnings: Sequence[str] = ()) -> SummarizerError:
    """The typed error for one of yt-dlp's messages; `warnings` came before it and may name the cause."""
    text = re.sub(r"\x1b\[[0-9;]*m|^ERROR:\s*", "", message).strip()
    line = _CLUTTER.sub("", " ".join(text.split("; please report")[0].split())).strip()[:300]
    if re.search(r"no supported (javascript|js) runtime", text, re.IGNORECASE):
        return Failed("javascript", line, "Run: pip install deno (or install Node 22).")
    for candidate in (text, *reversed(warnings)):
        for pattern, kind, code, remedy in _RULES:
            if re.search(pattern, candidate.lower()):
                return kind(code, line, remedy)
    return Failed(
        "download",
        line or "the site gave no answer that can be used",
        "Update yt-dlp: pip install -U 'yt-dlp[default,deno]'.",
    )


def of_entry(entry: dict[str, object]) -> str | None:
    """The code of an entry in a flat listing that already says it cannot be had."""
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
