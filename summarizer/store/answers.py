"""Answers of a model, stored in the video's folder while its summary is being made.

    <library>/<video id>/answers/<key>   64 hex digits of SHA-256, a line feed, the bytes

A long talk takes minutes to hours on a slow machine, and a killed run must not lose that work. Each answer is written
atomically and verified when it is read; a damaged answer counts as missing. Answers are kept after their summary is
made, because a summary with another number of sections uses the same ones; `summarizer prune` deletes them.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from summarizer.store.files import TEMPORARY, atomic_write

FOLDER = "answers"


class FolderAnswers:
    """The answers of one video; requires the video's lock. With `fresh`, for `--force`, older answers are ignored."""

    def __init__(self, video_folder: Path, fresh: bool = False) -> None:
        self._folder = video_folder / FOLDER
        self._written: set[str] | None = set() if fresh else None  # with `fresh`: the keys that this run wrote
        for leftover in self._folder.glob(f"{TEMPORARY}*"):
            leftover.unlink(missing_ok=True)

    def get(self, key: str) -> bytes | None:
        """The bytes stored under a key; None if there are none or they are damaged."""
        if self._written is not None and key not in self._written:
            return None
        try:
            sha256, _, data = self._path(key).read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        return data if sha256 == hashlib.sha256(data).hexdigest().encode() else None

    def put(self, key: str, data: bytes) -> None:
        """Store bytes; they are on disk when this method returns."""
        atomic_write(self._path(key), hashlib.sha256(data).hexdigest().encode() + b"\n" + data)
        if self._written is not None:
            self._written.add(key)

    def _path(self, key: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{8,64}", key):
            raise ValueError(f"{key!r} is not a key")
        return self._folder / key
