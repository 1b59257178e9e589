"""The stage `digest`: render the page from records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from summarizer.config import DigestSettings
from summarizer.digest.data import build, render_data
from summarizer.digest.page import render
from summarizer.records import Corrected, Source, Summary, TextScore
from summarizer.stage import Stage, StoredFile, WithFiles, Work

DATA = "data"  # role of the page's JSON file


@dataclass(frozen=True)
class PageFile(StoredFile):
    """The page as markdown with front matter."""


def _make(
    work: Work[DigestSettings, None], source: Source, score: TextScore, corrected: Corrected, summary: Summary
) -> WithFiles[Path]:
    page = render(source, corrected.transcript, summary, work.settings, corrected.corrections)
    data = render_data(build(source, corrected.transcript, summary, score, corrected.corrections))
    paths = work.folder / "page.md", work.folder / "page.json"
    for path, text in zip(paths, (page, data), strict=True):
        path.write_text(text, encoding="utf-8")
    return WithFiles(paths[0], ((DATA, paths[1]),))


# Version 6: the page as JSON beside it; abstract, event, affiliations, questions and abbreviations; short front matter.
DIGEST = Stage(
    name="digest",
    version=6,
    record=PageFile,
    settings=lambda config: config.digest,
    reads=(Source, TextScore, Corrected, Summary),
    make=_make,
)
