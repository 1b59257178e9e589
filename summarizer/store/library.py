"""The library: the folders of all videos, and the records of runs.

<library>/<video id>/                          see `folder`
<library>/runs/<utc>.jsonl                     one line per video and stage of a run
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from summarizer.errors import Unavailable
from summarizer.records import VIDEO_ID, Outcome
from summarizer.store.files import atomic_write
from summarizer.store.folder import VideoFolder


class Library:
    """The folders of all videos."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, video_id: str) -> VideoFolder:
        """The folder of one video; raises `Unavailable` for an invalid id, because the id becomes part of a path."""
        if not VIDEO_ID.fullmatch(video_id):
            raise Unavailable("bad_id", f"{video_id!r} is not a video id", "Ids have 11 letters, digits, - or _.")
        return VideoFolder(self.root / video_id)

    def folders(self) -> Iterator[VideoFolder]:
        """The folders that have a manifest, sorted by video id."""
        for path in sorted(self.root.glob("*/manifest.json")):
            if VIDEO_ID.fullmatch(path.parent.name):
                yield VideoFolder(path.parent)

    def record_run(self, outcomes: Sequence[Outcome], started: datetime) -> Path:
        """Write runs/<utc>.jsonl with one outcome per line; returns its path."""
        path = self.root / "runs" / f"{started:%Y%m%dT%H%M%S.%fZ}.jsonl"
        atomic_write(path, "".join(f"{outcome.model_dump_json()}\n" for outcome in outcomes).encode())
        return path
