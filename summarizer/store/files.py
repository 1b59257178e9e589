"""Atomic, durable writes of files, and write errors with a remedy."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from summarizer.errors import StoreError

TEMPORARY = ".tmp-"


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_UNUSABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR)


@contextmanager
def disk_errors(path: Path, only_full: bool = False) -> Iterator[None]:
    """Convert write errors of the operating system to `StoreError` with a remedy.

    With `only_full`, only those of a full disk: any other may be about a file outside the library.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreError(
                f"no space left on the disk of {path}",
                "Free some space (`summarizer prune` deletes old variants) and run again; finished work is kept.",
            ) from None
        if not only_full and error.errno in (
            errno.EACCES,
            errno.EPERM,
            errno.EROFS,
            errno.ENOTDIR,
            errno.EEXIST,
            errno.EISDIR,
        ):
            raise StoreError(
                f"cannot use {error.filename or path}: {error.strerror}",
                "Choose a folder that you may read and write.",
            ) from None
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def commit_file(temporary: Path, path: Path) -> None:
    """Give a complete temporary file its final name, durably: fsync, rename, fsync the folder."""
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def atomic_write(path: Path, data: bytes) -> None:
    """Write a file atomically: readers see the old or the new content, also after a power failure."""
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(6)}")
        try:
            temporary.write_bytes(data)
            commit_file(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
