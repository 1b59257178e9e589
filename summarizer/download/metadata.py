"""Convert a site's metadata to our fields. Only these fields are kept; the others contain cookies and headers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from summarizer.records import Chapter


def parse_chapters(value: Any) -> tuple[Chapter, ...]:
    """The first 100 chapters that have a title and a time, ordered by time; yt-dlp calls the others "Untitled"."""
    chapters = []
    for entry in value[:100] if isinstance(value, list) else ():
        values = entry if isinstance(entry, dict) else {}
        title, start = " ".join(clean_text(values.get("title"), 200).split()), parse_number(values.get("start_time"))
        if title and start is not None and not re.fullmatch(r"<?untitled chapter \d+>?", title, re.IGNORECASE):
            chapters.append(Chapter(title=title, start=start))
    return tuple(sorted(chapters, key=lambda chapter: chapter.start))


def parse_playlist(info: dict[str, Any]) -> str:
    """The title of the playlist through which yt-dlp found the video; empty if there is none."""
    return clean_text(info.get("playlist_title") or info.get("playlist"), 200)


def parse_date(info: dict[str, Any]) -> date | None:
    """The day of publication (UTC), from a date in the form 20260312 or a Unix time."""
    text = str(info.get("upload_date") or info.get("release_date") or "")
    if re.fullmatch(r"\d{8}", text):
        try:
            return datetime.strptime(text, "%Y%m%d").date()
        except ValueError:
            return None
    stamp = parse_number(info.get("timestamp") or info.get("release_timestamp"))
    try:
        return datetime.fromtimestamp(stamp, UTC).date() if stamp else None
    except (OverflowError, OSError, ValueError):
        return None


def parse_number(value: Any) -> float | None:
    """The value as a finite, non-negative number, else None."""
    try:
        parsed = float(value)
    except (TypeError, ValueError):
        return None
    return parsed if 0 <= parsed < 1e12 else None


def clean_text(value: Any, limit: int) -> str:
    """The value as a string of at most `limit` characters, without lone surrogates."""
    return str(value or "")[:limit].encode("utf-8", "replace").decode("utf-8")


def parse_tags(value: Any) -> tuple[str, ...]:
    """The first 30 tags."""
    return tuple(clean_text(tag, 60) for tag in value[:30]) if isinstance(value, (list, tuple)) else ()


def is_language(text: str) -> bool:
    """Whether a text has the form of a language tag."""
    return re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", text) is not None
