from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from summarizer.config import load
from summarizer.engines import Done, Fetched, LocalEngine, Task
from summarizer.errors import Deferred
from summarizer.pipeline.worker import TalkWorker
from summarizer.records import Source, Video
from summarizer.store import Library
from tests.fake_backends import FakeBackends, make_video


class Worker(TalkWorker):
    """The real worker; `before` is called with each task as it is about to be finished."""

    def __init__(
        self, root: Path, backends: FakeBackends | None = None, before: Callable[[Task], object] = lambda _task: None
    ) -> None:
        settings = load(overrides=[f"runtime.library='{root}/library'", f"runtime.digests='{root}/digests'"])
        super().__init__(settings, backends or FakeBackends())
        self.before = before

    def finish(self, fetched: Fetched) -> Done:
        self.before(fetched.task)
        return super().finish(fetched)


def tasks(count: int) -> list[Task]:
    return [Task(make_video(number)) for number in range(count)]


def numbers(found: list[Done]) -> list[str]:
    return sorted(done.task.video.id[-1] for done in found)


def ended() -> bool:
    """Whether all threads of the engine have ended, within seconds."""
    for _ in range(500):
        if not [thread for thread in threading.enumerate() if thread.name.startswith(("finish-", "fetch-"))]:
            return True
        time.sleep(0.01)
    return False


def never() -> bool:
    return False


@pytest.mark.parametrize(("ahead", "at_once"), [(1, 1), (2, 3), (16, 16)])
def test_every_talk_is_worked_on_once(tmp_path: Path, ahead: int, at_once: int) -> None:
    """Whatever the numbers; the threads end with the pass."""
    found = list(LocalEngine(Worker(tmp_path), ahead, at_once).run(tasks(7), never))
    assert numbers(found) == list("0123456")
    assert all(done.outcomes[-1].status == "made" and done.error is None for done in found)
    assert ended()


def test_so_many_are_finished_side_by_side(tmp_path: Path) -> None:
    """Three talks meet; with fewer at once they would wait for one another in vain."""
    together = threading.Barrier(3, timeout=20)
    worker = Worker(tmp_path, before=lambda _task: together.wait())
    found = list(LocalEngine(worker, ahead=2, at_once=3).run(tasks(3), never))
    assert [done.error for done in found] == [None] * 3


def test_a_talk_is_locked_until_its_page_is_written(tmp_path: Path) -> None:
    """Another run cannot take it up before, and can afterwards."""
    folder = Library(tmp_path / "library").folder("video-00000")

    def locked(_task: Task) -> None:
        with pytest.raises(Deferred, match="another run"), folder.lock():
            pass

    (done,) = LocalEngine(Worker(tmp_path, before=locked), ahead=1, at_once=1).run(tasks(1), never)
    assert Path(done.outcomes[-1].path).is_file()
    with folder.lock():
        pass


@pytest.mark.parametrize("error", [RuntimeError("bug"), KeyboardInterrupt()])
def test_what_ends_a_worker_is_handed_over(tmp_path: Path, error: BaseException) -> None:
    """It is the caller's to judge, and the other talks are worked on."""

    def before(task: Task) -> None:
        if task.video.id.endswith("0"):
            raise error

    found = list(LocalEngine(Worker(tmp_path, before=before), ahead=2, at_once=2).run(tasks(3), never))
    assert [done.error for done in found if done.error] == [error]
    assert numbers(found) == list("012")


def test_once_stopped_the_rest_is_put_off_within_moments(tmp_path: Path) -> None:
    """Talks in flight too, which are left to themselves; none begins after that."""
    stop, freed = threading.Event(), threading.Event()
    begun: list[str] = []

    def before(task: Task) -> None:
        begun.append(task.video.id[-1])
        if len(begun) == 2:
            stop.set()
            assert freed.wait(20)

    found = list(LocalEngine(Worker(tmp_path, before=before), ahead=1, at_once=1).run(tasks(5), stop.is_set))
    assert [getattr(done.error, "code", "") for done in found] == ["", "budget", "budget", "budget", "budget"]
    freed.set()
    assert ended()
    assert len(begun) == 2


def test_a_caller_that_has_seen_enough_ends_the_pass(tmp_path: Path) -> None:
    """As a full disk does: no further talk is taken up."""
    fetched: list[str] = []

    class Counting(FakeBackends):
        def download(self, video: Video, folder: Path) -> Source:
            fetched.append(video.id)
            return super().download(video, folder)

    for _ in LocalEngine(Worker(tmp_path, Counting()), ahead=1, at_once=1).run(tasks(9), never):
        break
    assert ended()
    assert len(fetched) < 9


def test_tasks_and_their_ends_can_be_sent_to_another_process(tmp_path: Path) -> None:
    """What goes into an engine and what comes out of it survives pickling."""
    task = Task(make_video(), frozenset({"digest"}), date(2026, 1, 2), upgrade=False)
    (done,) = LocalEngine(Worker(tmp_path), 1, 1).run([Task(make_video())], never)
    assert (task, done) == (pickle.loads(pickle.dumps(task)), pickle.loads(pickle.dumps(done)))
