"""The embedded sample: five short talks and their sound, made for this project by `tools/sample/`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Literal

from summarizer.records import Record

NAME = "sample"  # as a source
SAMPLE = Path(__file__).parent


class SampleTalk(Record):
    """One talk as it was written."""

    id: str
    title: str
    speakers: tuple[str, ...]
    channel: str
    published: date
    kind: str  # as the digest should be
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


@contextmanager
def served(sources: Sequence[str]) -> Iterator[list[str]]:
    """Sources as addresses; `sample` is served on this machine while the block lasts."""
    if NAME not in sources:
        yield list(sources)
        return
    from summarizer.sample import feed

    with feed.serve() as address:
        yield [address if source == NAME else source for source in sources]
