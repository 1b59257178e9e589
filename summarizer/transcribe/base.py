"""What a speech recognition back end is given, and what it can do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from summarizer.language.terms import Glossary
from summarizer.records import Source, Transcript


@dataclass(frozen=True)
class Recording:
    """Sound to be recognised; `source` and `glossary` may help, the text must not need them."""

    path: Path
    source: Source
    glossary: Glossary


class Transcriber(Protocol):
    """An opened speech recognition back end, for the recordings of a run and any number of threads."""

    def announce(self, recording: Recording) -> None:
        """Start to read a recording that will be asked for, while another one is being recognised."""
        ...

    def transcribe(self, recording: Recording) -> Transcript:
        """Segments with times; none when nobody speaks. Raises `Failed` for media that cannot be decoded whole."""
        ...
