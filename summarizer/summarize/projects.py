"""CNCF projects named in a talk, and when.

Many projects are named after everyday things. Such a name (marked `~` in projects.txt) counts only where it is written
with its capital inside a sentence, or when the title or the description names the project too.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from summarizer.records import Mention, Segment, Source, Transcript


@cache
def project_names() -> tuple[tuple[str, bool], ...]:
    """(name, everyday word) of every project."""
    text = resources.files(__package__).joinpath("projects.txt").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return tuple((line.removeprefix("~"), line.startswith("~")) for line in lines)


@cache
def _any_project() -> re.Pattern[str]:
    by_length = sorted((name for name, _ in project_names()), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(re.escape(name) for name in by_length)})(?![\w-])", re.IGNORECASE)


def projects_in(text: str) -> list[str]:
    """Projects that a statement names, everyday words aside: wherever they stand, they are names."""
    spelt = {name.lower(): everyday for name, everyday in project_names()}
    return [match[0] for match in _any_project().finditer(text) if not spelt[match[0].lower()]]


def mentions(transcript: Transcript, source: Source) -> tuple[Mention, ...]:
    """Projects by first mention, each with the start of every segment that names it, seconds."""
    spelt = {name.lower(): (name, everyday) for name, everyday in project_names()}
    announced = {match[0].lower() for match in _any_project().finditer(f"{source.title}\n{source.description}")}
    times: dict[str, list[float]] = {}
    for segment in transcript.segments:
        for match in _any_project().finditer(segment.text):
            name, everyday = spelt[match[0].lower()]
            if everyday and name.lower() not in announced and not _written_as_name(segment, match):
                continue
            listed = times.setdefault(name, [])
            if not listed or listed[-1] != segment.start:
                listed.append(segment.start)
    return tuple(Mention(name=name, times=tuple(found)) for name, found in times.items())


def _written_as_name(segment: Segment, match: re.Match[str]) -> bool:
    before = segment.text[: match.start()].rstrip()
    return match[0][0].isupper() and bool(before) and before[-1] not in ".!?:"
