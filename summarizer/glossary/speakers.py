"""Speakers by their whole names, as the title and the description write them."""

from __future__ import annotations

import re

from summarizer.records import Source, Transcript


def name_speakers(transcript: Transcript, source: Source) -> Transcript:
    """The transcript with its speakers' names as the title and the description write them, where that is certain."""
    names = {segment.speaker for segment in transcript.segments if segment.speaker}
    full = {name: _resolve(name, source) for name in names}
    if all(name == found for name, found in full.items()):
        return transcript
    segments = tuple(
        segment.model_copy(update={"speaker": full[segment.speaker]}) if segment.speaker else segment
        for segment in transcript.segments
    )
    return transcript.model_copy(update={"segments": segments})


def _resolve(name: str, source: Source) -> str:
    """The whole name for a part of it, in any case: "Ana", "LIMA" and "ana lima" are "Ana Lima" when nobody else is."""
    parts = name.lower().split()
    fitting = {known for known in _known(source, parts[0]) if _is_part(parts, known.lower().split())}
    if len(fitting) == 1:
        return fitting.pop()
    return name.title() if name.isupper() and len(name) > 2 else name


def _is_part(parts: list[str], known: list[str]) -> bool:
    """Whether the words stand in a name in their order, side by side."""
    return any(known[i : i + len(parts)] == parts for i in range(len(known) - len(parts) + 1))


def _known(source: Source, first: str) -> set[str]:
    """Names of the programme: the title's speakers, and two capitalised words in the text that begin with this one."""
    text = f"{source.title}\n{source.description}"
    pairs = re.findall(rf"(?<![\w-])({re.escape(first)})[ ]([A-Z][\w'’-]+)(?![\w-])", text, re.IGNORECASE)
    return {*source.speakers, *(f"{one} {two}" for one, two in pairs if one[:1].isupper() and two[:1].isupper())}
