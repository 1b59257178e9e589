"""Parse caption files into cues: WebVTT, SubRip, YouTube's json3, TTML and plain text.

These parsers are our own because real files break the standards: lines repeated in the next cue, cues without blank
lines between them, times without hours, byte order marks. Parsers skip everything that is not a valid cue and may
return an empty list; the caller decides whether that is an error.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

NAME = r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}"  # a name of one to four capitalised words
TURN = rf"(?:>>+|-{{1,2}}\s|{NAME}\s*:\s)"  # a marker that starts the turn of a new speaker
_TURN_LINE = re.compile(rf"(?m)^(?=\s*{TURN})")
_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_ARROW = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")
_STAMPED = re.compile(r"^\s*[\[(]?((?:\d{1,2}:)?\d{1,2}:\d{2})(?:\.\d+)?[\])]?\s*[-–:]?\s*(.*)$")


@dataclass(frozen=True)
class Cue:
    """Text shown from `start` to `end`, seconds; `speaker` is set where the file names one."""

    start: float
    end: float
    text: str
    speaker: str | None = None


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def strip_markup(text: str) -> str:
    """Remove tags and repeated white space from a text, and decode entities."""
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", "", text)).split())


def parse_vtt(text: str) -> list[Cue]:
    """Parse WebVTT or SubRip; in real files they differ only in the decimal mark."""
    cues: list[Cue] = []
    times: tuple[float, float] | None = None
    lines: list[str] = []

    def close() -> None:
        if times is not None:
            voice = re.search(r"<v(?:\.[^\s>]*)?\s+([^>]+)>", " ".join(lines))
            cues.extend(
                Cue(*times, words, html.unescape(voice[1]).strip() if voice else None)
                for words in ["\n".join(strip_markup(line) for line in lines).strip()]
                if words
            )

    for line in text.splitlines():
        match = _ARROW.match(line)
        if match:
            if lines and lines[-1].strip().isdigit():
                lines.pop()  # the number of the next cue, where no blank line separates the cues
            close()
            times, lines = (_seconds(*match.groups()[:4]), _seconds(*match.groups()[4:])), []
        elif not line.strip():
            close()
            times, lines = None, []
        elif times is not None:
            lines.append(line)
    close()
    return cues


def parse_json3(text: str) -> list[Cue]:
    """Parse YouTube's json3, with times in milliseconds; events that only append a line break are skipped."""
    data = json.loads(text)
    cues = []
    for event in data.get("events") or [] if isinstance(data, dict) else []:
        if not isinstance(event, dict) or event.get("aAppend"):
            continue
        words = "".join(str(seg.get("utf8", "")) for seg in event.get("segs") or [] if isinstance(seg, dict))
        start, length = _milliseconds(event.get("tStartMs")), _milliseconds(event.get("dDurationMs"))
        if words.strip():
            cues.append(Cue(start, start + length, "\n".join(" ".join(line.split()) for line in words.splitlines())))
    return cues


def _milliseconds(value: Any) -> float:
    return float(value) / 1000 if isinstance(value, (int, float)) and 0 <= value < 1e10 else 0.0


def parse_ttml(text: str) -> list[Cue]:
    """Parse TTML and YouTube's older srv formats: every element with a begin and an end or a duration."""
    if "<!ENTITY" in text or "<!DOCTYPE" in text:
        return []  # captions need no document type; attacks that expand entities do
    cues = []
    for element in ElementTree.fromstring(text).iter():  # noqa: S314 - texts with entities are rejected above
        name = element.tag.rpartition("}")[2]
        if name not in {"p", "text"}:
            continue
        start = _ttml_time(element.get("begin") or element.get("start") or "")
        length = _ttml_time(element.get("dur") or "")
        end = _ttml_time(element.get("end") or "")
        words = strip_markup(" ".join(element.itertext()))
        if start is not None and words:
            cues.append(Cue(start, end if end is not None else start + (length or 0.0), words))
    return cues


def _ttml_time(text: str) -> float | None:
    if match := re.fullmatch(_TIME, text):
        return _seconds(*match.groups())
    if match := re.fullmatch(r"(\d{1,2}):(\d{2}):(\d{2})", text):
        return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])
    match = re.fullmatch(r"(\d{1,7}(?:\.\d{1,6})?)s?", text)
    return float(match[1]) if match else None


def parse_txt(text: str, duration: float | None) -> list[Cue]:
    """Parse plain text; times come from timestamps at the start of lines, or are estimated.

    Estimated times divide the duration, seconds, in proportion to text length; at a steady pace they are off by about a
    sentence. Without a duration, a pace of 150 words per minute is assumed.
    """
    stamped: list[tuple[float, str]] = []
    for line in text.splitlines():
        if (match := _STAMPED.match(line)) and match[2]:
            parts = [int(part) for part in match[1].split(":")]
            stamped.append((sum(part * 60**i for i, part in enumerate(reversed(parts))), match[2]))
        elif stamped and line.strip():
            stamped[-1] = (stamped[-1][0], f"{stamped[-1][1]} {line.strip()}")
    if len(stamped) > 1:
        ends = [start for start, _ in stamped[1:]] + [duration or stamped[-1][0] + 10]
        return [
            Cue(start, max(start, end), strip_markup(words)) for (start, words), end in zip(stamped, ends, strict=True)
        ]
    pieces = [piece for turn in _TURN_LINE.split(text) for piece in _split_sentences(strip_markup(turn))]
    total = sum(map(len, pieces)) or 1
    length = duration or len(strip_markup(text).split()) * 0.4
    cues, done = [], 0
    for piece in pieces:
        cues.append(Cue(length * done / total, length * (done + len(piece)) / total, piece))
        done += len(piece)
    return cues


def _split_sentences(text: str) -> list[str]:
    """Split a text at full stops and after at most 16 words."""
    pieces = []
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        words = sentence.split()
        pieces += [" ".join(words[i : i + 16]) for i in range(0, len(words), 16)]
    return pieces
