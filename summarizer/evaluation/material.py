"""The real talks that an evaluation measures on: a folder that is not part of the project.

    talks/<video id>.json     title, event, year, abstract (or null), text: lower-case automatic captions without times
    llm_summaries.json        summaries that an earlier attempt made of some of these talks
    otel/*.md                 interviews: "## Summary", and the captions under "## Raw YouTube Transcript"
    jargon/*.json             names of projects and terms

Every record belongs to one of two halves, by a hash of its id: thresholds are chosen on "tune", figures are reported on
"report". The captions have no times, so they get segments of 36 words, 15 seconds each.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from summarizer.errors import UsageError
from summarizer.glossary.correct import correct
from summarizer.language.boundaries import without_marks
from summarizer.language.sentences import full_stops
from summarizer.language.terms import packaged
from summarizer.records import Made, Record, Segment, Source, Transcript

Half = Literal["tune", "report"]
WORDS_PER_SEGMENT, SECONDS_PER_SEGMENT = 36, 15.0  # as merged captions come out
DEFAULT_FOLDER = Path(__file__).parents[2].parent / "shared" / "data"


def half(id: str) -> Half:
    """Which half an id belongs to; the same everywhere and for ever."""
    return "tune" if hashlib.sha256(id.encode()).digest()[0] % 2 == 0 else "report"


class RealTalk(Record):
    """One talk with its captions."""

    id: str
    title: str
    text: str  # the captions, one line
    abstract: str = ""  # by people, for the programme
    summary: str = ""  # by a language model, good or not
    edited: str = ""  # the talk in readable sentences, by a language model

    @property
    def half(self) -> Half:
        """tune or report."""
        return half(self.id)

    @cached_property
    def transcript(self) -> Transcript:
        """The captions in segments of 36 words and 15 seconds."""
        return transcript_of(self.text)

    @cached_property
    def corrected(self) -> Transcript:
        """The transcript with its names put right, as every summary gets it."""
        return correct(self.transcript, self.source, packaged()).transcript

    @cached_property
    def source(self) -> Source:
        """The metadata that a download would have brought."""
        return Source(video_id="e" * 11, url="", title=self.title, description=self.abstract, language="en")


def punctuated(text: str) -> bool:
    """Whether captions have full stops: three in a hundred words; most have none."""
    return full_stops(text) > 0.03 * len(text.split())


class Hidden(NamedTuple):
    """Words of punctuated captions without the punctuation, and at which of them sentences begin."""

    words: list[str]
    starts: frozenset[int]  # 0 is none


def without_stops(text: str) -> Hidden:
    """Take the punctuation away, and remember where sentences began."""
    words: list[str] = []
    starts = set()
    for word in text.split():
        bare = without_marks(word)
        if bare and not word.startswith("["):
            words.append(bare)
        if re.search(r"[.!?][\"')]*$", word):
            starts.add(len(words))
    return Hidden(words, frozenset(starts - {0, len(words)}))


def transcript_of(text: str) -> Transcript:
    """Plain text as automatic captions."""
    words = text.split()
    lines = [" ".join(words[i : i + WORDS_PER_SEGMENT]) for i in range(0, len(words), WORDS_PER_SEGMENT)]
    segments = tuple(
        Segment(id=i, start=i * SECONDS_PER_SEGMENT, end=(i + 1) * SECONDS_PER_SEGMENT, text=line)
        for i, line in enumerate(lines)
    )
    return Transcript(
        video_id="e" * 11,
        language="en",
        segments=segments,
        duration=len(segments) * SECONDS_PER_SEGMENT,
        kind="automatic",
        made=Made(backend="captions"),
    )


class Material:
    """The folder, read when asked; raises `UsageError` when it is not there."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or DEFAULT_FOLDER
        if not (self.folder / "talks").is_dir():
            raise UsageError(
                f"there are no talks to measure on: {self.folder / 'talks'} is not a folder",
                "Name the folder that holds talks/*.json with --data; its form is told in docs/evaluation.md.",
            )

    @cached_property
    def talks(self) -> tuple[RealTalk, ...]:
        """All talks, by id."""
        return tuple(_talk(path) for path in sorted((self.folder / "talks").glob("*.json")))

    @cached_property
    def llm_summaries(self) -> dict[str, str]:
        """What an earlier attempt wrote, by talk; empty when the file is not there."""
        path = self.folder / "llm_summaries.json"
        return {entry["id"]: entry["llm_summary"].strip() for entry in _read(path)} if path.is_file() else {}

    @cached_property
    def interviews(self) -> tuple[RealTalk, ...]:
        """The OpenTelemetry interviews."""
        return tuple(_interview(path) for path in sorted((self.folder / "otel").glob("*.md")))

    def json(self, name: str) -> Any:
        """A file of the folder, such as "jargon/cncf_projects.json"; raises `UsageError` when it is not there."""
        return _read(self.folder / name)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "Check the folder that --data names.") from None


def _field(values: Any, name: str, read: Callable[[Any], str], path: Path) -> str:
    try:
        return read(values[name])
    except (KeyError, TypeError):
        raise UsageError(f"{path} has no {name!r}", "Its form is told in docs/evaluation.md.") from None


def _talk(path: Path) -> RealTalk:
    values = _read(path)
    return RealTalk(
        id=path.stem,
        title=_field(values, "title", str, path),
        text=_field(values, "text", lambda text: " ".join(str(text).split()), path),
        abstract=str(values.get("abstract") or ""),
    )


def _interview(path: Path) -> RealTalk:
    """Headings are the only structure of these files."""
    text = html.unescape(path.read_text(encoding="utf-8"))
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    raw = text.partition("## Raw YouTube Transcript")[2]
    summary = re.search(r"^## Summary\s+(.+?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    edited = text.partition("## Raw YouTube Transcript")[0].partition("## Summary")[2].partition("\n#")[2]
    described = re.search(r"^## Description\s+(.+?)(?=^URL:|^#|\Z)", text, re.MULTILINE | re.DOTALL)
    return RealTalk(
        id=path.stem,
        title=title[1] if title else path.stem,
        text=" ".join(raw.split()),
        abstract=described[1].strip() if described else "",
        summary=summary[1].strip() if summary else "",
        edited=edited,
    )
