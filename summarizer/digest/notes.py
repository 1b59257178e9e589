"""Describe what readers should know of the sound or the caption file of a recording, in the words of the page."""

from __future__ import annotations

from collections.abc import Iterator

from summarizer.digest.escape import timestamp
from summarizer.digest.wording import load_wording
from summarizer.records import RecordingNote, Transcript


def describe_notes(transcript: Transcript, minor: bool = False) -> tuple[str, ...]:
    """One English sentence for each note of a transcript, as plain text; the template of the page writes the same.

    With `minor`, also those that are not on the page, and the first line or the encoding that a note is about.
    """
    return tuple(_describe(transcript.notes, minor))


def _describe(notes: tuple[RecordingNote, ...], minor: bool) -> Iterator[str]:
    wording = load_wording("en")
    for note in notes:
        if note.minor and not minor:
            continue
        example = f" ({note.example})" if minor and note.example else ""
        yield example.join(
            [
                wording[note.kind].format(
                    length=timestamp(note.seconds),
                    tracks=", ".join(map(str, note.tracks)),
                    count=note.count,
                    total=note.total,
                    language=note.language,
                ),
                "",
            ]
        )
