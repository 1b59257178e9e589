"""Parse plain text: transcripts with times, as people paste and export them, and text without times.

A time stands before its text ("[00:07 - 00:10] hello"), in a line of its own, or behind a name ("Ana Lima  0:05").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from summarizer.transcribe.captions.cues import CLOCK, Cue, Parsed, clock_seconds
from summarizer.transcribe.captions.formats.blocks import split_lines
from summarizer.transcribe.captions.labels import is_name, starts_turn
from summarizer.transcribe.captions.markup import clean_text

_RANGE = rf"[\[(<]?\s*{CLOCK}(?:\s*(?:-{{1,2}}>?|–|—|→|to|,)\s*{CLOCK})?\s*[\])>]?"
_STAMP = re.compile(
    rf"^\s*{_RANGE}(?!\d|:\d|\.\d|\s*[ap]\.?m\b)(?:\s*[-–—|:]\s+|\s+|$|(?<=[\])>]))(.*)$", re.IGNORECASE
)
_LENGTH = re.compile(
    r"(?:\d+ (?:hours?|minutes?|seconds?)(?:, | and |$| (?=\S)))+"
)  # YouTube's pane, for screen readers
_HEADER = re.compile(rf"^\s*(\S.{{0,58}}?)(\s{{2,}}|\t|\s*[-–—|•·,]\s+|\s*(?=[\[(])|\s)[\[(]?{CLOCK}[\])]?\s*:?\s*$")
_BRACKET_HEADER = re.compile(rf"^\s*\[([^\[\]\d:][^\[\]:]{{0,58}})\]\s+{CLOCK}\s*$")  # Zoom's saved captions
_CHAT = re.compile(rf"^\s*{CLOCK}\s+From\s+(.{{1,60}}?)\s+[Tt]o\s+(.{{1,60}}?)\s*:\s*(.*)$")  # Zoom's chat
WORDS_PER_SECOND = 2.5  # 150 a minute, where neither times nor a length are known
_HEADING_WORDS = 8  # of a chapter's title in a pane


@dataclass
class _Entry:
    """A stamp and the text up to the next one."""

    start: float
    end: float | None
    speaker: str | None
    lines: list[str] = field(default_factory=list)
    alone: bool = False  # whether the stamp has a line of its own
    day: bool = False  # whether it is a time of day


def parse_txt(text: str, duration: float | None) -> Parsed:
    """Parse plain text; times come from stamps, or are estimated. `duration` is that of the video, seconds."""
    return parse_stamped(text, duration) or estimate(text, duration)


def parse_stamped(text: str, duration: float | None) -> Parsed | None:
    """Parse text with times; None if it has none, or if its times are part of the text."""
    entries: list[_Entry] = []
    before: list[str] = []
    for line in filter(None, map(str.strip, split_lines(text))):
        if entry := _read_stamp(line):
            entries.append(entry)
        else:
            (entries[-1].lines if entries else before).append(line)
    headings = _remove_headings(entries)
    spoken = [entry for entry in entries if entry.lines]
    lines = sum(len(entry.lines) for entry in spoken)
    ordered = sum(a.start <= b.start for a, b in pairwise(spoken))
    if len(spoken) < 2 or ordered < 0.5 * (len(spoken) - 1) or len(before) > max(5, 0.1 * lines):
        return None
    cues = []
    for entry, following in zip(spoken, [*spoken[1:], None], strict=True):
        last = duration if duration and duration > entry.start else entry.start + 10
        end = entry.end if entry.end is not None else following.start if following else last
        cues.append(Cue(entry.start, max(entry.start, end), clean_text("\n".join(entry.lines)), entry.speaker))
    return Parsed(cues, skipped=[*before, *headings], clock=any(entry.day for entry in spoken))


def _read_stamp(line: str) -> _Entry | None:
    """The time in a line with what else is there."""
    if match := _CHAT.match(line):
        words = match[7].strip()
        return _Entry(clock_seconds(*match.groups()[:4]), None, match[5].strip(), [words] if words else [], day=True)
    if match := _BRACKET_HEADER.match(line):
        return _Entry(clock_seconds(*match.groups()[1:5]), None, match[1].strip(), day=True)
    if match := _STAMP.match(line):
        end = clock_seconds(*match.groups()[4:8]) if match[6] else None
        words = _LENGTH.sub("", match[9], count=1).strip() if _LENGTH.match(match[9]) else match[9].strip()
        return _Entry(clock_seconds(*match.groups()[:4]), end, None, [words] if words else [], alone=not words)
    if match := _HEADER.match(line):
        name, gap = match[1].strip(), match[2]
        if is_name(name) or (("  " in gap or "\t" in gap or not gap) and len(name.split()) <= 6):
            return _Entry(clock_seconds(*match.groups()[2:6]), None, name)
    return None


def _remove_headings(entries: list[_Entry]) -> list[str]:
    """Remove the titles of chapters from a pasted pane: there, each stamp has one line of text below it.

    Also removes the lengths that the pane has for screen readers ("1 minute, 2 seconds").
    """
    alone = [entry for entry in entries if entry.alone]
    for entry in alone:
        if len(entry.lines) > 1 and (match := _LENGTH.match(entry.lines[0])) and match.end() == len(entry.lines[0]):
            entry.lines.pop(0)
    if len(alone) < len(entries) or sum(len(entry.lines) == 1 for entry in alone) < 0.8 * len(alone):
        return []
    titled = [entry for entry in alone[:-1] if len(entry.lines) == 2 and len(entry.lines[1].split()) <= _HEADING_WORDS]
    return [entry.lines.pop() for entry in titled]


def estimate(text: str, duration: float | None) -> Parsed:
    """Cues with estimated times: the duration, seconds, is divided in proportion to text length.

    At a steady pace they are off by about a sentence. Without a duration, a pace of 150 words a minute is assumed.
    """
    turns: list[list[str]] = [[]]
    for line in clean_text(text).split("\n"):
        if starts_turn(line):
            turns.append([])
        turns[-1].append(line)
    pieces = [piece for turn in turns for piece in _split_sentences(" ".join(turn))]
    return Parsed(spread([(None, piece) for piece in pieces], duration), estimated=True)


def spread(pieces: list[tuple[str | None, str]], duration: float | None) -> list[Cue]:
    """Cues for pieces of text with their speakers, one after the other over the duration, seconds."""
    total = sum(len(piece) for _, piece in pieces) or 1
    length = duration or sum(len(piece.split()) for _, piece in pieces) / WORDS_PER_SECOND
    cues, done = [], 0
    for speaker, piece in pieces:
        cues.append(Cue(length * done / total, length * (done + len(piece)) / total, piece, speaker))
        done += len(piece)
    return cues


def _split_sentences(text: str) -> list[str]:
    """Split a text at full stops and after at most 16 words."""
    pieces = []
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        words = sentence.split()
        pieces += [" ".join(words[i : i + 16]) for i in range(0, len(words), 16)]
    return pieces
