"""The embedded sample: five short talks and their sound, made for this project by `tools/sample/`."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Literal

from summarizer.records import Kind, Record

SAMPLE = Path(__file__).parent


class SampleTalk(Record):
    """One talk as it was written."""

    id: str
    title: str
    speakers: tuple[str, ...]
    channel: str
    published: date
    kind: Kind
    captions: Literal["human", "placeholder"]
    format: Literal["opus", "m4a"]
    description: str
    sentences: tuple[str, ...]  # as spoken; "Name: text" where a speaker is marked in the captions
    tone_seconds: float = 0.0  # a recording without speech: so many seconds of tone

    @property
    def media(self) -> Path:
        """The talk's sound."""
        return SAMPLE / "media" / f"{self.id}.{self.format}"

    @property
    def track(self) -> Path:
        """The talk's captions."""
        return SAMPLE / "media" / f"{self.id}.en.vtt"


def load_talks() -> tuple[SampleTalk, ...]:
    """All talks in the order they were given."""
    talks = [
        SampleTalk(id=path.stem, **tomllib.loads(path.read_text(encoding="utf-8")))
        for path in (SAMPLE / "talks").glob("*.toml")
    ]
    return tuple(sorted(talks, key=lambda talk: talk.published))
