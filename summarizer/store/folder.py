"""The folder of one video: verified reads, atomic writes, and a manifest.

    <library>/<video id>/manifest.json             the file of each result, with checksum and provenance
    <library>/<video id>/<stage>-<key>[.role].ext  the results, immutable once written
    <library>/<video id>/aside/                    files that failed verification, kept for inspection

A file is complete and synced to disk before the manifest names it, and no file is overwritten in place. So a result
exists only if the manifest names it, and it is complete even if the process is killed. The cost is two fsyncs per
result: milliseconds, compared with the seconds that a result takes to make.
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
from summarizer.store.files import TEMPORARY, atomic_write, commit_file, disk_errors, file_sha256
from summarizer.store.manifest import Entry, Failure, FileRef, Manifest


class Corrupt(Failed):
    """A cached file does not match its manifest entry. A run sets it aside and makes it again; a plan leaves it."""

    def __init__(self, what: str, set_aside: bool = True) -> None:
        problem = f"{what} does not match its manifest entry"
        if set_aside:
            super().__init__("corrupt", f"{problem} and was set aside", "Run again to make it again.")
        else:
            super().__init__("corrupt", problem, "Run `summarizer verify --repair`, then run again to make it again.")


class VideoFolder:
    """The results of one video. Writing requires `lock()`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._manifest: Manifest | None = None
        self._locked = False

    @property
    def manifest(self) -> Manifest:
        """The manifest; a damaged one counts as empty, and is set aside while the lock is held.

        Raises `Failed("manifest")` for a manifest that cannot be read now, or that a newer version wrote: nothing may
        be concluded from it, and nothing of this talk may be deleted.
        """
        if self._manifest is None:
            self._manifest = self._load()
        return self._manifest

    def _load(self) -> Manifest:
        path = self.path / "manifest.json"
        try:
            return Manifest.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return Manifest()
        except OSError as error:
            raise Failed(
                "manifest", f"cannot read {path}: {error.strerror}", "Check the file, then run again."
            ) from None
        except ValidationError as error:
            if all(problem["type"] == "extra_forbidden" for problem in error.errors()):
                raise Failed(
                    "manifest", f"{path} was written by a newer version of this program", "Update this program."
                ) from None
            if self._locked:
                self._set_aside("manifest.json")
            return Manifest()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Lock this video for writing; raises `Deferred("locked")` while another run holds the lock."""
        with disk_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
        # thread_local=False: the downloading thread acquires the lock, the computing thread releases it.
        lock = FileLock(self.path / ".lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise Deferred(
                "locked", "another run is processing this video", "Nothing to do; the other run will finish it."
            ) from None
        try:
            self._manifest = None
            self._locked = True
            self._sweep()
            yield
        finally:
            self._locked = False
            lock.release()

    def _sweep(self) -> None:
        """Delete incomplete files of a killed run; safe while the lock is held."""
        for leftover in self.path.glob(f"{TEMPORARY}*"):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A new temporary folder on the library's disk for one attempt; it is always deleted afterwards."""
        folder = self.path / f"{TEMPORARY}{secrets.token_hex(6)}"
        with disk_errors(folder):
            folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def find(self, stage: str, key: str) -> Entry | None:
        """The entry of a cached result if its files have the right length; reading them verifies their checksums."""
        entry = self.manifest.entries.get(f"{stage}-{key}")
        if entry is None or any(self._read_length(file) != file.bytes for file in entry.files):
            return None
        return entry

    def _read_length(self, file: FileRef) -> int:
        try:
            return (self.path / file.name).stat().st_size
        except OSError:
            return -1

    def find_problem(self, file: FileRef) -> str:
        """What is wrong with a file: "missing", "wrong length" or "wrong checksum"; empty if it is intact."""
        length = self._read_length(file)
        if length < 0:
            return "missing"
        if length != file.bytes:
            return "wrong length"
        return "" if file_sha256(self.path / file.name) == file.sha256 else "wrong checksum"

    def intact(self, file: FileRef) -> bool:
        """Whether a file matches its manifest entry; a file that does not is set aside."""
        problem = self.find_problem(file)
        if problem and problem != "missing":
            self._set_aside(file.name)
        return not problem

    def _set_aside(self, name: str) -> None:
        aside = self.path / "aside"
        aside.mkdir(exist_ok=True)
        (self.path / name).replace(aside / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{name}")

    def save(self, entry: Entry, sources: Sequence[Path] = ()) -> Entry:
        """Store a result: move its files to their final names, then add it to the manifest.

        `sources` are the files of `entry.files` in this video's workspace, in the same order.
        """
        with disk_errors(self.path):
            for file, source in zip(entry.files, sources, strict=True):
                commit_file(source, self.path / file.name)
        manifest = self.manifest
        failures = {name: failure for name, failure in manifest.failures.items() if name != entry.name}
        entries = {**manifest.entries, entry.name: entry}
        self._write(manifest.model_copy(update={"entries": entries, "failures": failures}))
        return entry

    def record_failure(self, name: str, code: str, message: str) -> None:
        """Record that making the result `<stage>-<key>` failed, until it succeeds."""
        failure = Failure(code=code, message=message, when=datetime.now(UTC))
        self.update(failures={**self.manifest.failures, name: failure})

    def update(self, **fields: Any) -> None:
        """Set fields of the manifest other than its entries (`video`, `published`, `page`, `failures`)."""
        changed = self.manifest.model_copy(update=fields)
        if changed != self.manifest:
            self._write(changed)

    def drop(self, entries: Sequence[Entry]) -> int:
        """Delete results and their files; returns the number of bytes freed."""
        dropped = {entry.name for entry in entries}
        kept = {name: entry for name, entry in self.manifest.entries.items() if name not in dropped}
        self._write(self.manifest.model_copy(update={"entries": kept}))
        return self.clear_unreferenced()

    def clear_unreferenced(self) -> int:
        """Delete files that no entry names, including those set aside; returns the number of bytes freed."""
        named = {file.name for entry in self.manifest.entries.values() for file in entry.files}
        freed = 0
        for path in [p for p in self.path.rglob("*") if p.is_file()]:
            if path.name in {"manifest.json", ".lock"} or (path.parent == self.path and path.name in named):
                continue
            freed += path.stat().st_size
            path.unlink()
        return freed

    def _write(self, manifest: Manifest) -> None:
        # Version 0.1.0 does not know `failures` and would set the manifest aside: write it only if there are any.
        unknown = None if manifest.failures else {"failures"}
        atomic_write(self.path / "manifest.json", manifest.model_dump_json(indent=1, exclude=unknown).encode())
        self._manifest = manifest
