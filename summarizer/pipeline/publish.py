"""Write pages to the digests folder: copies of digests from the library, with readable names.

Beside `<page>.md` is `<page>.json`, the same digest as data. The library contains all variants of a digest; the folder
has the newest. A page that was edited by hand is never lost: it is not overwritten while the digest is unchanged, and
it is renamed before a new digest replaces it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from summarizer import digest
from summarizer.config import DigestSettings, IndexSettings
from summarizer.errors import Refused
from summarizer.pipeline.values import Values
from summarizer.programme import find_event, list_speakers
from summarizer.records import Corrected, Page, Source, Summary, Video
from summarizer.store import FileRef, Library, VideoFolder
from summarizer.store.files import atomic_write, file_sha256


def publish_digest(folder: VideoFolder, values: Values, digests: Path) -> Path:
    """Write the page of a talk and its data, and return the page's path. A file that is up to date is not written."""
    page = values.find(digest.PageFile)
    data = next(file for file in page.files if file.role == digest.DATA)
    path = find_published(folder, digests, page.sha256)
    if path is None:
        source, summary = values[Source], values[Summary]
        entry = Page(
            file=digest.file_name(source.title, source.published, source.video_id),
            title=source.title,
            published=source.published,
            duration=source.duration or values[Corrected].transcript.duration,
            kind=summary.kind,
            event=find_event(source),
            speakers=tuple(map(str, list_speakers(source))),
            projects=tuple(mention.name for mention in summary.projects),
            tldr=summary.tldr.text,
        )
        path = _publish(folder, entry, page.get().path.read_bytes(), digests)
    beside = path.with_suffix(".json")
    if not beside.is_file() or file_sha256(beside) != data.sha256:
        atomic_write(beside, (folder.path / data.name).read_bytes())
    return path


def publish_refusal(
    folder: VideoFolder, video: Video, source: Source | None, refused: Refused, digests: Path, settings: DigestSettings
) -> Path:
    """Write a page that explains why there is no digest; `source` is the metadata, if the download succeeded."""
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


def find_finished(folder: VideoFolder, digests: Path, sha256: str) -> Path | None:
    """The path of a talk's page if it was made from the digest `sha256` and the data of a digest are beside it."""
    path = find_published(folder, digests, sha256)
    refused = folder.manifest.page is not None and folder.manifest.page.refused
    return path if path and (refused or path.with_suffix(".json").is_file()) else None


def find_published(folder: VideoFolder, digests: Path, sha256: str = "") -> Path | None:
    """The path of a talk's page if it exists and was made from the digest `sha256`; "" matches any digest."""
    published = folder.manifest.published
    if published is None or (sha256 and published.sha256 != sha256):
        return None
    path = digests / published.name
    return path if path.is_file() else None


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
    if old and (old.name != new.name or page.refused):
        (digests / old.name).with_suffix(".json").unlink(missing_ok=True)
    folder.update(published=new, page=page)
    return path


def withdraw_page(folder: VideoFolder, digests: Path) -> list[Path]:
    """Delete the page of a talk and its data, unless the page was edited; returns the deleted paths."""
    published = folder.manifest.published
    if published is None or not _unchanged(digests / published.name, published):
        return []
    paths = [digests / published.name, (digests / published.name).with_suffix(".json")]
    present = [path for path in paths if path.is_file()]
    for path in present:
        path.unlink()
    return present


def _unchanged(path: Path, written: FileRef) -> bool:
    """Whether a page has not been edited since it was written."""
    return path.is_file() and file_sha256(path) == written.sha256


def publish_index(library: Library, digests: Path, settings: IndexSettings, form: DigestSettings) -> Path:
    """Write the list of all pages; only reads manifests."""
    folders = (folder for folder in library.folders() if find_published(folder, digests))
    pages = [folder.manifest.page for folder in folders if folder.manifest.page]
    path = digests / digest.index_name(form)
    data = digest.render_index(pages, settings, form).encode()
    if not path.is_file() or path.read_bytes() != data:
        atomic_write(path, data)
    plain = digests / "index.md"
    if path != plain and plain.is_file():  # Hugo shows no page of a folder that has an index.md
        plain.replace(plain.with_name("index.md.replaced"))
    return path
