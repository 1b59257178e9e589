"""The index page, and the file names of pages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from summarizer.config import DigestSettings, IndexSettings
from summarizer.digest.escape import clean, escape, timestamp
from summarizer.digest.page import format_front_matter
from summarizer.digest.templates import Markdown, environment
from summarizer.programme import parse_title
from summarizer.records import Page

SLUG_LENGTH = 60
PROJECTS = 8  # in an entry of the index


def file_name(title: str, published: date | None, video_id: str) -> str:
    """Return `<date>-<slug>-<video id>.md`: sortable by date, valid on every file system, unique because of the id."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].rstrip("-")
    return "-".join(part for part in (str(published or "undated"), slug, video_id) if part) + ".md"


def index_name(settings: DigestSettings) -> str:
    """Return the name of the index. In Hugo, `_index.md` makes the folder a section whose pages are shown."""
    return "_index.md" if settings.format == "hugo" else "index.md"


def link_target(file: str, settings: DigestSettings) -> str:
    """Return the address of a page, relative to the index. Hugo publishes `A-b.md` as the folder `a-b/`."""
    return f"{file.removesuffix('.md').lower()}/" if settings.format == "hugo" else file


def render_index(pages: Sequence[Page], settings: IndexSettings, form: DigestSettings) -> str:
    """Return the index of all pages, newest first; refused videos are in a separate list."""
    ordered = sorted(pages, key=lambda page: (page.published or date.min, page.file), reverse=True)
    hugo = form.format == "hugo"
    entries = [_describe(page, form) for page in ordered]
    body = (
        environment()
        .get_template("index.md.j2")
        .render(
            title=settings.title,
            heads=not hugo,
            digests=[entry for entry in entries if not entry["refused"]],
            refused=[entry for entry in entries if entry["refused"]],
        )
    )
    return format_front_matter({"title": clean(settings.title)}) + body if hugo else body


def _describe(page: Page, form: DigestSettings) -> dict[str, Any]:
    length = timestamp(page.duration) if page.duration else ""
    speakers = ", ".join(map(escape, page.speakers))
    facts = [speakers, escape(page.event), str(page.published or ""), page.kind, length]
    return {
        "title": parse_title(page.title).talk,
        "target": link_target(page.file, form),
        "facts": Markdown(" · ".join(fact for fact in facts if fact)),
        "tldr": page.tldr,
        "projects": page.projects[:PROJECTS],
        "refused": page.refused,
    }
