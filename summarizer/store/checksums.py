"""SHA-256 of large files, computed once and cached with the file's size and times.

A file counts as unchanged while its size and its times of modification and of status change (`st_mtime_ns`,
`st_ctime_ns`) are the same. The time of status change is compared too because an unpacked archive may replace a file by
another one with the same size and time of modification.
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


class _Cached(NamedTuple):
    size: int
    mtime_ns: int
    ctime_ns: int
    sha256: str


class Checksums:
    """The checksums of files, cached in the JSON file `path`; thread-safe.

    If the JSON file cannot be read or written, checksums are computed again; that is not an error.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._cached: dict[str, _Cached] = {}
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            self._cached = {name: _Cached(*values) for name, values in json.loads(path.read_bytes()).items()}

    def sha256(self, file: Path) -> str:
        """The SHA-256 of a file's content; raises `OSError` when the file cannot be read."""
        name, stat = str(file.resolve()), file.stat()
        cached = self._cached.get(name)
        if cached and cached[:3] == (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns):
            return cached.sha256
        computed = _Cached(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, file_sha256(file))
        with self._lock:
            self._cached[name] = computed
            with contextlib.suppress(OSError, StoreError):
                atomic_write(self._path, json.dumps(self._cached, indent=1).encode())
        return computed.sha256


@lru_cache(maxsize=8)
def open_checksums(path: Path) -> Checksums:
    """The checksums in a JSON file, which is read once per process."""
    return Checksums(path)
