"""One video's folder: reads that verify, writes that are whole or not there, one manifest.

    <library>/<video id>/manifest.json             which file holds which result, with checksum and provenance
    <library>/<video id>/<stage>-<key>[.role].ext  the results, immutable once written
    <library>/<video id>/aside/                    files that failed verification, kept for inspection

A result's file is complete and synced before the manifest names it, so the manifest is the only thing that can
say "done". Whatever is killed, a result is there whole or not there. Nothing is ever overwritten in place. This
costs two fsyncs per result, milliseconds beside the seconds that a result takes to make.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from summarizer.errors import Deferred, Failed
from summarizer.store.files import TEMPORARY, atomic_write, disk_errors, file_sha256, settle
from summarizer.store.manifest import Entry, Failure, FileRef, Manifest


class Corrupt(Failed):
    """A cached file does not match its manifest entry; it was set aside, and can be made again."""

    def __init__(self, what: str) -> None:
        super().__init__("corrupt", f"{what} is damaged on disk and was set aside", "Run again; it is made again.")


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
        """What is wrong with a file: "missing", "wrong length", "wrong checksum" or nothing."""
        length = self._length(file)
        if length < 0:
            return "missing"
        if length != file.bytes:
            return "wrong length"
        return "" if file_sha256(self.path / file.name) == file.sha256 else "wrong checksum"

    def intact(self, file: FileRef) -> bool:
        """Whether a file matches its manifest entry; one that does not is set aside."""
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
        manifest = self.manifest
        failures = {name: failure for name, failure in manifest.failures.items() if name != entry.name}
        entries = {**manifest.entries, entry.name: entry}
        self._write(manifest.model_copy(update={"entries": entries, "failures": failures}))
        return entry

    def record_failure(self, name: str, code: str, message: str) -> None:
        """Remember that the result `<stage>-<key>` could not be made, until it is."""
        failure = Failure(code=code, message=message, when=datetime.now(UTC))
        self.note(failures={**self.manifest.failures, name: failure})

    def note(self, **fields: Any) -> None:
        """Update the manifest's own fields (`video`, `published`, `page`)."""
        changed = self.manifest.model_copy(update=fields)
        if changed != self.manifest:
            self._write(changed)

    def drop(self, entries: Sequence[Entry]) -> int:
        """Forget results and delete their files; returns the bytes freed."""
        gone = {entry.name for entry in entries}
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
