"""Convert a site's metadata to our fields. Only these fields are kept; the others contain cookies and headers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

_ORGANISATION_WORDS = re.compile(r"\b(inc|llc|ltd|gmbh|labs?|cloud|foundation|systems|university)\b", re.IGNORECASE)


def parse_speakers(title: str) -> tuple[str, ...]:
    """The speakers in a conference title: "Title - Ada Lovelace, Engines & Charles Babbage, Mills" and variants.

    Text after a comma is an organisation if `&`, `;` or the end of the title follows; a list of bare names
    "A, B & C, Org" keeps its names. A title without " - " has no speakers.
    """
    _, dash, tail = re.sub(r"\s*\([^)]*\)\s*$", "", title).rpartition(" - ")
    if not dash:
        match = re.search(r"\?- (.+)$", title)
        tail = match[1] if match else ""
    names: list[str] = []
    for group in re.split(r"\s+(?:&|and)\s+|;\s*", tail):
        parts = [part.strip() for part in group.split(",") if part.strip()]
        names.extend(
            part
            for i, part in enumerate(parts)
            if _is_name(part) and (i == 0 or (len(parts) > 2 and i < len(parts) - 1))
        )
    return tuple(dict.fromkeys(names))


def _is_name(text: str) -> bool:
    words = text.split()
    return (
        2 <= len(words) <= 4
        and all(word[:1].isupper() or word in {"de", "van", "von", "der", "la", "da"} for word in words)
        and not any(char.isdigit() for char in text)
        and not _ORGANISATION_WORDS.search(text)
    )


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
