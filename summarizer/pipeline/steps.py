"""One stage of one talk, cached: look the result up, or make it, store it, and say what happened."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from summarizer import __version__
from summarizer.errors import Refused
from summarizer.records import Video
from summarizer.store.files import disk_errors, file_sha256
from summarizer.store.library import Corrupt, Entry, FileRef, Refusal, VideoFolder, stage_key

RecordT = TypeVar("RecordT", bound=BaseModel)
Result = tuple[bytes | Path | None, tuple[tuple[str, Path], ...]]  # the result, and files beside it by role

# Raise a stage's number when its code changes what comes out: every key of it changes.
STAGES: dict[str, int] = {
    "download": 1,  # metadata and caption tracks
    "audio": 1,  # sound, only when no caption track will do
    "transcribe": 5,  # captions or speech to segments
    "check": 4,  # is this really the text of this video? a refusal, or how it scores
    "glossary": 1,  # names put right; the transcript before it stays as it is
    "summarize": 7,  # claims with evidence
    "digest": 3,  # the page
}


@dataclass(frozen=True)
class Step:
    """What happened, or would happen, at one stage of one talk."""

    stage: str
    key: str
    state: str  # "made", "cached", "refused" or "would run"; in a plan also "waits"
    why: str = ""
    seconds: float = 0.0


class WouldRunError(Exception):
    """Ends a dry walk at the first stage that has work to do."""


@dataclass
class Stepper:
    """A video and its folder, and the way a step is taken.

    `forced` names stages to make anew; `dry` looks without making; `steps` collects what happened; `watch` is told
    of a stage before it runs.
    """

    video: Video
    folder: VideoFolder
    forced: frozenset[str] = field(default=frozenset(), kw_only=True)
    dry: bool = field(default=False, kw_only=True)
    watch: Callable[[Video, str], None] = field(default=lambda _video, _stage: None, kw_only=True)
    steps: list[Step] = field(default_factory=list, kw_only=True)
    _fresh: dict[str, Entry] = field(default_factory=dict, kw_only=True)  # made in this run: not forced twice

    def step(
        self,
        stage: str,
        settings: Mapping[str, Any],
        inputs: Mapping[str, str],
        make: Callable[[Path], Result],
        suffix: str = ".json",
    ) -> Entry:
        """Look the result up, or make and store it.

        `make` gets a fresh folder and returns the result (bytes, a file it wrote, or nothing for a verdict) and
        files that belong to it as (role, path). A `Refused` it raises is stored as the result.
        """
        key = stage_key(stage, STAGES[stage], settings, inputs)
        entry = self._fresh.get(f"{stage}-{key}") or (None if stage in self.forced else self.folder.find(stage, key))
        if entry is None:
            why = self._why(stage, settings, inputs)
            if self.dry:
                self.steps.append(Step(stage, key, "would run", why))
                raise WouldRunError(stage)
            self.watch(self.video, stage)
            entry = self._make(stage, key, settings, inputs, make, suffix)
            self._fresh[f"{stage}-{key}"] = entry
            self.steps.append(Step(stage, key, "refused" if entry.refusal else "made", why, entry.seconds))
        elif not any(step.stage == stage and step.key == key for step in self.steps):
            self.steps.append(Step(stage, key, "refused" if entry.refusal else "cached"))
        if entry.refusal:
            raise Refused(entry.refusal.code, entry.refusal.message, entry.refusal.remedy)
        return entry

    def _make(
        self,
        stage: str,
        key: str,
        settings: Mapping[str, Any],
        inputs: Mapping[str, str],
        make: Callable[[Path], Result],
        suffix: str,
    ) -> Entry:
        started = time.monotonic()
        with self.folder.workspace() as space, disk_errors(self.folder.path):
            refusal = None
            paths: list[tuple[str, Path]] = []
            try:
                result, extra = make(space)
                if isinstance(result, bytes):
                    path = space / f"result{suffix}"
                    path.write_bytes(result)
                    result = path
                paths = [("", result), *extra] if result is not None else []
            except Refused as no:
                refusal = Refusal(code=no.code, message=str(no), remedy=no.remedy)
            files = tuple(
                FileRef(
                    name=f"{stage}-{key}{path.suffix}" if not role else f"{stage}-{key}.{path.name}",
                    sha256=file_sha256(path),
                    bytes=path.stat().st_size,
                    role=role,
                )
                for role, path in paths
            )
            entry = Entry(
                stage=stage,
                key=key,
                files=files,
                refusal=refusal,
                made_by=__version__,
                settings=dict(settings),
                inputs=dict(inputs),
                seconds=round(time.monotonic() - started, 3),
                when=datetime.now(UTC),
            )
            return self.folder.save(entry, [path for _, path in paths])

    def load(self, entry: Entry, record: type[RecordT]) -> RecordT:
        """Read a result back, verified; a corrupt one is set aside and the talk fails for now."""
        if not self.folder.intact(entry.files[0]):
            raise Corrupt(f"the cached {entry.stage}")
        return record.model_validate_json((self.folder.path / entry.files[0].name).read_bytes())

    def _why(self, stage: str, settings: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
        """Why the cache does not answer, in words: the difference to the newest result of the stage."""
        if stage in self.forced:
            return "forced"
        earlier = [entry for entry in self.folder.manifest.entries.values() if entry.stage == stage]
        if not earlier:
            return "never made"
        newest = max(earlier, key=lambda entry: entry.when)
        changed = [
            f"{name} {newest.settings.get(name)!r} -> {settings.get(name)!r}"
            for name in sorted({*newest.settings, *settings})
            if newest.settings.get(name) != settings.get(name)
        ]
        if changed:
            return "settings changed: " + ", ".join(changed)
        if newest.inputs != dict(inputs):
            names = sorted(k for k in {*newest.inputs, *inputs} if newest.inputs.get(k) != inputs.get(k))
            return "input changed: " + ", ".join(names)
        if self.folder.find(stage, newest.key) is None:
            return "its file is missing or cut short"
        return "the stage's code changed"


def dump(record: BaseModel) -> bytes:
    """A record as the bytes that are stored."""
    return record.model_dump_json(indent=1).encode()
