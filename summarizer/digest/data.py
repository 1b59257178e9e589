"""The page as data: `<page>.json`, for sites, feeds and checks that do not want to parse markdown.

`PageData` is its schema; docs/page.schema.json is generated from it
(tools/regenerate_docs.py), and docs/pages.md explains it.
Times are seconds from the start of the video. Strings are one line without control characters; they are plain text and
must be escaped for HTML. Addresses are those of the video only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from pydantic import Field

from summarizer.digest.escape import clean, moment_url
from summarizer.programme import extract_abstract, find_event, list_speakers, parse_title
from summarizer.records import (
    Claim,
    Correction,
    Evidence,
    Provenance,
    Record,
    RecordingNote,
    Section,
    Source,
    Span,
    Summary,
    TextScore,
    Transcript,
)

SCHEMA = "https://json-schema.org/draft/2020-12/schema"


class VideoData(Record):
    """The recording."""

    id: str
    url: str  # public address; empty for a private recording
    title: str  # as published, with speakers
    channel: str
    playlist: str
    duration: float | None  # seconds
    published: date | None


class SpeakerData(Record):
    """A person of the programme."""

    name: str
    affiliation: str  # empty if the title has none


class MomentData(Record):
    """A segment that a claim cites: what was said, and when."""

    start: float
    end: float
    text: str
    speaker: str  # empty if it is unknown


class ClaimData(Record):
    """A statement with the moments that support it."""

    text: str  # in the talk's language; this is what was checked
    translation: str  # in the digest's language; empty if it is the talk's
    command: str  # of a step of a tutorial
    speaker: str  # who said it, if all cited moments are one person's
    start: float
    url: str  # of the moment
    supported: bool  # whether names, numbers and most other words are in the cited moments
    evidence: tuple[MomentData, ...] = Field(min_length=1)


class SectionData(Record):
    """A stretch of the talk; sections neither overlap nor leave holes."""

    heading: str
    translation: str
    start: float
    end: float
    url: str
    claims: tuple[ClaimData, ...]


class ProjectData(Record):
    """A project that the talk names, and when."""

    name: str
    times: tuple[float, ...]


class AbbreviationData(Record):
    """An abbreviation that the talk expands."""

    short: str
    long: str
    time: float


class TextData(Record):
    """Where the text came from, and how good it is."""

    source: str  # "human", "automatic" (captions), or the back end that recognised the speech
    language: str
    score: TextScore | None
    notes: tuple[RecordingNote, ...]  # on the sound
    spans: tuple[Span, ...]  # stretches without reliable text
    windows_redone: int
    voiced_seconds: float | None
    voiced_share: float | None  # share of the voiced time that has text
    names_misheard: int  # names that the glossary corrected
    names_respelt: int  # names of which only capitals, spaces or hyphens changed
    made: Provenance


class PageData(Record):
    """One digest."""

    format: Literal[1]  # increased when a field is renamed, removed or changes its meaning
    kind: str  # talk, panel, lightning, keynote, qa, meeting, tutorial
    language: str  # of the digest
    title: str  # without speakers
    event: str
    speakers: tuple[SpeakerData, ...]
    video: VideoData
    abstract: tuple[str, ...]  # paragraphs of the programme's text; written before the talk and not checked
    tldr: ClaimData
    takeaways: tuple[ClaimData, ...]
    sections: tuple[SectionData, ...]
    decisions: tuple[ClaimData, ...]
    actions: tuple[ClaimData, ...]
    questions: tuple[ClaimData, ...]  # asked by the audience
    projects: tuple[ProjectData, ...]
    abbreviations: tuple[AbbreviationData, ...]
    quoted: bool  # whether every sentence is a quote
    figures: Evidence
    text: TextData
    summary: Provenance


def build(
    source: Source,
    transcript: Transcript,
    summary: Summary,
    score: TextScore | None = None,
    corrections: Sequence[Correction] = (),
) -> PageData:
    """Return the page as data; the same records always give the same data."""
    misheard = sum(correction.misheard for correction in corrections)
    segments = {segment.id: segment for segment in transcript.segments}

    def claim_data(claim: Claim) -> dict[str, Any]:
        cited = [segments[id] for id in claim.evidence if id in segments]
        return {
            "text": claim.text,
            "translation": claim.translation,
            "command": claim.command,
            "speaker": find_speaker(claim, transcript),
            "start": claim.start,
            "url": moment_url(source.url, claim.start),
            "supported": claim.supported,
            "evidence": [{"start": s.start, "end": s.end, "text": s.text, "speaker": s.speaker or ""} for s in cited],
        }

    def section_data(section: Section) -> dict[str, Any]:
        return section.model_dump(exclude={"claims"}) | {
            "url": moment_url(source.url, section.start),
            "claims": [claim_data(claim) for claim in section.claims],
        }

    values = {
        "format": 1,
        "kind": summary.kind,
        "language": summary.language or transcript.language,
        "title": parse_title(source.title).talk,
        "event": find_event(source),
        "speakers": [speaker._asdict() for speaker in list_speakers(source)],
        "video": {
            "id": source.video_id,
            "url": source.url if moment_url(source.url, 0) else "",
            "title": source.title,
            "channel": source.channel,
            "playlist": source.playlist,
            "duration": source.duration or transcript.duration,
            "published": source.published,
        },
        "abstract": extract_abstract(source),
        "tldr": claim_data(summary.tldr),
        **{
            name: [claim_data(claim) for claim in getattr(summary, name)]
            for name in ("takeaways", "decisions", "actions", "questions")
        },
        "sections": [section_data(section) for section in summary.sections],
        "projects": [mention.model_dump() for mention in summary.projects],
        "abbreviations": [abbreviation.model_dump() for abbreviation in summary.abbreviations],
        "quoted": summary.quoted,
        "figures": summary.evidence.model_dump(),
        "text": {
            "source": transcript.kind,
            "language": transcript.language,
            "score": score.model_dump() if score else None,
            "notes": [note.model_dump() for note in transcript.notes],
            "spans": [span.model_dump() for span in transcript.spans],
            "windows_redone": transcript.redone,
            "voiced_seconds": transcript.voiced,
            "voiced_share": transcript.voiced_share,
            "names_misheard": misheard,
            "names_respelt": len(corrections) - misheard,
            "made": transcript.made.model_dump(),
        },
        "summary": summary.made.model_dump(),
    }
    return PageData.model_validate(_clean_all(values))


def find_speaker(claim: Claim, transcript: Transcript) -> str:
    """Who said what a claim cites, if it is one person among several whom the transcript names; else empty."""
    speakers = {segment.speaker for segment in transcript.segments if segment.speaker}
    cited = {transcript.segments[id].speaker for id in claim.evidence if 0 <= id < len(transcript.segments)}
    return next(iter(cited)) or "" if len(cited) == 1 and len(speakers) > 1 else ""


def _clean_all(value: Any) -> Any:
    """The value with all strings in it cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {name: _clean_all(item) for name, item in value.items()}
    return [_clean_all(item) for item in value] if isinstance(value, (list, tuple)) else value


def render_data(data: PageData) -> str:
    """Return the data as JSON."""
    return data.model_dump_json(indent=1) + "\n"


def build_schema() -> dict[str, Any]:
    """Return the JSON schema of the data."""
    return {"$schema": SCHEMA} | PageData.model_json_schema(mode="serialization")
