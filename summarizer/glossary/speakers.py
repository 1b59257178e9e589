"""Give speakers their full names, as written in the title or the description."""

from __future__ import annotations

import re

from summarizer.records import Source, Transcript


def name_speakers(transcript: Transcript, source: Source) -> Transcript:
    """Return the transcript with the speakers' names as in the title or the description, where that is certain."""
    names = {segment.speaker for segment in transcript.segments if segment.speaker}
    full_names = {name: _find_full_name(name, source) for name in names}
    if all(name == full_name for name, full_name in full_names.items()):
        return transcript
    segments = tuple(
        segment.model_copy(update={"speaker": full_names[segment.speaker]}) if segment.speaker else segment
        for segment in transcript.segments
    )
    return transcript.model_copy(update={"segments": segments})


def _find_full_name(name: str, source: Source) -> str:
    """Return "Ana Lima" for "Ana", "LIMA" or "ana lima" if no other known name contains them."""
    parts = name.lower().split()
    matches = {known for known in _find_known_names(source, parts[0]) if _contains(known.lower().split(), parts)}
    if len(matches) == 1:
        return matches.pop()
    return name.title() if name.isupper() and len(name) > 2 else name


def _contains(name: list[str], parts: list[str]) -> bool:
    """Return whether a name contains the parts as adjacent words in this order."""
    return any(name[i : i + len(parts)] == parts for i in range(len(name) - len(parts) + 1))


def _find_known_names(source: Source, first: str) -> set[str]:
    """Return the speakers from the metadata, and each two capitalised words of which the first is `first`."""
    text = f"{source.title}\n{source.description}"
    pairs = re.findall(rf"(?<![\w-])({re.escape(first)})[ ]([A-Z][\w'’-]+)(?![\w-])", text, re.IGNORECASE)
    capitalised = (f"{given} {family}" for given, family in pairs if given[:1].isupper() and family[:1].isupper())
    return {*source.speakers, *capitalised}
