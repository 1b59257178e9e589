"""One talk's page: front matter, and a body for each kind of talk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import yaml

from summarizer.config import DigestSettings
from summarizer.digest.escape import clean, timestamp
from summarizer.digest.templates import environment, phrases
from summarizer.records import Claim, Correction, Section, Source, Summary, TextScore, Transcript, Video


def render(
    source: Source,
    transcript: Transcript,
    summary: Summary,
    settings: DigestSettings,
    score: TextScore | None = None,
    corrections: Sequence[Correction] = (),
) -> str:
    """The digest as markdown with front matter; the same records always give the same bytes.

    `corrections` are the changes that made the transcript what it is; the page says how many there were.
    """
    misheard = [correction for correction in corrections if correction.misheard]
    body = (
        environment()
        .get_template(f"{summary.kind}.md.j2")
        .render(
            source=source,
            transcript=transcript,
            summary=summary,
            say=phrases(summary.language or transcript.language),
            quoted=summary.quoted,
            misheard=misheard,
            respelt=len(corrections) - len(misheard),
            sentences=sentences(summary),
        )
    )
    return _front_matter(_talk_matter(source, transcript, summary, settings, score, corrections)) + body


def sentences(summary: Summary) -> tuple[Claim | Section, ...]:
    """Everything on the page that a model may have translated: claims, and the headings of sections."""
    claims = (claim for section in summary.sections for claim in section.claims)
    return (summary.tldr, *summary.takeaways, *summary.decisions, *summary.actions, *summary.sections, *claims)


def render_refusal(
    video: Video, source: Source | None, code: str, reason: str, remedy: str, settings: DigestSettings
) -> str:
    """The page of a video whose digest would have been an invention: it says why, and nothing else."""
    title = source.title if source else video.title
    published = source.published if source else video.published
    url = source.url if source else video.url if video.origin == "youtube" else ""
    matter: dict[str, Any] = {
        "title": clean(title),
        **_date(published),
        "video": {"id": video.id, "url": clean(url)},
        "tags": _tags("refused", settings),
        "ai": {"refused": {"code": code, "reason": clean(reason)}},
    }
    body = (
        environment()
        .get_template("refusal.md.j2")
        .render(title=title, url=url, code=code, reason=reason, remedy=remedy, published=published)
    )
    return _front_matter(matter) + body


def _talk_matter(
    source: Source,
    transcript: Transcript,
    summary: Summary,
    settings: DigestSettings,
    score: TextScore | None,
    corrections: Sequence[Correction],
) -> dict[str, Any]:
    duration = source.duration or transcript.duration
    projects = [mention.name for mention in summary.projects]
    evidence = summary.evidence
    return {
        "title": clean(source.title),
        **_date(source.published),
        "description": clean(summary.tldr.translation or summary.tldr.text),
        "type": summary.kind,
        "video": {"id": source.video_id, "url": clean(source.url)},
        "channel": clean(source.channel),
        "speakers": [clean(speaker) for speaker in source.speakers],
        "duration": timestamp(duration) if duration else "",
        "tags": _tags(summary.kind, settings, projects),
        "projects": projects,
        "ai": {
            "transcript": _made(transcript)
            | {"source": transcript.kind, "language": transcript.language}
            | ({"score": score.model_dump(exclude_none=True)} if score else {})
            | _unreliable(transcript)
            | _corrected(corrections),
            "summary": _made(summary) | ({"language": summary.language} if summary.language else {}),
            "coverage": {
                "share": round(evidence.covered_share, 3),
                "start": timestamp(evidence.covered_start),
                "end": timestamp(evidence.covered_end),
            },
            "evidence": {
                "citations": evidence.citations,
                "citations_resolve": round(evidence.citations_resolve, 3),
                "claims": evidence.claims,
                "claims_supported": round(evidence.claims_supported, 3),
                "claims_dropped": evidence.dropped,
            },
        },
    }


def _made(record: Transcript | Summary) -> dict[str, Any]:
    """Provenance without what is empty."""
    made = record.made.model_dump()
    return {name: round(value, 2) if isinstance(value, float) else value for name, value in made.items() if value}


def _unreliable(transcript: Transcript) -> dict[str, Any]:
    """Seconds without text to be trusted, by reason, and how many windows were recognised twice; without zeros."""
    seconds: dict[str, float] = {}
    for span in transcript.spans:
        seconds[span.reason] = seconds.get(span.reason, 0.0) + span.end - span.start
    spans = {reason: round(length, 1) for reason, length in sorted(seconds.items())}
    return ({"spans": spans} if spans else {}) | ({"redone": transcript.redone} if transcript.redone else {})


def _corrected(corrections: Sequence[Correction]) -> dict[str, Any]:
    """How many places the glossary changed, and in how many of them letters; nothing without any."""
    misheard = sum(correction.misheard for correction in corrections)
    return {"corrected": {"misheard": misheard, "respelt": len(corrections) - misheard}} if corrections else {}


def _date(published: date | None) -> dict[str, Any]:
    return {"date": published} if published else {}


def _tags(kind: str, settings: DigestSettings, projects: list[str] | None = None) -> list[str]:
    return list(dict.fromkeys([kind, *(name.lower() for name in projects or []), *settings.tags]))


def _front_matter(matter: dict[str, Any]) -> str:
    """YAML between two lines of dashes, as Hugo reads it; strings were cleaned of what YAML cannot hold."""
    return f"---\n{yaml.safe_dump(matter, sort_keys=False, allow_unicode=True, width=1000)}---\n\n"
