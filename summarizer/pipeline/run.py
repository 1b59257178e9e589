"""A run: list the sources, process every talk, and record the outcomes.

Every video ends with exactly one final outcome, and an error in one video does not stop the others. Ctrl-C, SIGTERM,
the end of the time budget and a full disk stop a run; the library stays consistent, and the next run continues.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from summarizer import download
from summarizer.config import Config
from summarizer.digest import PageFile, index_name, link_target
from summarizer.engines import Engine, LocalEngine, Task, TaskResult
from summarizer.errors import Refused, Skipped, StoreError, SummarizerError, UsageError, VideoError
from summarizer.pipeline import outcomes, publish
from summarizer.pipeline.backends import Backends, OpenedBackends
from summarizer.pipeline.preflight import check_settings
from summarizer.pipeline.steps import Step, WouldRunError
from summarizer.pipeline.walk import Walk, stage_names
from summarizer.pipeline.worker import TalkWorker
from summarizer.records import Outcome, Status, Video
from summarizer.store import Library
from summarizer.summarize import summarizer_backend


class Listener(Protocol):
    """Receives the events of a run, for example to display progress."""

    def listed(self, total: int) -> None:
        """The run starts with `total` videos that have work to do."""

    def stage(self, video: Video, stage: str, ahead: bool) -> None:
        """A stage of a video starts, possibly in advance (`ahead`); called from any thread."""

    def progress(self, share: float) -> None:
        """The recognised share of the current recording has changed, 0..1."""

    def finished(self, outcome: Outcome) -> None:
        """A video has its final outcome."""


class Plan(NamedTuple):
    """The steps that a run would take for one video."""

    video: Video
    steps: Sequence[Step]


@dataclass
class Run:
    """One run over some sources. `outcomes` has all outcomes so far, `finals` the final outcome of each video."""

    config: Config
    backends: Backends | None = None  # None: those that the configuration selects
    forced: frozenset[str] = frozenset()
    limit: int = 0  # maximum number of videos with work to do; 0: all
    since: date | None = None
    budget: Callable[[], bool] = lambda: False  # returns True when the time budget is used up
    upgrade: bool = False  # at the end, replace texts from automatic captions by speech recognition
    listener: Listener | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    finals: list[Outcome] = field(default_factory=list)
    left_out: list[download.LeftOut] = field(default_factory=list)  # files of the sources that are not taken
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        check_settings(self.config)
        self.library = Library(self.config.runtime.library)
        self.wrote_pages = False  # whether a page was written
        self._stages_due = False  # whether a stage of some talk has to run
        self._backends: Backends = self.backends or OpenedBackends(self.config, self._progress)
        self._worker = TalkWorker(self.config, self._backends, self._watch)

    def find(self, sources: Iterable[str]) -> list[Task]:
        """The talks of all sources, without duplicates.

        An invalid source raises `UsageError` if it is the only one; otherwise it becomes an outcome.
        """
        sources = download.expand_sources(sources)
        lister: download.Lister = self._backends.open(download.BACKEND)
        videos: dict[str, Video] = {}
        for source in sources:
            try:
                listing = lister.list_videos(source)
            except SummarizerError as error:
                if len(sources) == 1:
                    raise
                placeholder = Video(id="-" * 11, url=source, title=source, origin="feed", fingerprint="")
                self._end(outcomes.make_error_outcome(placeholder, "list", error))
                continue
            videos.update({video.id: video for video in listing.videos})
            self.left_out += listing.left_out
        return [Task(video, self.forced, self.since) for video in videos.values() if not self._too_old(video)]

    def _too_old(self, video: Video) -> bool:
        return bool(self.since and video.published and video.published < self.since)

    def _progress(self, share: float) -> None:
        if self.listener:
            self.listener.progress(share)

    def _watch(self, video: Video, stage: str, ahead: bool) -> None:
        if self.listener:
            self.listener.stage(video, stage, ahead)

    def plan(self, tasks: Iterable[Task]) -> list[Plan]:
        """The steps that a run would take for each talk; runs no stage."""
        return [Plan(task.video, self._worker.walk(task, plan=True).preview()) for task in tasks]

    def execute(self, tasks: Iterable[Task]) -> None:
        """Process every talk up to its final outcome. Interrupts are raised after the record of the run is written."""
        tasks = list(tasks)
        for folder in (self.config.runtime.library, self.config.runtime.digests):
            _require_writable(folder)  # before hours of work, not after
        try:
            pending = [task for task in tasks if not self._is_up_to_date(task)]
            if self.limit:
                pending = pending[: self.limit]
            if self._stages_due:
                self._check_backends()
            self._process(pending)
            if self.upgrade and not self.budget():
                upgrades = [self._as_upgrade(task) for task in tasks if self._needs_upgrade(task)]
                self._process(upgrades[: self.limit - len(pending)] if self.limit else upgrades)
        finally:
            self._close()

    def _check_backends(self) -> None:
        """Raise `UsageError` if the summarizer, which every talk needs, cannot be opened."""
        if problem := self._backends.problem(summarizer_backend(self.config)):
            raise UsageError(str(problem), problem.remedy)

    def _process(self, tasks: Sequence[Task]) -> None:
        if self.listener:
            self.listener.listed(len(tasks))
        for result in self._engine().run(tasks, self.budget):
            self._record(result)

    def _engine(self) -> Engine:
        runtime = self.config.runtime
        at_once = summarizer_backend(self.config).talks_at_once(runtime)
        return LocalEngine(self._worker, ahead=runtime.download_ahead, at_once=at_once)

    def _needs_upgrade(self, task: Task) -> bool:
        walk = self._worker.walk(Task(task.video), plan=True)
        walk.preview()
        return walk.upgrade_due

    def _as_upgrade(self, task: Task) -> Task:
        return Task(task.video, task.forced, task.since, upgrade=True)

    def _record(self, result: TaskResult) -> None:
        """Record the outcomes of a task; raises an error that ends the run."""
        if result.error and not isinstance(result.error, VideoError):
            raise result.error
        if result.task.upgrade and result.outcomes:
            self.finals = [outcome for outcome in self.finals if outcome.video_id != result.task.video.id]
        task_outcomes = result.outcomes
        if isinstance(result.error, VideoError) and not result.task.upgrade:
            task_outcomes = (outcomes.make_error_outcome(result.task.video, "run", result.error),)
        self.wrote_pages |= result.wrote_page
        self.outcomes += task_outcomes[:-1]
        if task_outcomes:
            self._end(task_outcomes[-1])

    def _is_up_to_date(self, task: Task) -> bool:
        """Whether a talk has no work to do, judged by its manifest without a lock; if so, record its outcome."""
        walk = self._worker.walk(task, plan=True)
        status: Status = "cached"
        code = reason = sha256 = ""
        try:
            sha256 = walk.run().find(PageFile).sha256
        except Refused as refused:
            status, code, reason = "refused", refused.code, refused.advice
        except Skipped as skipped:
            return self._skip(task, walk, skipped)
        except (WouldRunError, SummarizerError):
            self._stages_due = True
            return False
        page = publish.find_finished(walk.folder, self.config.runtime.digests, sha256)
        due = any(step.state.planned for step in walk.steps)
        if page is None or due:
            self._stages_due |= due
            return False
        self.outcomes += outcomes.list_stage_outcomes(task.video, walk.steps)
        self._end(outcomes.make_final_outcome(task.video, walk.steps, status, code, reason, str(page)))
        return True

    def _skip(self, task: Task, walk: Walk, skipped: Skipped) -> bool:
        """Record the outcome of a talk that the settings leave out, if nothing of it is to be downloaded first."""
        if any(step.state.planned for step in walk.steps):
            return False
        self._end(outcomes.make_error_outcome(task.video, "run", skipped))
        return True

    def _end(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.finals.append(outcome)
        if self.listener:
            self.listener.finished(outcome)

    def _close(self) -> None:
        digests = self.config.runtime.digests
        if self.finals and (self.wrote_pages or self._index_is_outdated()):
            publish.publish_index(self.library, digests, self.config.index, self.config.digest)
        if self.outcomes:
            self.library.record_run(self.outcomes, self.started)

    def _index_is_outdated(self) -> bool:
        """Whether the index lacks a page of this run: an abandoned talk may be published after its run has ended."""
        text = self.index.read_text(encoding="utf-8") if self.index.is_file() else ""
        targets = (link_target(Path(outcome.path).name, self.config.digest) for outcome in self.finals if outcome.path)
        return not text or any(f"({target})" not in text for target in targets)

    @property
    def index(self) -> Path:
        """The path of the page that lists all digests."""
        return self.config.runtime.digests / index_name(self.config.digest)

    @property
    def exit_code(self) -> int:
        """The exit code of the process; see `outcomes.exit_code`."""
        return outcomes.exit_code(self.finals)


def new_run(
    config: Config, forced: Iterable[str] = (), limit: int = 0, since: date | None = None, upgrade: bool = False
) -> Run:
    """A run with options of the command line; raises `UsageError` for invalid options."""
    unknown = sorted(set(forced) - set(stage_names()))
    if unknown:
        raise UsageError(f"--force {unknown[0]}: there is no such stage", f"Stages: {', '.join(stage_names())}.")
    if upgrade and config.transcribe.policy != "captions_then_whisper":
        raise UsageError(
            "--upgrade requires a policy that uses captions first",
            "Add --set transcribe.policy=captions_then_whisper.",
        )
    return Run(config, forced=frozenset(forced), limit=limit, since=since, upgrade=upgrade)


def _require_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StoreError(
            f"cannot write into the folder {folder}: {error.strerror}",
            "Choose another folder with --library or --digests, or free some space.",
        ) from None
