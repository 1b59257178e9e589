"""Read the real talks on which an evaluation measures: a folder that is not part of the project.

    talks/<video id>.json     title, event, year, abstract (or null), text: lower-case automatic captions without times
    llm_summaries.json        summaries of some of these talks, made by an earlier attempt
    otel/*.md                 interviews: "## Summary", and the captions under "## Raw YouTube Transcript"
    jargon/*.json             names of projects and terms

Talks are divided into two halves by a hash of their id: thresholds are chosen on "tune", figures are reported on
"report". The captions have no times; they are divided into segments of 36 words with 15 seconds each.
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
from summarizer.language.boundaries import strip_punctuation
from summarizer.language.sentences import full_stops
from summarizer.language.terms import packaged
from summarizer.records import Provenance, Record, Segment, Source, Transcript

Half = Literal["tune", "report"]
WORDS_PER_SEGMENT, SECONDS_PER_SEGMENT = 36, 15.0  # typical of merged captions


def half_of(id: str) -> Half:
    """The half to which an id belongs; it is the same on every machine."""
    return "tune" if hashlib.sha256(id.encode()).digest()[0] % 2 == 0 else "report"


class RealTalk(Record):
    """One talk with its captions."""

    id: str
    title: str
    text: str  # the captions in one line
    abstract: str = ""  # written by people for the conference programme
    summary: str = ""  # written by a language model; not checked
    edited: str = ""  # the talk in readable sentences, written by a language model

    @property
    def half(self) -> Half:
        """The half to which the talk belongs."""
        return half_of(self.id)

    @cached_property
    def transcript(self) -> Transcript:
        """The captions in segments of 36 words and 15 seconds."""
        return make_transcript(self.text)

    @cached_property
    def corrected(self) -> Transcript:
        """The transcript after the glossary, as the summarizer receives it."""
        return correct(self.transcript, self.source, packaged()).transcript

    @cached_property
    def source(self) -> Source:
        """The metadata in the form in which a download would return them."""
        return Source(video_id="e" * 11, url="", title=self.title, description=self.abstract, language="en")


def has_full_stops(text: str) -> bool:
    """Whether captions have full stops: more than three per hundred words. Most captions have none."""
    return full_stops(text) > 0.03 * len(text.split())


class Hidden(NamedTuple):
    """The words of punctuated captions without punctuation, and the positions at which sentences begin."""

    words: list[str]
    starts: frozenset[int]  # without 0


def remove_punctuation(text: str) -> Hidden:
    """Remove the punctuation and return where sentences began."""
    words: list[str] = []
    starts = set()
    for word in text.split():
        bare = strip_punctuation(word)
        if bare and not word.startswith("["):
            words.append(bare)
        if re.search(r"[.!?][\"')]*$", word):
            starts.add(len(words))
    return Hidden(words, frozenset(starts - {0, len(words)}))


def make_transcript(text: str) -> Transcript:
    """A transcript with the properties of automatic captions from plain text."""
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
        made=Provenance(backend="captions"),
    )


class Material:
    """The folder of material; its files are read when they are used. Raises `UsageError` if it has no `talks/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (self.folder / "talks").is_dir():
            raise UsageError(
                f"there are no talks to measure on: {self.folder / 'talks'} is not a folder",
                "Set --data to a folder that contains talks/*.json; docs/evaluation.md describes its files.",
            )

    @cached_property
    def talks(self) -> tuple[RealTalk, ...]:
        """All talks, sorted by id."""
        return tuple(_talk(path) for path in sorted((self.folder / "talks").glob("*.json")))

    @cached_property
    def llm_summaries(self) -> dict[str, str]:
        """The summaries of an earlier attempt, by id of the talk; empty if the file does not exist."""
        path = self.folder / "llm_summaries.json"
        return {entry["id"]: entry["llm_summary"].strip() for entry in _read(path)} if path.is_file() else {}

    @cached_property
    def interviews(self) -> tuple[RealTalk, ...]:
        """The OpenTelemetry interviews."""
        return tuple(_interview(path) for path in sorted((self.folder / "otel").glob("*.md")))

    def json(self, name: str) -> Any:
        """Read a file of the folder, such as "jargon/cncf_projects.json"; raises `UsageError` if it cannot be read."""
        return _read(self.folder / name)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "Check the folder given with --data.") from None


def _field(values: Any, name: str, read: Callable[[Any], str], path: Path) -> str:
    try:
        return read(values[name])
    except (KeyError, TypeError):
        raise UsageError(f"{path} has no {name!r}", "docs/evaluation.md describes the format.") from None


def _talk(path: Path) -> RealTalk:
    values = _read(path)
    return RealTalk(
        id=path.stem,
        title=_field(values, "title", str, path),
        text=_field(values, "text", lambda text: " ".join(str(text).split()), path),
        abstract=str(values.get("abstract") or ""),
    )


def _interview(path: Path) -> RealTalk:
    """Read an interview; its headings are the only structure of the file."""
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
