"""Sections from the chapters of a video, and ranges of sections that cover a talk once.

For every back end: chapters were written by people who know the talk, so no guess about topics replaces them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from summarizer.records import Chapter, Section

MIN_CHAPTERS = 2  # one chapter divides nothing
TOLERANCE = 2.0  # seconds by which the first words of a chapter may begin before it, since captions are cut roughly


class Stretch(NamedTuple):
    """A range of a talk about one subject."""

    first: int  # position of its first sentence (or segment)
    last: int  # position behind its last one
    heading: str  # the chapter's title


def split_by_chapters(chapters: Sequence[Chapter], starts: Sequence[float]) -> list[Stretch]:
    """Return one stretch per chapter that has text; empty if the video has no useful chapters.

    `starts` are the ascending times of the talk's sentences or segments, in seconds. What is said before the first
    chapter belongs to it. A chapter in which nothing begins has no stretch: its time belongs to the one before.
    """
    ordered = sorted(chapters, key=lambda chapter: chapter.start)
    edges = [bisect_left(starts, chapter.start - TOLERANCE) for chapter in ordered]
    stretches = [
        Stretch(first, last, chapter.title)
        for (first, last), chapter in zip(pairwise([*edges, len(starts)]), ordered, strict=True)
        if first < last
    ]
    if len(stretches) < MIN_CHAPTERS:
        return []
    return [stretches[0]._replace(first=0), *stretches[1:]]


def close_ranges(sections: Sequence[Section], start: float, end: float) -> tuple[Section, ...]:
    """Return the sections with ranges that neither overlap nor leave holes, from `start` to `end` (seconds).

    Each ends where the next one begins, so a stretch without anything worth saying belongs to the section before it.
    """
    ordered = sorted(sections, key=lambda section: section.start)
    edges = [start, *(section.start for section in ordered[1:]), max(end, start)]
    return tuple(
        section.model_copy(update={"start": first, "end": last})
        for section, (first, last) in zip(ordered, pairwise(edges), strict=False)
    )
