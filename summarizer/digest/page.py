"""The page of one talk: front matter, and a body for its kind of recording."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import yaml

from summarizer.config import DigestSettings
from summarizer.digest.data import find_speaker
from summarizer.digest.escape import clean, timestamp
from summarizer.digest.templates import environment, format_point, load_phrases
from summarizer.programme import extract_abstract, find_event, list_speakers, parse_title
from summarizer.records import Claim, Correction, Section, Source, Summary, Transcript, Video


def render(
    source: Source,
    transcript: Transcript,
    summary: Summary,
    settings: DigestSettings,
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
            title=parse_title(source.title).talk,
            heads=settings.format != "hugo",
            source=source,
            abstract=extract_abstract(source),
            transcript=transcript,
            summary=summary,
            point=lambda claim: format_point(claim, source.url, find_speaker(claim, transcript)),
            phrase=load_phrases(summary.language or transcript.language),
            quoted=summary.quoted,
            misheard=misheard,
            respelt=len(corrections) - len(misheard),
            translatable=list_translatable(summary),
        )
    )
    return format_front_matter(_build_talk_matter(source, transcript, summary, settings)) + body


def list_translatable(summary: Summary) -> tuple[Claim | Section, ...]:
    """Return all items of the page that a model may have translated: claims, and sections for their headings."""
    claims = (claim for section in summary.sections for claim in section.claims)
    lists = (*summary.takeaways, *summary.decisions, *summary.actions, *summary.questions)
    return (summary.tldr, *lists, *summary.sections, *claims)


def render_refusal(
    video: Video, source: Source | None, code: str, reason: str, remedy: str, settings: DigestSettings
) -> str:
    """Return the page of a refused video; it states only the reason and the remedy."""
    title = source.title if source else video.title
    published = source.published if source else video.published
    url = source.url if source else video.url if video.origin == "youtube" else ""
    matter: dict[str, Any] = {
        "title": clean(parse_title(title).talk),
        **_build_date(published),
        "video": {"id": video.id, "url": clean(url)},
        "tags": _list_tags("refused", settings),
        "refused": {"code": code, "reason": clean(reason)},
    }
    body = (
        environment()
        .get_template("refusal.md.j2")
        .render(
            title=parse_title(title).talk,
            heads=settings.format != "hugo",
            url=url,
            code=code,
            reason=reason,
            remedy=remedy,
            published=published,
        )
    )
    return format_front_matter(matter) + body


def _build_talk_matter(
    source: Source, transcript: Transcript, summary: Summary, settings: DigestSettings
) -> dict[str, Any]:
    """Return what sites list and sort talks by; everything else is in the page's data."""
    duration = source.duration or transcript.duration
    projects = [clean(mention.name) for mention in summary.projects]
    matter = {
        "title": clean(parse_title(source.title).talk),
        **_build_date(source.published),
        "description": clean(summary.tldr.translation or summary.tldr.text),
        "type": summary.kind,
        "event": clean(find_event(source)),
        "speakers": [clean(speaker.name) for speaker in list_speakers(source)],
        "duration": timestamp(duration) if duration else "",
        "video": {"id": source.video_id, "url": clean(source.url)},
        "projects": projects,
        "tags": _list_tags(summary.kind, settings, projects),
    }
    return {name: value for name, value in matter.items() if value or name == "title"}


def _build_date(published: date | None) -> dict[str, Any]:
    return {"date": published} if published else {}


def _list_tags(kind: str, settings: DigestSettings, projects: list[str] | None = None) -> list[str]:
    return list(dict.fromkeys([kind, *(name.lower() for name in projects or []), *settings.tags]))


def format_front_matter(matter: dict[str, Any]) -> str:
    """Return YAML between two lines of dashes, as Hugo expects; `clean` has removed characters that YAML forbids."""
    return f"---\n{yaml.safe_dump(matter, sort_keys=False, allow_unicode=True, width=1000)}---\n\n"
