"""The embedded sample: six talks with audio, made for this project by `tools/sample/`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Literal

from summarizer.records import Record

NAME = "sample"  # its name as a source
SAMPLE = Path(__file__).parent


class SampleTalk(Record):
    """One talk of the sample, as written."""

    id: str
    title: str
    speakers: tuple[str, ...]
    channel: str
    published: date
    kind: str  # expected kind of the digest
    captions: Literal["human", "placeholder", "none"]  # none: sound only
    format: Literal["opus", "m4a"]
    description: str
    sentences: tuple[str, ...]  # as spoken; "Name: text" if the captions name the speaker
    tone_seconds: float = 0.0  # length of a recording that has a tone instead of speech

    @property
    def media(self) -> Path:
        """The audio file."""
        return SAMPLE / "media" / f"{self.id}.{self.format}"

    @property
    def track(self) -> Path:
        """The caption file."""
        return SAMPLE / "media" / f"{self.id}.en.vtt"


def load_talks() -> tuple[SampleTalk, ...]:
    """All talks, ordered by date."""
    talks = [
        SampleTalk(id=path.stem, **tomllib.loads(path.read_text(encoding="utf-8")))
        for path in (SAMPLE / "talks").glob("*.toml")
    ]
    return tuple(sorted(talks, key=lambda talk: talk.published))


@contextmanager
def serve_sources(sources: Sequence[str]) -> Iterator[list[str]]:
    """Replace the source `sample` by an address on this machine, where the sample is served while the block runs."""
    if NAME not in sources:
        yield list(sources)
        return
    from summarizer.sample import feed

    with feed.serve() as address:
        yield [address if source == NAME else source for source in sources]
