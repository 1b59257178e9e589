"""The index page, and the file names of pages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from summarizer.config import IndexSettings
from summarizer.digest.templates import environment
from summarizer.records import Page

SLUG_LENGTH = 60


def file_name(title: str, published: date | None, video_id: str) -> str:
    """Return `<date>-<slug>-<video id>.md`: sortable by date, valid on every file system, unique because of the id."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].rstrip("-")
    return "-".join(part for part in (str(published or "undated"), slug, video_id) if part) + ".md"


def render_index(pages: Sequence[Page], settings: IndexSettings) -> str:
    """Return the index of all pages, newest first; refused videos are in a separate list."""
    ordered = sorted(pages, key=lambda page: (page.published or date.min, page.file), reverse=True)
    return (
        environment()
        .get_template("index.md.j2")
        .render(
            title=settings.title,
            digests=[page for page in ordered if not page.refused],
            refused=[page for page in ordered if page.refused],
        )
    )
