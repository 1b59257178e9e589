"""Pages in the digests folder: copies of the library's digests under names people can read.

The library keeps every variant; the folder shows the newest. A page that somebody edited by hand is never lost: while
the digest stays the same it is left alone, and when a new one takes its place the edited file is kept beside it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from summarizer import digest
from summarizer.config import DigestSettings, IndexSettings
from summarizer.errors import Refused
from summarizer.pipeline.values import Values
from summarizer.records import Page, Source, Summary, Video
from summarizer.store import FileRef, Library, VideoFolder
from summarizer.store.files import atomic_write, file_sha256


def publish_digest(folder: VideoFolder, values: Values, digests: Path) -> Path:
    """Write a talk's page; returns its path. Reads nothing but the manifest when the page is already there."""
    page = values.find(digest.PageFile)
    if path := published(folder, digests, page.sha256):
        return path
    source, summary = values[Source], values[Summary]
    entry = Page(
        file=digest.file_name(source.title, source.published, source.video_id),
        title=source.title,
        published=source.published,
        duration=source.duration,
        kind=summary.kind,
        tldr=summary.tldr.text,
    )
    return _publish(folder, entry, page.get().path.read_bytes(), digests)


def publish_refusal(
    folder: VideoFolder, video: Video, source: Source | None, refused: Refused, digests: Path, settings: DigestSettings
) -> Path:
    """Write a page that says why there is no digest; `source` is the metadata where there are some."""
    title, date = (source.title, source.published) if source else (video.title, video.published)
    text = digest.render_refusal(video, source, refused.code, str(refused), refused.remedy, settings)
    entry = Page(
        file=digest.file_name(title, date, video.id),
        title=title,
        published=date,
        duration=source.duration if source else video.duration,
        refused=str(refused),
    )
    return _publish(folder, entry, text.encode(), digests)


def published(folder: VideoFolder, digests: Path, sha256: str = "") -> Path | None:
    """The page of a talk that is in the digests folder, if it was made from this digest; "" means any."""
    found = folder.manifest.published
    there = found and (not sha256 or found.sha256 == sha256) and (digests / found.name).is_file()
    return digests / found.name if found and there else None


def _publish(folder: VideoFolder, page: Page, data: bytes, digests: Path) -> Path:
    path = digests / page.file
    new = FileRef(name=page.file, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
    old = folder.manifest.published
    if old == new and path.is_file():
        return path
    if path.is_file() and file_sha256(path) not in {new.sha256, old.sha256 if old else ""}:
        path.replace(path.with_name(f"{path.name}.edited-{file_sha256(path)[:8]}"))
    atomic_write(path, data)
    if old and old.name != new.name and _unchanged(digests / old.name, old):
        (digests / old.name).unlink()
    folder.note(published=new, page=page)
    return path


def _unchanged(path: Path, written: FileRef) -> bool:
    """Whether a page is as it was written."""
    return path.is_file() and file_sha256(path) == written.sha256


def publish_index(library: Library, digests: Path, settings: IndexSettings) -> Path:
    """Write index.md over all published pages; reads manifests only."""
    folders = (folder for folder in library.folders() if published(folder, digests))
    pages = [folder.manifest.page for folder in folders if folder.manifest.page]
    path = digests / "index.md"
    data = digest.render_index(pages, settings).encode()
    if not path.is_file() or path.read_bytes() != data:
        atomic_write(path, data)
    return path
