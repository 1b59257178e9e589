"""The library on disk: content keys, atomic writes, reads that verify, one manifest per video.

    <library>/<video id>/manifest.json             which file holds which result, with digest and provenance
    <library>/<video id>/<stage>-<key>[.role].ext  the results, immutable once written
    <library>/<video id>/aside/                    files that failed verification, kept for a look
    <library>/runs/<utc>.jsonl                     one line per (video, stage) of a run

A result's file is complete and synced before the manifest names it, so the manifest is the only thing that can
say "done". Whatever is killed, a result is there whole or not there. Nothing is ever overwritten in place. This
costs two fsyncs per result, milliseconds beside the seconds that a result takes to make.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout
from pydantic import Field, ValidationError

from summarizer.errors import Deferred, Failed, Unavailable
from summarizer.records import VIDEO_ID, Outcome, Record, Video
from summarizer.store.files import TEMPORARY, atomic_write, disk_errors, file_sha256, settle


class Corrupt(Failed):
    """A cached file has not the bytes that the manifest promises; it was set aside, and can be made anew."""

    def __init__(self, what: str) -> None:
        super().__init__("corrupt", f"{what} is damaged on disk and was set aside", "Run again; it is made anew.")


class FileRef(Record):
    """One file of a result, and what its bytes must be."""

    name: str  # within the video's folder
    sha256: str
    bytes: int
    role: str = ""  # "human" or "automatic" for a caption track, empty for the result itself


class Refusal(Record):
    """A result that says no; cached like any other, so that a refusal is not worked for twice."""

    code: str
    message: str
    remedy: str = ""


class Entry(Record):
    """One cached result: where it is, what it was made from and by."""

    stage: str
    key: str
    files: tuple[FileRef, ...] = ()
    refusal: Refusal | None = None
    made_by: str  # package version
    settings: dict[str, Any]  # the settings in the key, so that `explain` can say what changed
    inputs: dict[str, str]  # name -> digest
    seconds: float
    when: datetime

    @property
    def digest(self) -> str:
        """Digest of the result: what the next stage's key is made from."""
        return self.files[0].sha256 if self.files else ""


class Manifest(Record):
    """The talk's passport."""

    format: Literal[1] = 1
    video: Video | None = None
    entries: dict[str, Entry] = Field(default_factory=dict)  # "<stage>-<key>"
    published: FileRef | None = None  # the page as last written to the digests folder
    page: dict[str, Any] = Field(
        default_factory=dict
    )  # what the index says of the page, so that the index needs manifests only


def stage_key(stage: str, version: int, settings: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
    """Key of a result: 12 hex digits over everything that may change it."""
    canonical = json.dumps([stage, version, settings, inputs], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


class VideoFolder:
    """One video's results. Write only inside `lock()`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._manifest: Manifest | None = None

    @property
    def manifest(self) -> Manifest:
        """The manifest; an unreadable one is set aside and counts as empty."""
        if self._manifest is None:
            self._manifest = self._load()
        return self._manifest

    def _load(self) -> Manifest:
        path = self.path / "manifest.json"
        try:
            return Manifest.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return Manifest()
        except (ValidationError, OSError):
            self._set_aside("manifest.json")
            return Manifest()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold this video for writing; raises `Deferred("locked")` when another run holds it."""
        with disk_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
        # thread_local=False: taken by the thread that downloads, released by the one that computes.
        lock = FileLock(self.path / ".lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise Deferred(
                "locked", "another run is working on this video", "Nothing to do; it will finish it."
            ) from None
        try:
            self._manifest = None
            self._sweep()
            yield
        finally:
            lock.release()

    def _sweep(self) -> None:
        """Remove what a killed run left half-written; safe, since we hold the lock."""
        for leftover in self.path.glob(f"{TEMPORARY}*"):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A fresh folder on the library's disk for one attempt; gone afterwards, whatever happened."""
        folder = self.path / f"{TEMPORARY}{secrets.token_hex(6)}"
        with disk_errors(folder):
            folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def find(self, stage: str, key: str) -> Entry | None:
        """The cached result, if its files are there in full length; their bytes are checked when read."""
        entry = self.manifest.entries.get(f"{stage}-{key}")
        if entry is None or any(self._length(file) != file.bytes for file in entry.files):
            return None
        return entry

    def _length(self, file: FileRef) -> int:
        try:
            return (self.path / file.name).stat().st_size
        except OSError:
            return -1

    def problem(self, file: FileRef) -> str:
        """What is wrong with a file: "missing", "wrong length", "wrong digest" or nothing."""
        length = self._length(file)
        if length < 0:
            return "missing"
        if length != file.bytes:
            return "wrong length"
        return "" if file_sha256(self.path / file.name) == file.sha256 else "wrong digest"

    def intact(self, file: FileRef) -> bool:
        """Whether a file has the bytes that the manifest promises; one that has not is set aside."""
        problem = self.problem(file)
        if problem and problem != "missing":
            self._set_aside(file.name)
        return not problem

    def _set_aside(self, name: str) -> None:
        aside = self.path / "aside"
        aside.mkdir(exist_ok=True)
        (self.path / name).replace(aside / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{name}")

    def save(self, entry: Entry, sources: Sequence[Path] = ()) -> Entry:
        """Store a result: move its files in place, then name them in the manifest.

        `entry.files` and `sources` correspond; `sources` lie in this video's workspace.
        """
        with disk_errors(self.path):
            for file, source in zip(entry.files, sources, strict=True):
                settle(source, self.path / file.name)
        self._write(self.manifest.model_copy(update={"entries": {**self.manifest.entries, _name(entry): entry}}))
        return entry

    def note(self, **fields: Any) -> None:
        """Update the manifest's own fields (`video`, `published`, `page`)."""
        changed = self.manifest.model_copy(update=fields)
        if changed != self.manifest:
            self._write(changed)

    def drop(self, entries: Sequence[Entry]) -> int:
        """Forget results and delete their files; returns the bytes freed."""
        gone = {_name(entry) for entry in entries}
        kept = {name: entry for name, entry in self.manifest.entries.items() if name not in gone}
        self._write(self.manifest.model_copy(update={"entries": kept}))
        return self.clear_unreferenced()

    def clear_unreferenced(self) -> int:
        """Delete files that no entry names, and those set aside; returns the bytes freed."""
        named = {file.name for entry in self.manifest.entries.values() for file in entry.files}
        freed = 0
        for path in [p for p in self.path.rglob("*") if p.is_file()]:
            if path.name in {"manifest.json", ".lock"} or (path.parent == self.path and path.name in named):
                continue
            freed += path.stat().st_size
            path.unlink()
        return freed

    def _write(self, manifest: Manifest) -> None:
        atomic_write(self.path / "manifest.json", manifest.model_dump_json(indent=1).encode())
        self._manifest = manifest


def _name(entry: Entry) -> str:
    return f"{entry.stage}-{entry.key}"


class Library:
    """All videos of one library folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, video_id: str) -> VideoFolder:
        """One video's folder; the id is checked, since it becomes a path."""
        if not VIDEO_ID.fullmatch(video_id):
            raise Unavailable("bad_id", f"{video_id!r} is not a video id", "Ids are 11 letters, digits, - or _.")
        return VideoFolder(self.root / video_id)

    def folders(self) -> Iterator[VideoFolder]:
        """Every video that has a manifest, by id."""
        for path in sorted(self.root.glob("*/manifest.json")):
            if VIDEO_ID.fullmatch(path.parent.name):
                yield VideoFolder(path.parent)

    def record_run(self, outcomes: Sequence[Outcome], started: datetime) -> Path:
        """Write runs/<utc>.jsonl, one outcome a line; returns its path."""
        path = self.root / "runs" / f"{started:%Y%m%dT%H%M%S.%fZ}.jsonl"
        atomic_write(path, "".join(f"{outcome.model_dump_json()}\n" for outcome in outcomes).encode())
        return path
