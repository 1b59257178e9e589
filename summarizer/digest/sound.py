"""Describe what readers should know of the sound of a recording, in the words of the page."""

from __future__ import annotations

from summarizer.digest.escape import timestamp
from summarizer.digest.wording import load_wording
from summarizer.records import Transcript


def describe_sound(transcript: Transcript) -> tuple[str, ...]:
    """One English sentence for each note of a transcript, as plain text; the template of the page writes the same."""
    wording = load_wording("en")
    return tuple(
        wording[note.kind].format(
            length=timestamp(note.seconds),
            tracks=", ".join(map(str, note.tracks)),
            total=note.total,
            language=note.language,
        )
        for note in transcript.notes
    )
