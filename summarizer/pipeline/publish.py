"""Pages in the digests folder: copies of the library's digests under names people can read.

The library keeps every variant; the folder shows the newest. A page that somebody edited by hand is never lost: while
the digest stays the same it is left alone, and when a new one takes its place the edited file is kept beside it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from summarizer import digest
from summarizer.config.tables import DigestSettings
from summarizer.errors import Refused
from summarizer.pipeline.walk import Talk
from summarizer.records import Summary
from summarizer.store.files import atomic_write, file_sha256
from summarizer.store.library import Entry, FileRef, Library


def publish_digest(talk: Talk, entry: Entry, digests: Path) -> Path:
    """Write a talk's page; returns its path. Reads nothing but the manifest when the page is already there."""
    published = talk.folder.manifest.published
    if published and published.sha256 == entry.digest and (digests / published.name).is_file():
        return digests / published.name
    source = talk.source()
    summary: Summary = talk.load_summary()
    title, date = (source.title, source.published) if source else (talk.video.title, talk.video.published)
    page = digest.PageEntry(
        file=digest.file_name(title, date, talk.video.id),
        title=title,
        published=date,
        duration=source.duration if source else talk.video.duration,
        kind=summary.kind,
        tldr=summary.tldr.text,
    )
    return _publish(talk, page, (talk.folder.path / entry.files[0].name).read_bytes(), digests)


def publish_refusal(talk: Talk, refused: Refused, digests: Path) -> Path:
    """Write a page that says why there is no digest."""
    source = talk.source()
    title, date = (source.title, source.published) if source else (talk.video.title, talk.video.published)
    text = digest.render_refusal(talk.video, source, refused.code, str(refused), refused.remedy, talk.config.digest)
    page = digest.PageEntry(
        file=digest.file_name(title, date, talk.video.id),
        title=title,
        published=date,
        duration=source.duration if source else talk.video.duration,
        refused=str(refused),
    )
    return _publish(talk, page, text.encode(), digests)


def _publish(talk: Talk, page: digest.PageEntry, data: bytes, digests: Path) -> Path:
    path = digests / page.file
    new = FileRef(name=page.file, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
    old = talk.folder.manifest.published
    if old == new and path.is_file():
        return path
    if path.is_file() and file_sha256(path) not in {new.sha256, old.sha256 if old else ""}:
        path.replace(path.with_name(f"{path.name}.edited-{file_sha256(path)[:8]}"))
    atomic_write(path, data)
    if (
        old
        and old.name != new.name
        and (digests / old.name).is_file()
        and file_sha256(digests / old.name) == old.sha256
    ):
        (digests / old.name).unlink()
    talk.folder.note(published=new, page=page.model_dump(mode="json"))
    return path


def publish_index(library: Library, digests: Path, settings: DigestSettings) -> Path:
    """Write index.md over all published pages; manifests only."""
    pages = [
        digest.PageEntry.model_validate(folder.manifest.page)
        for folder in library.folders()
        if folder.manifest.page and folder.manifest.published and (digests / folder.manifest.published.name).is_file()
    ]
    path = digests / "index.md"
    data = digest.render_index(pages, settings).encode()
    if not path.is_file() or path.read_bytes() != data:
        atomic_write(path, data)
    return path
