"""The worker: download, process and publish one talk, and return its outcomes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path

from summarizer.config import Config
from summarizer.digest import describe_sound
from summarizer.engines import FetchedTask, Task, TaskResult
from summarizer.errors import Refused, Skipped, StoreError, SummarizerError
from summarizer.pipeline import outcomes, publish
from summarizer.pipeline.backends import Backends
from summarizer.pipeline.steps import State
from summarizer.pipeline.walk import Walk
from summarizer.records import Source, Transcript, Video
from summarizer.store import Library

log = logging.getLogger(__name__)

Watch = Callable[[Video, str, bool], None]  # called when a stage starts: video, stage, whether in advance


class TalkWorker:
    """A `Worker` with the settings and back ends of a run; thread-safe."""

    def __init__(self, config: Config, backends: Backends, watch: Watch = lambda _video, _stage, _ahead: None) -> None:
        self._config = config
        self._backends = backends
        self._watch = watch
        self._library = Library(config.runtime.library)

    def walk(self, task: Task, plan: bool = False) -> Walk:
        """A walk for the task's talk."""
        return Walk(
            task.video,
            self._library.folder(task.video.id),
            self._config,
            self._backends,
            forced=task.forced,
            plan=plan,
            upgrade=task.upgrade,
            watch=self._watch,
        )

    def fetch(self, task: Task) -> FetchedTask:
        """Lock the talk, store its entry of the listing, and download what it needs."""
        fetched = FetchedTask(task)
        try:
            walk = fetched.walk = self.walk(task)
            walk.ahead = True
            fetched.locks.enter_context(walk.folder.lock())
            walk.folder.update(video=task.video)
            if task.since:
                _refuse_older(walk.download(), task.since)
            walk.prepare()
            walk.ahead = False
        except Exception as error:  # handled by `finish`; an error in one talk must not stop the run
            fetched.error = error
        return fetched

    def finish(self, fetched: FetchedTask) -> TaskResult:
        """Process and publish the talk. Errors of the talk become its outcome; raises only `StoreError`."""
        with fetched.locks:
            return self._upgrade(fetched) if fetched.task.upgrade else self._make_digest(fetched)

    def _make_digest(self, fetched: FetchedTask) -> TaskResult:
        task, walk = fetched.task, fetched.walk
        digests = self._config.runtime.digests
        try:
            try:
                path = self._publish(fetched)
                made = any(step.state == State.MADE for step in walk.steps)
                final = outcomes.make_final_outcome(
                    task.video,
                    walk.steps,
                    "made" if made else "cached",
                    reason=" ".join(describe_sound(walk.values[Transcript])) if made else "",
                    path=str(path),
                )
            except Refused as refused:
                path = publish.publish_refusal(
                    walk.folder, task.video, walk.find_source(), refused, digests, self._config.digest
                )
                final = outcomes.make_final_outcome(
                    task.video, walk.steps, "refused", refused.code, refused.advice, str(path)
                )
        except StoreError:
            raise
        except Exception as error:
            if not isinstance(error, SummarizerError):
                log.error("unexpected error in video %s", task.video.id, exc_info=error)
            steps = walk.steps if walk else []
            stage = (walk.running if walk else "") or "download"
            final = outcomes.make_error_outcome(task.video, stage, error)
            return TaskResult(task, (*outcomes.list_stage_outcomes(task.video, steps), final))
        return TaskResult(task, (*outcomes.list_stage_outcomes(task.video, walk.steps), final), wrote_page=True)

    def _upgrade(self, fetched: FetchedTask) -> TaskResult:
        """Replace the text of a talk by recognised speech; if this fails, its digest and outcome stay unchanged."""
        task, walk = fetched.task, fetched.walk
        try:
            path = self._publish(fetched)
        except StoreError:
            raise
        except Exception as error:
            bug = None if isinstance(error, SummarizerError) else error
            log.warning("%s keeps its text from automatic captions: %s", task.video.id, error, exc_info=bug)
            return TaskResult(task)
        if not walk.values[Transcript].recognised:
            return TaskResult(task)
        reason = "speech recognition in place of automatic captions"
        final = outcomes.make_final_outcome(task.video, walk.steps, "made", reason=reason, path=str(path))
        return TaskResult(task, (*outcomes.list_stage_outcomes(task.video, walk.steps), final), wrote_page=True)

    def _publish(self, fetched: FetchedTask) -> Path:
        """Process a talk and publish its page; raises the error of fetching or of the walk."""
        if fetched.error is not None:
            raise fetched.error
        walk: Walk = fetched.walk
        return publish.publish_digest(walk.folder, walk.run(), self._config.runtime.digests)


def _refuse_older(source: Source, since: date) -> None:
    """Apply `--since` again after the download: most listings do not have the date."""
    if source.published and source.published < since:
        raise Skipped("before_since", f"published {source.published}, before {since}")
