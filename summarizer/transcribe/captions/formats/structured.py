"""Parse caption files in JSON: YouTube's json3, and lists of segments as recognisers and downloaders write them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from summarizer.transcribe.captions.cues import Parsed, Untimed, place
from summarizer.transcribe.captions.markup import clean_text


def parse_json(text: str) -> Parsed:
    """Parse JSON; raises `ValueError` if it is invalid."""
    data = json.loads(text)
    if isinstance(data, dict) and "events" in data:
        return place(_read_events(data["events"]))
    rows = data.get("segments") or data.get("transcript") or data.get("snippets") if isinstance(data, dict) else data
    return place(_read_segments(rows))


def _read_events(events: Any) -> Iterator[Untimed]:
    """YouTube's json3, with times in milliseconds. Events that append a line break have no words."""
    for event in _objects(events):
        words = "".join(str(seg.get("utf8") or "") for seg in _objects(event.get("segs")))
        start, length = _number(event.get("tStartMs")), _number(event.get("dDurationMs")) or 0.0
        times = None if start is None else (start / 1000, (start + length) / 1000)
        yield Untimed(times, clean_text(words))


def _read_segments(rows: Any) -> Iterator[Untimed]:
    """Segments of Whisper and WhisperX (`start`, `end`), and rows of youtube-transcript-api (`start`, `duration`)."""
    for row in _objects(rows):
        start, end, length = (_number(row.get(name)) for name in ("start", "end", "duration"))
        times = None if start is None else (start, end if end is not None else start + (length or 0.0))
        speaker = row.get("speaker")
        yield Untimed(times, clean_text(str(row.get("text") or "")), speaker if isinstance(speaker, str) else None)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _number(value: Any) -> float | None:
    """A number of a plausible time (below four months in milliseconds), or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and 0 <= number < 1e10 else None
