"""What a run does with one talk: fetch, walk, publish, and account for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path

from summarizer.config import Config
from summarizer.engines import Done, Fetched, Task
from summarizer.errors import Refused, StoreError, SummarizerError, Unavailable
from summarizer.pipeline import outcomes, publish
from summarizer.pipeline.backends import Backends
from summarizer.pipeline.steps import State
from summarizer.pipeline.walk import Walk
from summarizer.records import Video
from summarizer.store import Library

log = logging.getLogger(__name__)

Watch = Callable[[Video, str, bool], None]  # a stage of a video starts; whether it is fetched ahead


class TalkWorker:
    """A `Worker` with the settings and the back ends of a run, for any number of threads."""

    def __init__(self, config: Config, backends: Backends, watch: Watch = lambda _video, _stage, _ahead: None) -> None:
        self._config = config
        self._backends = backends
        self._watch = watch
        self._library = Library(config.runtime.library)

    def walk(self, task: Task, ahead: list[bool] | None = None, plan: bool = False) -> Walk:
        """A walk over the task's talk; `ahead` holds whether it is still being fetched."""
        return Walk(
            task.video,
            self._library.folder(task.video.id),
            self._config,
            self._backends,
            forced=task.forced,
            plan=plan,
            upgrade=task.upgrade,
            watch=lambda video, stage: self._watch(video, stage, bool(ahead and ahead[0])),
        )

    def fetch(self, task: Task) -> Fetched:
        """Lock the talk, note what the listing says of it, and fetch what it needs."""
        fetched = Fetched(task)
        ahead = [True]
        try:
            walk = fetched.walk = self.walk(task, ahead)
            fetched.locks.enter_context(walk.folder.lock())
            walk.folder.note(video=task.video)
            walk.prepare()
        except Exception as error:  # judged by `finish`; a bug in one talk must not end the others
            fetched.error = error
        ahead[0] = False
        return fetched

    def finish(self, fetched: Fetched) -> Done:
        """Walk and publish; whatever goes wrong with this talk is its outcome. Raises `StoreError`."""
        with fetched.locks:
            return self._upgraded(fetched) if fetched.task.upgrade else self._finished(fetched)

    def _finished(self, fetched: Fetched) -> Done:
        task, walk = fetched.task, fetched.walk
        digests = self._config.runtime.digests
        try:
            path = self._published(fetched)
            made = any(step.state == State.MADE for step in walk.steps)
            final = outcomes.settled(task.video, walk.steps, "made" if made else "cached", path=str(path))
        except Refused as refused:
            path = publish.publish_refusal(
                walk.folder, task.video, walk.source(), refused, digests, self._config.digest
            )
            final = outcomes.settled(task.video, walk.steps, "refused", refused.code, str(refused), str(path))
        except StoreError:
            raise
        except Exception as error:
            if not isinstance(error, SummarizerError):
                log.error("unexpected error in %s", task.video.id, exc_info=error)
            steps = walk.steps if walk else []
            final = outcomes.of_error(task.video, steps[-1].stage if steps else "download", error)
            return Done(task, (*outcomes.of_steps(task.video, steps), final))
        return Done(task, (*outcomes.of_steps(task.video, walk.steps), final), worked=True)

    def _upgraded(self, fetched: Fetched) -> Done:
        """A talk whose speech was recognised; whatever goes wrong, its digest and outcome stay as they are."""
        task, walk = fetched.task, fetched.walk
        try:
            path = self._published(fetched)
        except StoreError:
            raise
        except Exception as error:
            log.warning("the text of %s stays automatic captions: %s", task.video.id, error)
            return Done(task)
        if not any(step.state == State.MADE for step in walk.steps):
            return Done(task)
        reason = "speech recognition in place of automatic captions"
        final = outcomes.settled(task.video, walk.steps, "made", reason=reason, path=str(path))
        return Done(task, (*outcomes.of_steps(task.video, walk.steps), final), worked=True)

    def _published(self, fetched: Fetched) -> Path:
        """The page of a talk, walked and published; raises what ended the fetching or the walk."""
        if fetched.error is not None:
            raise fetched.error
        walk: Walk = fetched.walk
        _refuse_older(walk, fetched.task.since)
        return publish.publish_digest(walk.folder, walk.run(), self._config.runtime.digests)


def _refuse_older(walk: Walk, since: date | None) -> None:
    """Listings seldom know the date, so it is looked at again once the metadata are there."""
    source = walk.source() if since else None
    if since and source and source.published and source.published < since:
        raise Unavailable("before_since", f"published {source.published}, before {since}")
