"""A run: list the sources, walk every talk, publish the pages, and account for each of them.

Every video ends in exactly one final outcome, whatever happens to it, and nothing that happens to one stops another.
What does stop a run: Ctrl-C, SIGTERM, the end of the time budget, a full disk. All of them leave the library whole,
and the next run goes on from there.
"""

from __future__ import annotations

import contextlib
import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from summarizer.config import Config
from summarizer.engines import local
from summarizer.errors import Refused, StoreError, SummarizerError, Unavailable, VideoError
from summarizer.pipeline import outcomes, publish
from summarizer.pipeline.backends import OpenedBackends
from summarizer.pipeline.steps import Step, WouldRunError
from summarizer.pipeline.walk import Talk
from summarizer.records import Outcome, Source, Video
from summarizer.store.library import Entry, Library

log = logging.getLogger(__name__)


_WAITING = [
    Step(
        "transcribe",
        "",
        "waits",
        "the text is automatic captions; a night with time left recognises the speech",
    )
]


class Listener(Protocol):
    """What a front end may watch."""

    def listed(self, total: int) -> None:
        """So many videos have work to do."""

    def stage(self, video: Video, stage: str) -> None:
        """A stage of a video starts; may come from a download thread."""

    def progress(self, share: float) -> None:
        """So much of the recording at hand is heard, 0..1."""

    def finished(self, outcome: Outcome) -> None:
        """A video has its final outcome."""


@dataclass
class Run:
    """One invocation over some sources. `outcomes` grows as it goes; `finals` has the last one of every video."""

    config: Config
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
        self.backends = OpenedBackends(self.config, self._progress)
        self.worked = False  # whether any page was written

    def find(self, sources: Iterable[str]) -> list[Talk]:
        """All talks of the sources, each once. One bad source among several is an outcome; alone it is an error."""
        sources = list(sources)
        videos: dict[str, Video] = {}
        for source in sources:
            try:
                videos.update({video.id: video for video in self.backends.downloader.list_videos(source)})
            except SummarizerError as error:
                if len(sources) == 1:
                    raise
                nobody = Video(id="-" * 11, url=source, title=source, origin="feed", fingerprint="")
                self._end(outcomes.of_error(nobody, "list", error))
        old = [v for v in videos.values() if self.since and v.published and v.published < self.since]
        return [self._talk(video) for video in videos.values() if video not in old]

    def _talk(self, video: Video) -> Talk:
        return Talk(
            video,
            self.library.folder(video.id),
            self.config,
            self.backends,
            forced=self.forced,
            watch=self._watch,
        )

    def _progress(self, share: float) -> None:
        if self.listener:
            self.listener.progress(share)

    def _watch(self, video: Video, stage: str) -> None:
        if self.listener:
            self.listener.stage(video, stage)

    def plan(self, talks: Iterable[Talk]) -> list[tuple[Talk, list[Step]]]:
        """What a run would do with each talk; makes nothing."""
        plans = []
        for talk in talks:
            look = replace(talk, dry=True, steps=[])
            with contextlib.suppress(WouldRunError, VideoError):
                look.walk()
                look.steps += _WAITING if talk.upgrade_due() else []
            plans.append((talk, look.steps))
        return plans

    def execute(self, talks: Iterable[Talk]) -> None:
        """Bring every talk to its final outcome. Interrupts pass through after the record is written."""
        talks = list(talks)
        for folder in (self.config.runtime.library, self.config.runtime.digests):
            _require_writable(folder)  # before hours of work, not after
        try:
            waiting = [talk for talk in talks if not self._done_already(talk)]
            if self.limit:
                waiting = waiting[: self.limit]
            if self.listener:
                self.listener.listed(len(waiting))
            for item in self._walked(waiting):
                self._finish(item)
            if self.upgrade:
                self._upgrade_all(talks)
        finally:
            self._close()

    def _walked(self, talks: list[Talk]) -> Iterator[local.Item]:
        runtime = self.config.runtime
        # Every talk has at least one question for a language model at any time, so that these fill its batches.
        at_once = 1 if self.config.summarize.backend == "extractive" else runtime.llm_batch
        return local.walked(talks, self._walk, ahead=runtime.download_ahead, at_once=at_once, stopped=self.budget)

    def _walk(self, talk: Talk) -> Entry:
        """A talk's digest; several at once, in threads of the engine."""
        self._check_date(talk)
        return talk.walk()

    def _upgrade_all(self, talks: Iterable[Talk]) -> None:
        """Replace automatic captions by speech recognition, in what is left of the budget."""
        due = [replace(talk, upgrade=True, steps=[]) for talk in talks if not self.budget() and talk.upgrade_due()]
        if self.listener:
            self.listener.listed(len(due))
        for item in self._walked(due):
            self._upgrade(item)

    def _upgrade(self, item: local.Item) -> None:
        """One talk's speech; whatever goes wrong, the digest from captions and its outcome stay as they are."""
        talk = item.talk
        try:
            path = self._publish(item)
        except StoreError:
            raise
        except Exception as error:
            if not self.budget():
                log.warning("the text of %s stays automatic captions: %s", talk.video.id, error)
            return
        if any(step.state == "made" for step in talk.steps):
            self.worked = True
            self.finals = [outcome for outcome in self.finals if outcome.video_id != talk.video.id]
            self._settle(talk, "made", reason="speech recognition in place of automatic captions", path=str(path))

    def _publish(self, item: local.Item) -> Path:
        """The page of a talk that was walked; raises what ended its walk."""
        if item.error is not None:
            raise item.error
        assert item.digest is not None  # noqa: S101 - a walk ends in the one or the other
        return publish.publish_digest(item.talk, item.digest, self.config.runtime.digests)

    def _done_already(self, talk: Talk) -> bool:
        """Settle talks with nothing to do, from manifests alone, without a lock."""
        look = replace(talk, dry=True, steps=[])
        try:
            entry = look.walk()
            published = talk.folder.manifest.published
            if not (published and published.sha256 == entry.digest and self._page(published.name).is_file()):
                return False
            self._settle(look, "cached", path=str(self._page(published.name)))
        except Refused as refused:
            published = talk.folder.manifest.published
            if not (published and self._page(published.name).is_file()):
                return False
            self._settle(look, "refused", refused.code, str(refused), str(self._page(published.name)))
        except (WouldRunError, SummarizerError):
            return False
        return True

    def _page(self, name: str) -> Path:
        return self.config.runtime.digests / name

    def _finish(self, item: local.Item) -> None:
        talk = item.talk
        try:
            path = self._publish(item)
            self.worked = True
            made = any(step.state == "made" for step in talk.steps)
            self._settle(talk, "made" if made else "cached", path=str(path))
        except Refused as refused:
            path = publish.publish_refusal(talk, refused, self.config.runtime.digests)
            self.worked = True
            self._settle(talk, "refused", refused.code, str(refused), str(path))
        except StoreError:
            raise
        except Exception as error:
            if not isinstance(error, SummarizerError):
                log.error("unexpected error in %s", talk.video.id, exc_info=error)
            steps = list(talk.steps)  # of a walk that goes on, when the budget is used up
            self.outcomes += outcomes.of_steps(talk.video, steps)
            self._end(outcomes.of_error(talk.video, steps[-1].stage if steps else "download", error))

    def _check_date(self, talk: Talk) -> None:
        """Flat listings seldom know the date, so it is looked at again once the metadata are there."""
        source: Source | None = talk.source() if self.since else None
        if self.since and source and source.published and source.published < self.since:
            raise Unavailable("before_since", f"published {source.published}, before {self.since}")

    def _settle(self, talk: Talk, status: str, code: str = "", reason: str = "", path: str = "") -> None:
        self.outcomes += outcomes.of_steps(talk.video, talk.steps)
        self._end(outcomes.settled(talk.video, talk.steps, status, code, reason, path))

    def _end(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.finals.append(outcome)
        if self.listener:
            self.listener.finished(outcome)

    def _close(self) -> None:
        digests = self.config.runtime.digests
        if self.worked or (self.finals and not (digests / "index.md").is_file()):
            publish.publish_index(self.library, digests, self.config.digest)
        if self.outcomes:
            self.library.record_run(self.outcomes, self.started)

    @property
    def exit_code(self) -> int:
        """What the process ends with; see `outcomes.exit_code`."""
        return outcomes.exit_code(self.finals)


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
