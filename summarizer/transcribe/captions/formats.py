"""Caption files to cues: WebVTT, SubRip, YouTube's json3, TTML and plain text.

Written here rather than taken from a library because real files are worse than the standards: rolling duplicates, cues
without blank lines between them, times without hours, byte order marks. Readers are lenient: what cannot be read as a
cue is skipped, and a file without any cue is the caller's error.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

NAME = r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}"  # of one to four capitalised words
TURN = rf"(?:>>+|-{{1,2}}\s|{NAME}\s*:\s)"  # what begins a new speaker's turn
_TURN_LINE = re.compile(rf"(?m)^(?=\s*{TURN})")
_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_ARROW = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")
_STAMPED = re.compile(r"^\s*[\[(]?((?:\d{1,2}:)?\d{1,2}:\d{2})(?:\.\d+)?[\])]?\s*[-–:]?\s*(.*)$")


@dataclass(frozen=True)
class Cue:
    """What stands on the screen from `start` to `end`, seconds; `speaker` where the file names one."""

    start: float
    end: float
    text: str
    speaker: str | None = None


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def plain(text: str) -> str:
    """Text without tags, entities and repeated white space."""
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", "", text)).split())


def parse_vtt(text: str) -> list[Cue]:
    """WebVTT or SubRip: they differ in the decimal mark only, as far as real files are concerned."""
    cues: list[Cue] = []
    times: tuple[float, float] | None = None
    lines: list[str] = []

    def close() -> None:
        if times is not None:
            voice = re.search(r"<v(?:\.[^\s>]*)?\s+([^>]+)>", " ".join(lines))
            cues.extend(
                Cue(*times, words, html.unescape(voice[1]).strip() if voice else None)
                for words in ["\n".join(plain(line) for line in lines).strip()]
                if words
            )

    for line in text.splitlines():
        match = _ARROW.match(line)
        if match:
            if lines and lines[-1].strip().isdigit():
                lines.pop()  # the next cue's number, where no blank line stood between
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
    """YouTube's own format: events in milliseconds; events that only append a line break are skipped."""
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
    """Timed text (TTML, and YouTube's older srv formats): every element with a begin and an end or a duration."""
    if "<!ENTITY" in text or "<!DOCTYPE" in text:
        return []  # captions need neither; entity bombs do
    cues = []
    for element in ElementTree.fromstring(text).iter():  # noqa: S314 - entities are refused above
        name = element.tag.rpartition("}")[2]
        if name not in {"p", "text"}:
            continue
        start = _ttml_time(element.get("begin") or element.get("start") or "")
        length = _ttml_time(element.get("dur") or "")
        end = _ttml_time(element.get("end") or "")
        words = plain(" ".join(element.itertext()))
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
    """Plain text: times from stamps at line starts, else spread over the duration by length.

    Spread times are estimates, about a sentence off in a steady talk; without a duration, 150 words a minute.
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
        return [Cue(start, max(start, end), plain(words)) for (start, words), end in zip(stamped, ends, strict=True)]
    pieces = [piece for turn in _TURN_LINE.split(text) for piece in _pieces(plain(turn))]
    total = sum(map(len, pieces)) or 1
    length = duration or len(plain(text).split()) * 0.4
    cues, done = [], 0
    for piece in pieces:
        cues.append(Cue(length * done / total, length * (done + len(piece)) / total, piece))
        done += len(piece)
    return cues


def _pieces(text: str) -> list[str]:
    """Sentences, and runs of at most 16 words where nobody wrote full stops."""
    pieces = []
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        words = sentence.split()
        pieces += [" ".join(words[i : i + 16]) for i in range(0, len(words), 16)]
    return pieces
