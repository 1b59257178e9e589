"""One stage of one talk, cached: look the result up, or make it, store it, and record what happened."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from summarizer import __version__
from summarizer.config import Config
from summarizer.errors import Failed, Refused
from summarizer.pipeline.backends import Backends
from summarizer.pipeline.values import Value
from summarizer.records import Video
from summarizer.stage import Stage, StoredFile, WithFiles, Work
from summarizer.store import Corrupt, Entry, FileRef, Refusal, VideoFolder
from summarizer.store.answers import FolderAnswers
from summarizer.store.files import disk_errors, file_sha256

ResultT = TypeVar("ResultT")


class State(StrEnum):
    """What happened, or would happen, at a stage."""

    MADE = "made"
    CACHED = "cached"
    REFUSED = "refused"  # the result is a refusal, made now or before
    WOULD_RUN = "would run"  # in a plan: there is no result
    WOULD_RETRY = "would retry"  # in a plan: the last attempt failed, and the run goes on without it if it fails again
    WAITS = "waits"  # in a plan: left for a later night
    SKIPPED = "skipped"  # in a plan: the listing says that the video is not available

    @property
    def planned(self) -> bool:
        """Whether a run has something to do there."""
        return self in {State.WOULD_RUN, State.WOULD_RETRY}


@dataclass(frozen=True)
class Step:
    """One stage of one walk."""

    stage: str
    key: str
    state: State
    why: str = ""
    seconds: float = 0.0


class WouldRunError(Exception):
    """Ends a plan at the first stage without a result."""


@dataclass
class Steps:
    """Takes the steps of one walk over a talk, and lists them.

    `forced` names stages to make again; `plan` makes nothing; `watch` is called before a stage is made.
    """

    video: Video
    folder: VideoFolder
    config: Config
    backends: Backends
    forced: frozenset[str] = frozenset()
    plan: bool = False
    watch: Callable[[Video, str], None] = lambda _video, _stage: None
    taken: list[Step] = field(default_factory=list)
    values: dict[str, Value[Any]] = field(default_factory=dict)  # of this walk's results, by their entries' names
    _made: set[str] = field(default_factory=set)  # entries that this walk made: not forced twice

    def looking(self) -> Steps:
        """Steps of the same walk that make and force nothing, with a list of their own."""
        return Steps(self.video, self.folder, self.config, self.backends, plan=True, values=self.values)

    def take(
        self, stage: Stage[ResultT], reads: Sequence[Value[Any]], hints: Sequence[Value[Any]] = ()
    ) -> Value[ResultT]:
        """Look the result up, or make and store it.

        Raises `Refused` when the result is a refusal, `WouldRunError` in a plan without a result, `Failed` in a plan
        whose last attempt failed, and whatever making it raises.
        """
        settings = stage.settings_in_key(self.config)
        inputs = {value.name: value.sha256 for value in reads}
        key = stage.key(self.config, inputs)
        name = f"{stage.name}-{key}"
        entry = None if stage.name in self.forced and name not in self._made else self.folder.find(stage.name, key)
        if entry is None:
            why = self._why(stage.name, settings, inputs)
            if self.plan:
                raise self._planned(stage.name, key, why)
            self.watch(self.video, stage.name)
            made = self._make(stage, key, settings, inputs, [*reads, *hints])
            entry, self.values[name] = made
            self._made.add(name)
            state = State.REFUSED if entry.refusal else State.MADE
            self.taken.append(Step(stage.name, key, state, why, entry.seconds))
        elif not any((step.stage, step.key) == (stage.name, key) for step in self.taken):
            self.taken.append(Step(stage.name, key, State.REFUSED if entry.refusal else State.CACHED))
        if entry.refusal:
            raise Refused(entry.refusal.code, entry.refusal.message, entry.refusal.remedy)
        return self.values.setdefault(name, self._stored(stage, entry))

    def _planned(self, stage: str, key: str, why: str) -> Exception:
        """How a plan goes on where there is no result: it ends, or it does as the run did whose attempt failed."""
        failure = self.folder.manifest.failures.get(f"{stage}-{key}")
        if failure is None or stage in self.forced:
            self.taken.append(Step(stage, key, State.WOULD_RUN, why))
            return WouldRunError(stage)
        self.taken.append(Step(stage, key, State.WOULD_RETRY, f"it failed before: {failure.message}"))
        return Failed(failure.code, failure.message)

    # -- making -----------------------------------------------------------------------------------------------

    def _make(
        self,
        stage: Stage[ResultT],
        key: str,
        settings: Mapping[str, Any],
        inputs: Mapping[str, str],
        arguments: Sequence[Value[Any]],
    ) -> tuple[Entry, Value[ResultT]]:
        started = time.monotonic()
        with self.folder.workspace() as space, disk_errors(self.folder.path):
            refusal = None
            paths: list[tuple[str, Path]] = []
            result: Any = None
            try:
                made = stage.make(self._work(stage, space), *(value.get() for value in arguments))
                result, files = (made.result, made.files) if isinstance(made, WithFiles) else (made, ())
                paths = [("", _written(result, space)), *files]
            except Refused as refused:
                refusal = Refusal(code=refused.code, message=str(refused), remedy=refused.remedy)
            except Failed as failed:
                if not isinstance(failed, Corrupt):  # that one is of another stage's file
                    self.folder.record_failure(f"{stage.name}-{key}", failed.code, str(failed))
                raise
            entry = Entry(
                stage=stage.name,
                key=key,
                files=tuple(_reference(stage.name, key, role, path) for role, path in paths),
                refusal=refusal,
                made_by=__version__,
                settings=dict(settings),
                inputs=dict(inputs),
                seconds=round(time.monotonic() - started, 3),
                when=datetime.now(UTC),
            )
            self.folder.save(entry, [path for _, path in paths])
        if isinstance(result, BaseModel):
            return entry, Value[Any](_name(stage), entry.sha256, lambda: result, entry.files)
        return entry, self._stored(stage, entry)

    def _work(self, stage: Stage[Any], space: Path) -> Work[Any, Any]:
        return Work(
            settings=stage.settings(self.config),
            backend=self.backends.open(stage.backend(self.config)) if stage.backend else None,
            folder=space,
            answers=FolderAnswers(self.folder.path, fresh=stage.name in self.forced),
        )

    # -- reading ----------------------------------------------------------------------------------------------

    def _stored(self, stage: Stage[ResultT], entry: Entry) -> Value[ResultT]:
        """A result in the library, verified when it is read; a damaged one is set aside and raises `Corrupt`."""

        def read() -> Any:
            path = self.verified(entry.files[0], f"the cached {entry.stage}")
            if issubclass(stage.record, StoredFile):
                return stage.record(path)
            record: Any = stage.record
            return record.model_validate_json(path.read_bytes())

        return Value(_name(stage), entry.sha256, read, entry.files)

    def verified(self, file: FileRef, what: str) -> Path:
        """The path of a file that matches its manifest entry; otherwise it is set aside, and raises `Corrupt`."""
        if not self.folder.intact(file):
            raise Corrupt(what)
        return self.folder.path / file.name

    def _why(self, stage: str, settings: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
        """Why the cache has no result, for people: the difference to the newest result of the stage."""
        if stage in self.forced:
            return "forced"
        earlier = [entry for entry in self.folder.manifest.entries.values() if entry.stage == stage]
        if not earlier:
            return "never made"
        newest = max(earlier, key=lambda entry: entry.when)
        old, new = _flat(newest.settings), _flat(settings)
        changed = [
            f"{name} {old.get(name)!r} -> {new.get(name)!r}"
            for name in sorted({*old, *new})
            if old.get(name) != new.get(name)
        ]
        if changed:
            return "settings changed: " + ", ".join(changed)
        if newest.inputs != dict(inputs):
            names = sorted(k for k in {*newest.inputs, *inputs} if newest.inputs.get(k) != inputs.get(k))
            return "input changed: " + ", ".join(names)
        if self.folder.find(stage, newest.key) is None:
            return "its file is missing or cut short"
        return "the stage's code changed"


def _name(stage: Stage[Any]) -> str:
    """How keys name a stage's result."""
    return stage.record.__name__.lower()


def _written(result: Any, space: Path) -> Path:
    """The file of a result: the one that the stage wrote, or the record as JSON."""
    if isinstance(result, Path):
        return result
    path = space / "result.json"
    path.write_bytes(result.model_dump_json(indent=1).encode())
    return path


def _reference(stage: str, key: str, role: str, path: Path) -> FileRef:
    name = f"{stage}-{key}.{path.name}" if role else f"{stage}-{key}{path.suffix}"
    return FileRef(name=name, sha256=file_sha256(path), bytes=path.stat().st_size, role=role)


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Settings with the tables inside written as `table.key`."""
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return flat
