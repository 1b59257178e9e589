r"""Parse formats of text blocks, each below a line with its times: WebVTT, SubRip and SBV.

The parser is our own: real files break the standards, and the parsers that we know leave text out where they do
(benchmarks/caption_files.py compares them). The rule here: every line below a line of times is text of that cue until
the next line of times, except identifiers and, in WebVTT, comments and styles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from summarizer.transcribe.captions.cues import CLOCK, Parsed, Untimed, clock_seconds, place
from summarizer.transcribe.captions.markup import split_voices, strip_markup

_ARROW = re.compile(rf"^\s*\[?{CLOCK}\s*(?:-{{1,3}}|[–—])>\s*{CLOCK}\]?(?=\s|$)(.*)$")
_FRAMES = re.compile(r"^\s*(\d+):(\d+):(\d+)[:;](\d+)\s*-->\s*(\d+):(\d+):(\d+)[:;](\d+)(?=\s|$)(.*)$")
_FRAME_RATE = 25  # of times that end in frames, which do not state it; wrong by less than half a second
_SBV = re.compile(rf"^\s*{CLOCK}\s*,\s*{CLOCK}\s*$")
_BROKEN_SBV = re.compile(r"^\s*\d+:\w{1,2}:\w{1,2}[.]\w{1,3},\d+:\w{1,2}:\w{1,2}[.]\w{1,3}\s*$")
_SETTINGS = re.compile(
    r"(?:\s*(?:align|position|line|size|vertical|region|[A-DLTSXY]\d?)\s*:\s*[^\s:]+)*\s*", re.IGNORECASE
)
_SETTING = re.compile(r"\b(?:align|position|line|size|vertical|region):(?:\S|$)")  # whatever its value is
_HIDDEN = re.compile(r"(?:NOTE|STYLE|REGION|X-TIMESTAMP-MAP)\b")


@dataclass
class _Block:
    """A cue as it is in the file: times that could be read, and the lines below them."""

    times: tuple[float, float] | None
    lines: list[str] = field(default_factory=list)


def split_lines(text: str) -> list[str]:
    r"""Split at \n, \r\n, a doubled \r\r\n and a single \r, and at nothing else."""
    return re.split(r"\r\r\n|\r\n|\n|\r", text)


def parse_vtt(text: str) -> Parsed:
    """Parse WebVTT."""
    lines = split_lines(text)
    if lines and lines[0].startswith("WEBVTT"):
        end = next((i for i, line in enumerate(lines) if not line or _read_times(line)), len(lines))
        lines = lines[end:]  # the header ends at an empty line
    return _parse(_hide_comments(lines), every_id=True)


def parse_srt(text: str) -> Parsed:
    """Parse SubRip."""
    return _parse(split_lines(text), every_id=False)


def parse_sbv(text: str) -> Parsed:
    """Parse YouTube's SBV: the times in a line of their own, with a comma between them."""
    blocks, skipped = [], []
    for line in split_lines(text):
        if match := _SBV.match(line):
            groups = match.groups()
            blocks.append(_Block((clock_seconds(*groups[:4]), clock_seconds(*groups[4:]))))
        elif _BROKEN_SBV.match(line):
            blocks.append(_Block(None))
        elif blocks:
            blocks[-1].lines += line.split("[br]")  # SBV's line break
        elif line.strip():
            skipped.append(line.strip())
    parsed = place(Untimed(block.times, strip_markup("\n".join(block.lines))) for block in blocks)
    parsed.skipped = skipped
    return parsed


def _read_times(line: str) -> tuple[tuple[float, float] | None, str] | None:
    """The times in a line (None if they are unreadable) and the text behind them; None if it is no line of times."""
    if match := _ARROW.match(line):
        groups = match.groups()
        times = clock_seconds(*groups[:4]), clock_seconds(*groups[4:8])
        return times, _drop_settings(groups[8])
    if match := _FRAMES.match(line):
        numbers = match.groups()
        start, end = (clock_seconds(*numbers[i : i + 3]) + int(numbers[i + 3]) / _FRAME_RATE for i in (0, 4))
        return (start, end), _drop_settings(numbers[8])
    return (None, "") if _is_broken(line) else None


def _is_broken(line: str) -> bool:
    """Whether a line has an arrow and nothing but digits and marks around it, apart from a misread letter or two."""
    if not re.search(r"-->|-.>|--\S>", line):
        return False
    return sum(map(str.isalpha, line)) <= 2 and (line.count(":") > 1 or not line.strip("-> "))


def _drop_settings(text: str) -> str:
    """The text behind the times; empty if it is where the cue stands on the screen."""
    settings = _SETTINGS.fullmatch(text) or (len(text.split()) < 7 and _SETTING.search(text))
    return "" if settings else text


def _hide_comments(lines: list[str]) -> list[str]:
    """Lines without blocks of comments and styles, which end at an empty line."""
    kept: list[str] = []
    hidden = False
    for line in lines:
        if not line:
            hidden = False
        elif hidden and _read_times(line):
            hidden = False  # the empty line was forgotten
        elif not hidden and _HIDDEN.match(line) and not (kept and kept[-1]):
            hidden = True
        if not hidden:
            kept.append(line)
    return kept


def _parse(lines: list[str], every_id: bool) -> Parsed:
    """Parse lines to cues; `every_id`: a line directly above times is an identifier, whatever it is."""
    blocks, before = _split_blocks(lines)
    skipped = _remove_ids(blocks, before, every_id)
    parts = [(block.times, list(split_voices("\n".join(block.lines)))) for block in blocks]
    voiced = sum(any(speaker for speaker, _ in voices) for _, voices in parts)
    # Where most cues name their voice, a cue without a name is by somebody unknown; otherwise it continues a turn.
    unnamed = "" if voiced * 2 > len(parts) else None
    parsed = place(item for times, voices in parts for item in _divide(times, voices, unnamed))
    parsed.skipped = [line for line in map(strip_markup, skipped) if line]
    return parsed


def _split_blocks(lines: list[str]) -> tuple[list[_Block], list[str]]:
    """The blocks, and the lines before the first line of times."""
    before: list[str] = []
    blocks: list[_Block] = []
    for line in lines:
        found = _read_times(line)
        if found:
            blocks.append(_Block(found[0], [found[1]] if found[1].strip() else []))
        else:
            (blocks[-1].lines if blocks else before).append(line)
    return blocks, before


def _remove_ids(blocks: list[_Block], before: list[str], every_id: bool) -> list[str]:
    """Remove identifiers from the ends of the blocks above them; returns the lines that belong to no cue."""
    above = [before, *(block.lines for block in blocks[:-1])]  # what is above each line of times
    numbered = sum(bool(lines and lines[-1].strip().isdigit()) for lines in above)
    named = sum(_ends_in_id(lines, lines is before) for lines in above)
    # In SubRip, a line above the times that is no number is an identifier only if nearly all cues have one.
    names = every_id or (numbered * 2 < len(above) and named >= 0.9 * len(above))
    number = 0
    for lines in above:
        while lines and not lines[-1].strip() and _last_number(lines) == number + 1:
            lines.pop()  # files with every line doubled have an empty line below the number
        if lines and (lines[-1].strip().isdigit() or (names and _ends_in_id(lines, lines is before))):
            last = lines.pop().strip()
            number = int(last) if last.isdecimal() else number + 1
    return [line for line in before if line.strip()]


def _ends_in_id(lines: list[str], at_start: bool) -> bool:
    """Whether the last line stands alone: below an empty line, or at the start of the file."""
    alone = at_start if len(lines) == 1 else lines and not lines[-2].strip()
    return bool(alone and lines[-1].strip())


def _last_number(lines: list[str]) -> int | None:
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return int(last) if last.isdecimal() and len(last) < 10 else None


def _divide(
    times: tuple[float, float] | None, voices: list[tuple[str | None, str]], unnamed: str | None
) -> Iterator[Untimed]:
    """The parts of a cue; its time is divided in proportion to text length."""
    total, done = sum(len(words) for _, words in voices), 0
    for speaker, words in voices:
        part = None
        if times:
            start, end = times
            part = start + (end - start) * done / total, start + (end - start) * (done + len(words)) / total
        yield Untimed(part, words, unnamed if speaker is None else speaker)
        done += len(words)
