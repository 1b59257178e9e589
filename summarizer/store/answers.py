"""Answers of a model, kept in the video's folder while its summary is still being made.

    <library>/<video id>/answers/<key>   64 hex digits of SHA-256, a line feed, the bytes

A long talk takes minutes to hours on a slow machine, and a kill must not cost them. Each answer is written atomically
and checked when read; one that is damaged counts as missing. Answers outlive their summary, because another number of
sections needs the same ones, and are deleted by `summarizer prune`.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from summarizer.store.files import TEMPORARY, atomic_write

FOLDER = "answers"


class FolderAnswers:
    """The answers of one video; use only while holding its lock. `fresh` reads none, for `--force`."""

    def __init__(self, video_folder: Path, fresh: bool = False) -> None:
        self._folder = video_folder / FOLDER
        self._written: set[str] | None = set() if fresh else None  # with `fresh`: what this run wrote may be read
        for leftover in self._folder.glob(f"{TEMPORARY}*"):
            leftover.unlink(missing_ok=True)

    def get(self, key: str) -> bytes | None:
        """What was put, intact, or nothing."""
        if self._written is not None and key not in self._written:
            return None
        try:
            sha256, _, data = self._path(key).read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        return data if sha256 == hashlib.sha256(data).hexdigest().encode() else None

    def put(self, key: str, data: bytes) -> None:
        """Keep it: when this returns, it is on the disk."""
        atomic_write(self._path(key), hashlib.sha256(data).hexdigest().encode() + b"\n" + data)
        if self._written is not None:
            self._written.add(key)

    def _path(self, key: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{8,64}", key):
            raise ValueError(f"{key!r} is not a key")
        return self._folder / key
