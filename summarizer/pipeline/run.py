"""A run: list the sources, bring every talk to its outcome, and account for each of them.

Every video ends in exactly one final outcome, whatever happens to it, and nothing that happens to one stops another.
What does stop a run: Ctrl-C, SIGTERM, the end of the time budget, a full disk. All of them leave the library whole,
and the next run continues from there.
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
from summarizer.digest import PageFile
from summarizer.engines import Done, Engine, LocalEngine, Task
from summarizer.errors import Refused, StoreError, SummarizerError, UsageError, VideoError
from summarizer.pipeline import outcomes, publish
from summarizer.pipeline.backends import Backends, OpenedBackends
from summarizer.pipeline.steps import Step, WouldRunError
from summarizer.pipeline.walk import STAGE_NAMES
from summarizer.pipeline.worker import TalkWorker
from summarizer.records import Outcome, Status, Video
from summarizer.store import Library
from summarizer.summarize import summarizer_backend


class Listener(Protocol):
    """What a front end may watch."""

    def listed(self, total: int) -> None:
        """So many videos have work to do."""

    def stage(self, video: Video, stage: str, ahead: bool) -> None:
        """A stage of a video starts, `ahead` of its turn or in it; may come from another thread."""

    def progress(self, share: float) -> None:
        """So much of the recording at hand is recognised, 0..1."""

    def finished(self, outcome: Outcome) -> None:
        """A video has its final outcome."""


class Plan(NamedTuple):
    """What a run would do with one talk."""

    video: Video
    steps: Sequence[Step]


@dataclass
class Run:
    """One invocation over some sources. `outcomes` grows as it goes; `finals` has the last one of every video."""

    config: Config
    backends: Backends | None = None  # None: those that the configuration names
    forced: frozenset[str] = frozenset()
    limit: int = 0  # work on at most so many videos; finished ones do not count. 0: all
    since: date | None = None
    budget: Callable[[], bool] = lambda: False  # True once no new work may start
    upgrade: bool = False  # at the end, recognise the speech of talks whose text is automatic captions for now
    listener: Listener | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    finals: list[Outcome] = field(default_factory=list)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.library = Library(self.config.runtime.library)
        self.worked = False  # whether any page was written
        self._backends: Backends = self.backends or OpenedBackends(self.config, self._progress)
        self._worker = TalkWorker(self.config, self._backends, self._watch)

    def find(self, sources: Iterable[str]) -> list[Task]:
        """All talks of the sources, each once. One bad source among several is an outcome; alone it is an error."""
        sources = list(sources)
        lister = self._backends.open(download.BACKEND)
        videos: dict[str, Video] = {}
        for source in sources:
            try:
                videos.update({video.id: video for video in lister.list_videos(source)})
            except SummarizerError as error:
                if len(sources) == 1:
                    raise
                nobody = Video(id="-" * 11, url=source, title=source, origin="feed", fingerprint="")
                self._end(outcomes.of_error(nobody, "list", error))
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
        """What a run would do with each talk; makes nothing."""
        return [Plan(task.video, self._worker.walk(task, plan=True).look()) for task in tasks]

    def execute(self, tasks: Iterable[Task]) -> None:
        """Bring every talk to its final outcome. Interrupts pass through after the record is written."""
        tasks = list(tasks)
        for folder in (self.config.runtime.library, self.config.runtime.digests):
            _require_writable(folder)  # before hours of work, not after
        try:
            waiting = [task for task in tasks if not self._done_already(task)]
            if self.limit:
                waiting = waiting[: self.limit]
            self._work_on(waiting)
            if self.upgrade and not self.budget():
                self._work_on([self._upgrade(task) for task in tasks if self._upgrade_due(task)])
        finally:
            self._close()

    def _work_on(self, tasks: Sequence[Task]) -> None:
        if self.listener:
            self.listener.listed(len(tasks))
        for done in self._engine().run(tasks, self.budget):
            self._account(done)

    def _engine(self) -> Engine:
        runtime = self.config.runtime
        at_once = summarizer_backend(self.config).talks_at_once(runtime)
        return LocalEngine(self._worker, ahead=runtime.download_ahead, at_once=at_once)

    def _upgrade_due(self, task: Task) -> bool:
        walk = self._worker.walk(task, plan=True)
        walk.look()
        return walk.upgrade_due

    def _upgrade(self, task: Task) -> Task:
        return Task(task.video, task.forced, task.since, upgrade=True)

    def _account(self, done: Done) -> None:
        """Take over what became of a task; raises what must end the run."""
        if done.error and not isinstance(done.error, VideoError):
            raise done.error
        if done.task.upgrade and done.outcomes:
            self.finals = [outcome for outcome in self.finals if outcome.video_id != done.task.video.id]
        found = done.outcomes
        if isinstance(done.error, VideoError) and not done.task.upgrade:
            found = (outcomes.of_error(done.task.video, "run", done.error),)
        self.worked |= done.worked
        self.outcomes += found[:-1]
        if found:
            self._end(found[-1])

    def _done_already(self, task: Task) -> bool:
        """Settle talks with nothing to do, from manifests alone, without a lock."""
        walk = self._worker.walk(task, plan=True)
        status: Status = "cached"
        code = reason = sha256 = ""
        try:
            sha256 = walk.run().find(PageFile).sha256
        except Refused as refused:
            status, code, reason = "refused", refused.code, str(refused)
        except (WouldRunError, SummarizerError):
            return False
        page = publish.published(walk.folder, self.config.runtime.digests, sha256)
        if page is None or any(step.state.planned for step in walk.steps):
            return False
        self.outcomes += outcomes.of_steps(task.video, walk.steps)
        self._end(outcomes.settled(task.video, walk.steps, status, code, reason, str(page)))
        return True

    def _end(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.finals.append(outcome)
        if self.listener:
            self.listener.finished(outcome)

    def _close(self) -> None:
        digests = self.config.runtime.digests
        if self.worked or (self.finals and not (digests / "index.md").is_file()):
            publish.publish_index(self.library, digests, self.config.index)
        if self.outcomes:
            self.library.record_run(self.outcomes, self.started)

    @property
    def exit_code(self) -> int:
        """What the process ends with; see `outcomes.exit_code`."""
        return outcomes.exit_code(self.finals)


def new_run(
    config: Config, forced: Iterable[str] = (), limit: int = 0, since: date | None = None, upgrade: bool = False
) -> Run:
    """A run with the options of a command line; raises `UsageError` for those that cannot be."""
    unknown = sorted(set(forced) - set(STAGE_NAMES))
    if unknown:
        raise UsageError(f"--force {unknown[0]}: there is no such stage", f"Stages are {', '.join(STAGE_NAMES)}.")
    if upgrade and config.transcribe.policy != "captions_then_whisper":
        raise UsageError(
            "--upgrade needs a policy that takes captions first",
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
            "Choose another with --library or --digests, or make room.",
        ) from None
