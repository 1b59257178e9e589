"""Steps: find the cached result of a stage, or run the stage and store its result."""

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
from summarizer.stage import Stage, StoredFile, WithFiles, Work, stage_key
from summarizer.store import Corrupt, Entry, FileRef, Refusal, VideoFolder
from summarizer.store.answers import FolderAnswers
from summarizer.store.files import disk_errors, file_sha256

ResultT = TypeVar("ResultT")


class State(StrEnum):
    """What happened, or would happen, in a step."""

    MADE = "made"
    CACHED = "cached"
    REFUSED = "refused"  # the result is a refusal, new or cached
    WOULD_RUN = "would run"  # in a plan: there is no cached result
    WOULD_RETRY = "would retry"  # in a plan: the last attempt failed; the run tries again and continues without it
    WAITS = "waits"  # in a plan: left to a later night
    SKIPPED = "skipped"  # in a plan: the video is unavailable according to the listing

    @property
    def planned(self) -> bool:
        """Whether a run would do work in this step."""
        return self in {State.WOULD_RUN, State.WOULD_RETRY}


@dataclass(frozen=True)
class Step:
    """What happened to one stage in a walk."""

    stage: str
    key: str
    state: State
    why: str = ""
    seconds: float = 0.0


class WouldRunError(Exception):
    """Raised in a plan at the first stage without a cached result; `stage` is its name."""

    def __init__(self, stage: str) -> None:
        super().__init__(stage)
        self.stage = stage


@dataclass
class Steps:
    """Takes the steps of one walk and records them in `taken`.

    The stages in `forced` run even if their result is cached. With `plan`, no stage runs. `watch` is called before a
    stage runs.
    """

    video: Video
    folder: VideoFolder
    config: Config
    backends: Backends
    forced: frozenset[str] = frozenset()
    plan: bool = False
    watch: Callable[[str], None] = lambda _stage: None
    taken: list[Step] = field(default_factory=list)
    results: dict[str, Value[Any]] = field(default_factory=dict)  # results of this walk, by the names of their entries
    running: str = ""  # the stage that runs, or whose error ended the walk
    _made: set[str] = field(default_factory=set)  # entries that this walk made; they are not forced again
    _failed: dict[str, Failed] = field(default_factory=dict)  # entries that this walk failed to make; not tried again

    def as_plan(self) -> Steps:
        """Steps for the same talk that run no stage, with a list `taken` and new results of their own.

        Results that a plan has found do not set damaged files aside, so a run must not read them.
        """
        return Steps(self.video, self.folder, self.config, self.backends, plan=True, results=dict(self.results))

    def take(
        self, stage: Stage[ResultT], reads: Sequence[Value[Any]], hints: Sequence[Value[Any]] = ()
    ) -> Value[ResultT]:
        """Return the cached result of a stage, or run the stage and store its result.

        Raises `Refused` if the result is a refusal, and the errors of the stage. In a plan, it raises `WouldRunError`
        if there is no result, and `Failed` if the last attempt failed.
        """
        settings = stage.settings_in_key(self.config)
        inputs = {value.name: value.sha256 for value in reads}
        key = stage_key(stage.name, stage.version, settings, inputs)
        name = f"{stage.name}-{key}"
        entry = None if stage.name in self.forced and name not in self._made else self.folder.find(stage.name, key)
        if entry is None:
            why = self._explain_miss(stage.name, settings, inputs)
            if self.plan:
                raise self._plan_step(stage.name, key, why)
            if name in self._failed:
                raise self._failed[name]
            self.running = stage.name
            self.watch(stage.name)
            entry, value = self._make(stage, key, settings, inputs, [*reads, *hints])
            self.running = ""
            self._made.add(name)
            if not entry.refusal:
                self.results[name] = value
            state = State.REFUSED if entry.refusal else State.MADE
            self.taken.append(Step(stage.name, key, state, why, entry.seconds))
        elif not any((step.stage, step.key) == (stage.name, key) for step in self.taken):
            self.taken.append(Step(stage.name, key, State.REFUSED if entry.refusal else State.CACHED))
        if entry.refusal:
            raise Refused(entry.refusal.code, entry.refusal.message, entry.refusal.remedy)
        return self.results.setdefault(name, self._load_later(stage, entry))

    def _plan_step(self, stage: str, key: str, why: str) -> Exception:
        """Record a step without a result in a plan; returns the error that the plan raises there.

        If the last attempt failed, this is the same error, so that the plan continues as the run would.
        """
        failure = self.folder.manifest.failures.get(f"{stage}-{key}")
        if failure is None or stage in self.forced:
            self.taken.append(Step(stage, key, State.WOULD_RUN, why))
            return WouldRunError(stage)
        self.taken.append(Step(stage, key, State.WOULD_RETRY, f"the last attempt failed: {failure.message}"))
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
        with self.folder.workspace() as space:
            refusal = None
            paths: list[tuple[str, Path]] = []
            result: Any = None
            try:
                with disk_errors(self.folder.path, only_full=True):  # other errors may be about the recording
                    made = stage.make(self._make_work(stage, space), *(value.get() for value in arguments))
                result, files = (made.result, made.files) if isinstance(made, WithFiles) else (made, ())
                with disk_errors(self.folder.path):
                    paths = [("", _write_result(result, space)), *files]
            except Refused as refused:
                refusal = Refusal(code=refused.code, message=str(refused), remedy=refused.remedy)
            except Failed as failed:
                if not isinstance(failed, Corrupt):  # `Corrupt` is about a file of another stage
                    self.folder.record_failure(f"{stage.name}-{key}", failed.code, str(failed))
                    self._failed[f"{stage.name}-{key}"] = failed
                raise
            entry = Entry(
                stage=stage.name,
                key=key,
                files=tuple(_make_reference(stage.name, key, role, path) for role, path in paths),
                refusal=refusal,
                made_by=__version__,
                settings=dict(settings),
                inputs=dict(inputs),
                seconds=round(time.monotonic() - started, 3),
                when=datetime.now(UTC),
            )
            self.folder.save(entry, [path for _, path in paths])
        if isinstance(result, BaseModel):
            return entry, Value[Any](_result_name(stage), entry.sha256, lambda: result, entry.files)
        return entry, self._load_later(stage, entry)

    def _make_work(self, stage: Stage[Any], space: Path) -> Work[Any, Any]:
        return Work(
            settings=stage.settings(self.config),
            backend=self.backends.open(stage.backend(self.config)) if stage.backend else None,
            folder=space,
            answers=FolderAnswers(self.folder.path, fresh=stage.name in self.forced),
        )

    # -- reading ----------------------------------------------------------------------------------------------

    def _load_later(self, stage: Stage[ResultT], entry: Entry) -> Value[ResultT]:
        """A result in the library. It is verified when it is read; a damaged file is set aside and raises `Corrupt`."""

        def read() -> Any:
            path = self.verify_file(entry.files[0], f"the cached {entry.stage}")
            if issubclass(stage.record, StoredFile):
                return stage.record(path)
            record: Any = stage.record
            return record.model_validate_json(path.read_bytes())

        return Value(_result_name(stage), entry.sha256, read, entry.files)

    def verify_file(self, file: FileRef, what: str) -> Path:
        """The path of a file, after verifying it; a damaged file raises `Corrupt(what)`, and is set aside by a run."""
        intact = not self.folder.find_problem(file) if self.plan else self.folder.intact(file)
        if not intact:
            raise Corrupt(what, set_aside=not self.plan)
        return self.folder.path / file.name

    def _explain_miss(self, stage: str, settings: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
        """Why there is no cached result, as text: the difference from the newest result of the stage."""
        if stage in self.forced:
            return "forced"
        entries = self.folder.manifest.entries.values()
        # Recognised speech is not an earlier variant of captions: it was made from other inputs.
        earlier = [entry for entry in entries if entry.stage == stage and set(entry.inputs) & set(inputs)]
        if not earlier:
            return "never made"
        newest = max(earlier, key=lambda entry: entry.when)
        old, new = _flatten(newest.settings), _flatten(settings)
        changed = [_describe_change(name, old, new) for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
        if changed:
            return "settings changed: " + ", ".join(changed)
        if newest.inputs != dict(inputs):
            names = sorted(k for k in {*newest.inputs, *inputs} if newest.inputs.get(k) != inputs.get(k))
            return "input changed: " + ", ".join(names)
        if self.folder.find(stage, newest.key) is None:
            return "its file is missing or truncated"
        return "the stage's code changed"


def _describe_change(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """The change of one setting; a setting that only one of two versions has was added or removed."""
    if name not in old:
        return f"{name} is new and has the value {new[name]!r}"
    return f"{name} {old[name]!r} -> {new[name]!r}" if name in new else f"{name} no longer exists"


def _result_name(stage: Stage[Any]) -> str:
    """The name of a stage's result in the keys of its readers."""
    return stage.record.__name__.lower()


def _write_result(result: Any, space: Path) -> Path:
    """The file of a result: the file that the stage wrote, or the record as JSON."""
    if isinstance(result, Path):
        return result
    path = space / "result.json"
    path.write_bytes(result.model_dump_json(indent=1).encode())
    return path


def _make_reference(stage: str, key: str, role: str, path: Path) -> FileRef:
    name = f"{stage}-{key}.{path.name}" if role else f"{stage}-{key}{path.suffix}"
    return FileRef(name=name, sha256=file_sha256(path), bytes=path.stat().st_size, role=role)


def _flatten(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The settings with nested tables flattened to `table.key`."""
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        flat |= _flatten(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return flat
