"""Words of a transcript replaced in place: segments keep their ids and times, and word times follow the words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from summarizer.records import Segment, Word


@dataclass(frozen=True)
class Span:
    """Characters from `start` in one segment to `end` in the same or the next one."""

    first: int  # segment id
    start: int
    last: int  # segment id
    end: int


def text_of(segments: list[Segment], span: Span) -> str:
    """What stands in a span, one space where two segments meet."""
    left = segments[span.first].text
    if span.first == span.last:
        return left[span.start : span.end]
    return f"{left[span.start :].rstrip()} {segments[span.last].text[: span.end].lstrip()}"


def replace(segments: list[Segment], span: Span, text: str) -> bool:
    """Write `text` over a span, into its first segment; false, and nothing done, if the other would be empty."""
    if span.first == span.last:
        segments[span.first] = _written(segments[span.first], span.start, span.end, text)
        return True
    if not segments[span.last].text[span.end :].strip():
        return False  # a segment's id is its place, so none may vanish
    segments[span.first] = _written(segments[span.first], span.start, len(segments[span.first].text), text)
    segments[span.last] = _written(segments[span.last], 0, span.end, "")
    return True


def _written(segment: Segment, start: int, end: int, text: str) -> Segment:
    old = segment.text
    new = f"{old[:start]}{text}{old[end:]}"
    return segment.model_copy(
        update={"text": new if text else new.lstrip(" ,;"), "words": _words(segment, start, end, text)}
    )


def _words(segment: Segment, start: int, end: int, text: str) -> tuple[Word, ...]:
    """Words with the replaced ones as one; unchanged when they are not the words of the text one by one."""
    old = segment.text
    if len(segment.words) != len(old.split()):
        return segment.words
    head = re.search(r"\S*$", old[:start])
    tail = re.match(r"\S*", old[end:])
    before, after = (head[0] if head else ""), (tail[0] if tail else "")
    first = len(old[: start - len(before)].split())
    last = len(segment.words) - len(old[end + len(after) :].split())
    replaced = segment.words[first:last]
    spelt = f"{before}{text}{after}"
    lead = " " if replaced[0].text.startswith(" ") else ""
    joined = Word(start=replaced[0].start, end=replaced[-1].end, text=lead + spelt)
    return (*segment.words[:first], *([joined] if re.search(r"\w", spelt) else []), *segment.words[last:])
