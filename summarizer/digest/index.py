"""The index page and the names of all pages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from summarizer.config.tables import DigestSettings
from summarizer.digest.templates import environment
from summarizer.records import Kind, Record

SLUG_LENGTH = 60


class PageEntry(Record):
    """What the index says of one page."""

    file: str
    title: str
    published: date | None = None
    duration: float | None = None  # seconds
    kind: Kind = "talk"
    tldr: str = ""
    refused: str = ""  # why there is no digest; empty for a digest


def file_name(title: str, published: date | None, video_id: str) -> str:
    """`<date>-<slug>-<video id>.md`: sorts by date, safe on every file system, unique by the id."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].rstrip("-")
    return "-".join(part for part in (str(published or "undated"), slug, video_id) if part) + ".md"


def render_index(pages: Sequence[PageEntry], settings: DigestSettings) -> str:
    """All pages, newest first; refused videos in a list of their own."""
    ordered = sorted(pages, key=lambda page: (page.published or date.min, page.file), reverse=True)
    return (
        environment()
        .get_template("index.md.j2")
        .render(
            title=settings.index_title,
            digests=[page for page in ordered if not page.refused],
            refused=[page for page in ordered if page.refused],
        )
    )
