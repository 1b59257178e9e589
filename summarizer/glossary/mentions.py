"""Find the CNCF projects that a talk mentions, with their times.

Many project names are also ordinary words. Such a name (`everyday` in the glossary) counts only where it is capitalised
inside a sentence, or when the title or the description contains the project too.
"""

from __future__ import annotations

import re

from summarizer.language.terms import Glossary
from summarizer.records import Mention, Segment, Source, Transcript


def find_mentions(transcript: Transcript, source: Source, glossary: Glossary) -> tuple[Mention, ...]:
    """Return the projects by first mention, each with the start of every segment that contains it, seconds."""
    terms = {term.name.lower(): term for term in glossary.projects}
    pattern = glossary.project_pattern
    announced = {match[0].lower() for match in pattern.finditer(f"{source.title}\n{source.description}")}
    times: dict[str, list[float]] = {}
    for segment in transcript.segments:
        for match in pattern.finditer(segment.text):
            term = terms[match[0].lower()]
            if term.everyday and term.name.lower() not in announced and not _is_capitalised_name(segment, match):
                continue
            term_times = times.setdefault(term.name, [])
            if not term_times or term_times[-1] != segment.start:
                term_times.append(segment.start)
    return tuple(Mention(name=name, times=tuple(term_times)) for name, term_times in times.items())


def _is_capitalised_name(segment: Segment, match: re.Match[str]) -> bool:
    before = segment.text[: match.start()].rstrip()
    return match[0][0].isupper() and bool(before) and before[-1] not in ".!?:"
