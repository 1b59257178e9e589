"""Replace words of a transcript; segments keep their ids and times, and word times are moved with the words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from summarizer.records import Segment, Word


@dataclass(frozen=True)
class Span:
    """The characters from `start` in one segment to `end` in the same or the next segment."""

    first: int  # segment id
    start: int
    last: int  # segment id
    end: int


def get_text(segments: list[Segment], span: Span) -> str:
    """Return the text of a span, with one space between two segments."""
    left = segments[span.first].text
    if span.first == span.last:
        return left[span.start : span.end]
    return f"{left[span.start :].rstrip()} {segments[span.last].text[: span.end].lstrip()}"


def replace(segments: list[Segment], span: Span, text: str) -> bool:
    """Write `text` over a span, into its first segment; return False if its last segment would become empty."""
    if span.first == span.last:
        segments[span.first] = _replace_in_segment(segments[span.first], span.start, span.end, text)
        return True
    if not segments[span.last].text[span.end :].strip():
        return False  # ids are positions in the transcript, so no segment may be removed
    segments[span.first] = _replace_in_segment(segments[span.first], span.start, len(segments[span.first].text), text)
    segments[span.last] = _replace_in_segment(segments[span.last], 0, span.end, "")
    return True


def _replace_in_segment(segment: Segment, start: int, end: int, text: str) -> Segment:
    old = segment.text
    new = f"{old[:start]}{text}{old[end:]}"
    return segment.model_copy(
        update={"text": new if text else new.lstrip(" ,;"), "words": _replace_words(segment, start, end, text)}
    )


def _replace_words(segment: Segment, start: int, end: int, text: str) -> tuple[Word, ...]:
    """Return the words with the replaced ones joined; unchanged when they do not correspond to the text."""
    old = segment.text
    if len(segment.words) != len(old.split()):
        return segment.words
    head = re.search(r"\S*$", old[:start])
    tail = re.match(r"\S*", old[end:])
    before, after = (head[0] if head else ""), (tail[0] if tail else "")
    first = len(old[: start - len(before)].split())
    last = len(segment.words) - len(old[end + len(after) :].split())
    replaced = segment.words[first:last]
    new_word = f"{before}{text}{after}"
    lead = " " if replaced[0].text.startswith(" ") else ""
    joined = Word(start=replaced[0].start, end=replaced[-1].end, text=lead + new_word)
    return (*segment.words[:first], *([joined] if re.search(r"\w", new_word) else []), *segment.words[last:])
