"""The page of one talk: front matter, and a body for its kind of recording."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import yaml

from summarizer.config import DigestSettings
from summarizer.digest.escape import clean, timestamp
from summarizer.digest.templates import environment, load_phrases
from summarizer.records import Claim, Correction, Section, Source, Summary, TextScore, Transcript, Video


def render(
    source: Source,
    transcript: Transcript,
    summary: Summary,
    settings: DigestSettings,
    score: TextScore | None = None,
    corrections: Sequence[Correction] = (),
) -> str:
    """Return the digest as markdown with front matter; the same records always give the same bytes.

    `corrections` are the changes that the glossary made to the transcript; the page states their number.
    """
    misheard = [correction for correction in corrections if correction.misheard]
    body = (
        environment()
        .get_template(f"{summary.kind}.md.j2")
        .render(
            source=source,
            transcript=transcript,
            summary=summary,
            phrase=load_phrases(summary.language or transcript.language),
            quoted=summary.quoted,
            misheard=misheard,
            respelt=len(corrections) - len(misheard),
            translatable=list_translatable(summary),
        )
    )
    return _format_front_matter(_build_talk_matter(source, transcript, summary, settings, score, corrections)) + body


def list_translatable(summary: Summary) -> tuple[Claim | Section, ...]:
    """Return all items of the page that a model may have translated: claims, and sections for their headings."""
    claims = (claim for section in summary.sections for claim in section.claims)
    return (summary.tldr, *summary.takeaways, *summary.decisions, *summary.actions, *summary.sections, *claims)


def render_refusal(
    video: Video, source: Source | None, code: str, reason: str, remedy: str, settings: DigestSettings
) -> str:
    """Return the page of a refused video; it states only the reason and the remedy."""
    title = source.title if source else video.title
    published = source.published if source else video.published
    url = source.url if source else video.url if video.origin == "youtube" else ""
    matter: dict[str, Any] = {
        "title": clean(title),
        **_build_date(published),
        "video": {"id": video.id, "url": clean(url)},
        "tags": _list_tags("refused", settings),
        "ai": {"refused": {"code": code, "reason": clean(reason)}},
    }
    body = (
        environment()
        .get_template("refusal.md.j2")
        .render(title=title, url=url, code=code, reason=reason, remedy=remedy, published=published)
    )
    return _format_front_matter(matter) + body


def _build_talk_matter(
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
        **_build_date(source.published),
        "description": clean(summary.tldr.translation or summary.tldr.text),
        "type": summary.kind,
        "video": {"id": source.video_id, "url": clean(source.url)},
        "channel": clean(source.channel),
        "speakers": [clean(speaker) for speaker in source.speakers],
        "duration": timestamp(duration) if duration else "",
        "tags": _list_tags(summary.kind, settings, projects),
        "projects": projects,
        "ai": {
            "transcript": _build_provenance(transcript)
            | {"source": transcript.kind, "language": transcript.language}
            | ({"score": score.model_dump(exclude_none=True)} if score else {})
            | _build_spans(transcript)
            | _build_corrections(corrections),
            "summary": _build_provenance(summary) | ({"language": summary.language} if summary.language else {}),
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


def _build_provenance(record: Transcript | Summary) -> dict[str, Any]:
    """Return the provenance without empty values."""
    return {name: value for name, value in record.made.model_dump().items() if value}


def _build_spans(transcript: Transcript) -> dict[str, Any]:
    """Return the seconds of spans by reason, and what the transcript knows of second tries and of the voice."""
    seconds: dict[str, float] = {}
    for span in transcript.spans:
        seconds[span.reason] = seconds.get(span.reason, 0.0) + span.end - span.start
    spans = {reason: round(length, 1) for reason, length in sorted(seconds.items())}
    heard = {"voiced": transcript.voiced, "voiced_share": transcript.voiced_share}
    return (
        ({"spans": spans} if spans else {})
        | ({"redone": transcript.redone} if transcript.redone else {})
        | {name: value for name, value in heard.items() if value is not None}
    )


def _build_corrections(corrections: Sequence[Correction]) -> dict[str, Any]:
    """Return the number of corrections that changed letters and of those that did not; empty without corrections."""
    misheard = sum(correction.misheard for correction in corrections)
    return {"corrected": {"misheard": misheard, "respelt": len(corrections) - misheard}} if corrections else {}


def _build_date(published: date | None) -> dict[str, Any]:
    return {"date": published} if published else {}


def _list_tags(kind: str, settings: DigestSettings, projects: list[str] | None = None) -> list[str]:
    return list(dict.fromkeys([kind, *(name.lower() for name in projects or []), *settings.tags]))


def _format_front_matter(matter: dict[str, Any]) -> str:
    """Return YAML between two lines of dashes, as Hugo expects; `clean` has removed characters that YAML forbids."""
    return f"---\n{yaml.safe_dump(matter, sort_keys=False, allow_unicode=True, width=1000)}---\n\n"
