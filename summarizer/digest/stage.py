"""The stage `digest`: render the page from records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from summarizer.config import DigestSettings
from summarizer.digest.page import render
from summarizer.records import Corrected, Source, Summary, TextScore
from summarizer.stage import Stage, StoredFile, Work


@dataclass(frozen=True)
class PageFile(StoredFile):
    """The page as markdown with front matter."""


def _make(
    work: Work[DigestSettings, None], source: Source, score: TextScore, corrected: Corrected, summary: Summary
) -> Path:
    page = render(source, corrected.transcript, summary, work.settings, score, corrected.corrections)
    path = work.folder / "page.md"
    path.write_text(page, encoding="utf-8")
    return path


# Version 5: another wording of the section "How this page was made".
DIGEST = Stage(
    name="digest",
    version=5,
    record=PageFile,
    settings=lambda config: config.digest,
    reads=(Source, TextScore, Corrected, Summary),
    make=_make,
)
