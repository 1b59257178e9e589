"""CNCF projects named in a talk, and when.

Many projects are named after everyday things. Such a name (`everyday` in the glossary) counts only where it is written
with its capital inside a sentence, or when the title or the description names the project too.
"""

from __future__ import annotations

import re

from summarizer.language.terms import Glossary
from summarizer.records import Mention, Segment, Source, Transcript


def mentions(transcript: Transcript, source: Source, glossary: Glossary) -> tuple[Mention, ...]:
    """Projects by first mention, each with the start of every segment that names it, seconds."""
    spelt = {term.name.lower(): term for term in glossary.projects}
    named = glossary.any_project
    announced = {match[0].lower() for match in named.finditer(f"{source.title}\n{source.description}")}
    times: dict[str, list[float]] = {}
    for segment in transcript.segments:
        for match in named.finditer(segment.text):
            term = spelt[match[0].lower()]
            if term.everyday and term.name.lower() not in announced and not _written_as_name(segment, match):
                continue
            listed = times.setdefault(term.name, [])
            if not listed or listed[-1] != segment.start:
                listed.append(segment.start)
    return tuple(Mention(name=name, times=tuple(found)) for name, found in times.items())


def _written_as_name(segment: Segment, match: re.Match[str]) -> bool:
    before = segment.text[: match.start()].rstrip()
    return match[0][0].isupper() and bool(before) and before[-1] not in ".!?:"
