"""Cues, the clock times of caption files, and what a parser returns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

# Hours are optional and may be many; the decimal mark may be a full stop or a comma; fractions may be left out.
CLOCK = r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:[.,]\s?(\d{1,9}))?"


@dataclass(frozen=True)
class Cue:
    """Text shown from `start` to `end`, seconds.

    `speaker` is None where the cue says nothing about it and continues a turn, "" for an unknown speaker.
    """

    start: float
    end: float
    text: str
    speaker: str | None = None


@dataclass(frozen=True)
class Untimed:
    """The text of a cue; `times` is None where they could not be read."""

    times: tuple[float, float] | None
    text: str
    speaker: str | None = None


@dataclass
class Parsed:
    """The cues of a file in its order, and what could not be read."""

    cues: list[Cue]
    untimed: int = 0  # cues without readable times, which were placed between their neighbours
    skipped: list[str] = field(default_factory=list)  # lines with text outside of all cues
    unread_bytes: int = 0  # after the place where the file breaks off
    estimated: bool = False  # whether all times are estimated from the length of the text
    clock: bool = False  # whether the times are times of day


def clock_seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None = None) -> float:
    """Seconds from the groups of `CLOCK`."""
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}")


def parse_clock(text: str) -> float | None:
    """Seconds of a text that is nothing but a clock time, or None."""
    match = re.fullmatch(CLOCK, text.strip())
    return clock_seconds(*match.groups()) if match else None


def place(items: Iterable[Untimed]) -> Parsed:
    """Cues of all items with text; those without times share the gap between their neighbours."""
    kept = [item for item in items if item.text.strip()]
    cues: list[Cue] = []
    for index, item in enumerate(kept):
        if item.times:
            start, end = item.times
        else:
            start = cues[-1].end if cues else 0.0
            rest = kept[index:]
            waiting = next((n for n, other in enumerate(rest) if other.times), 0)
            next_times = rest[waiting].times
            end = start + max(0.0, next_times[0] - start) / waiting if next_times else start
        cues.append(Cue(start, end, item.text, item.speaker))
    return Parsed(cues, untimed=sum(item.times is None for item in kept))
