"""SHA-256 of large files, computed once and kept beside what shows that a file has changed.

A file counts as unchanged while its size and its times of modification and of change (`st_mtime_ns`, `st_ctime_ns`)
are the same. The time of change is looked at too because unpacked archives may give two different files the same size
and time of modification.
"""

from __future__ import annotations

import contextlib
import json
import threading
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from summarizer.errors import StoreError
from summarizer.store.files import atomic_write, file_sha256


class _Kept(NamedTuple):
    size: int
    mtime_ns: int
    ctime_ns: int
    sha256: str


class Checksums:
    """The checksums of any number of files, kept in the JSON file `path`; for any number of threads.

    A file that cannot be read or written costs time, not the run: what is missing is computed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            self._kept = {name: _Kept(*values) for name, values in json.loads(path.read_bytes()).items()}

    def sha256(self, file: Path) -> str:
        """SHA-256 of a file's content; raises `OSError` when it cannot be read."""
        name, stat = str(file.resolve()), file.stat()
        found = self._kept.get(name)
        if found and found[:3] == (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns):
            return found.sha256
        computed = _Kept(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, file_sha256(file))
        with self._lock:
            self._kept[name] = computed
            with contextlib.suppress(OSError, StoreError):
                atomic_write(self._path, json.dumps(self._kept, indent=1).encode())
        return computed.sha256


@lru_cache(maxsize=8)
def opened(path: Path) -> Checksums:
    """The checksums in a file, read once per process."""
    return Checksums(path)
