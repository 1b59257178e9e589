"""The state of every talk in a library, with the reason where it has no digest; and how to forget a talk."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, ValidationError

from summarizer.config import Config
from summarizer.errors import StoreError, UsageError, VideoError
from summarizer.pipeline.publish import find_published, publish_index, withdraw_page
from summarizer.records import VIDEO_ID, Outcome, Record
from summarizer.store import Library, VideoFolder


class TalkState(Record):
    """One talk, in the output of `run --json`, `nightly --json` and `status --json`."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    video: str
    """Id of the talk, as other commands take it; empty for a source that could not be listed."""
    state: Literal["made", "cached", "refused", "skipped", "deferred", "failed", "begun", "unreadable"]
    """made: there is a page; cached: it is from an earlier run (run and nightly only); refused: the recording allows no
    digest; skipped: the settings leave it out; deferred: a later run tries it; failed: see the reason; begun: not
    finished (status only); unreadable: its manifest cannot be read (status only)."""
    title: str = ""
    """Title, or the source that could not be listed."""
    published: date | None = None
    """Day of publication, if it is known."""
    page: str = ""
    """Path of the page; empty if there is none."""
    code: str = ""
    """A stable word for the reason, such as private, rate_limited or placeholder; empty for pages."""
    reason: str = ""
    """Why there is no digest, and what to do; for a page, what is to be known of it."""
    stage: str = ""
    """The stage that ended the work, if there is no page (run and nightly only)."""
    seconds: float = 0.0
    """Time of the stages of this run (run and nightly only)."""
    when: datetime | None = None
    """When this was found out."""


def list_talks(config: Config) -> list[TalkState]:
    """All talks of the library, sorted by id."""
    library = Library(config.runtime.library)
    folders = list(library.folders())
    pending = {folder.path.name for folder in folders if not _has_page(folder)}
    reasons = _find_last_outcomes(library.root / "runs", pending)
    return [_describe(folder, config.runtime.digests, reasons.get(folder.path.name)) for folder in folders]


def _has_page(folder: VideoFolder) -> bool:
    try:
        return folder.manifest.page is not None
    except VideoError:
        return True  # reported by `_describe`


def _describe(folder: VideoFolder, digests: Path, outcome: Outcome | None) -> TalkState:
    video = folder.path.name
    try:
        manifest = folder.manifest
    except VideoError as error:
        return TalkState(video=video, state="unreadable", reason=error.advice)
    page = manifest.page
    if page is not None:
        path = find_published(folder, digests)
        missing = "" if path else f"its page is not in {digests}; the next run writes it there"
        return TalkState(
            video=video,
            state="refused" if page.refused else "made",
            title=page.title,
            published=page.published,
            page=str(path or ""),
            reason=page.refused or missing,
        )
    listed = manifest.video
    state = TalkState(
        video=video,
        state="begun",
        title=listed.title if listed else "",
        published=listed.published if listed else None,
    )
    if outcome is not None and outcome.status not in {"made", "cached"}:
        found = {"state": outcome.status, "code": outcome.code, "reason": outcome.reason, "when": outcome.when}
        return state.model_copy(update=found)
    return state


def _find_last_outcomes(runs: Path, wanted: set[str]) -> dict[str, Outcome]:
    """The last outcome of each wanted talk, from the records of runs, newest first."""
    found: dict[str, Outcome] = {}
    for path in sorted(runs.glob("*.jsonl"), reverse=True) if wanted else ():
        if found.keys() >= wanted:
            break
        last = {
            outcome.video_id: outcome for outcome in _read_outcomes(path)
        }  # the last line of a talk is its final one
        found = {video: outcome for video, outcome in last.items() if video in wanted} | found
    return found


def _read_outcomes(path: Path) -> Iterator[Outcome]:
    with contextlib.suppress(OSError):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            with contextlib.suppress(ValidationError):
                yield Outcome.model_validate_json(line)


def forget(config: Config, video_id: str) -> list[Path]:
    """Delete everything that the library has about a talk, and its page; returns the deleted paths.

    A page that was edited by hand is kept. Raises `UsageError` for a talk that is not in the library.
    """
    library = Library(config.runtime.library)
    if not VIDEO_ID.fullmatch(video_id) or not library.folder(video_id).path.is_dir():
        raise UsageError(f"{video_id!r} is not in the library {library.root}", "See `summarizer status`.")
    folder = library.folder(video_id)
    with folder.lock():
        deleted = withdraw_page(folder, config.runtime.digests)
        try:
            shutil.rmtree(folder.path)
        except OSError as error:
            raise StoreError(f"cannot delete {error.filename}: {error.strerror}", "Check its permissions.") from None
    if deleted:
        publish_index(library, config.runtime.digests, config.index, config.digest)
    return [*deleted, folder.path]
