"""The interface of a speech recognition back end: its input (`Recording`) and its methods (`Transcriber`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from summarizer.language.terms import Glossary
from summarizer.records import Source, Transcript


@dataclass(frozen=True)
class Recording:
    """A media file to transcribe.

    `source` and `glossary` are hints: a back end may use them, but must work without them.
    """

    path: Path
    source: Source
    glossary: Glossary


class Transcriber(Protocol):
    """An opened speech recognition back end. It serves all recordings of a run and may be shared between threads."""

    def announce(self, recording: Recording) -> None:
        """Start to decode a recording that will be transcribed next, while another one is being transcribed."""
        ...

    def transcribe(self, recording: Recording) -> Transcript:
        """Return segments with times; none when nobody speaks. Raises `Failed` for incomplete or unreadable media."""
        ...
