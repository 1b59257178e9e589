from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from summarizer.config import load
from summarizer.engines import FetchedTask, LocalEngine, Task, TaskResult
from summarizer.errors import Deferred
from summarizer.pipeline.worker import TalkWorker
from summarizer.records import Source, Video
from summarizer.store import Library
from tests.fake_backends import FakeBackends, make_video


class Worker(TalkWorker):
    """The real worker; `before` is called with each task before it is finished."""

    def __init__(
        self, root: Path, backends: FakeBackends | None = None, before: Callable[[Task], object] = lambda _task: None
    ) -> None:
        settings = load(overrides=[f"runtime.library='{root}/library'", f"runtime.digests='{root}/digests'"])
        super().__init__(settings, backends or FakeBackends())
        self.before = before

    def finish(self, fetched: FetchedTask) -> TaskResult:
        self.before(fetched.task)
        return super().finish(fetched)


def tasks(count: int) -> list[Task]:
    return [Task(make_video(number)) for number in range(count)]


def numbers(results: list[TaskResult]) -> list[str]:
    return sorted(result.task.video.id[-1] for result in results)


def threads_ended() -> bool:
    """Wait up to five seconds for all threads of the engine to end."""
    for _ in range(500):
        if not [thread for thread in threading.enumerate() if thread.name.startswith(("finish-", "fetch-"))]:
            return True
        time.sleep(0.01)
    return False


def never() -> bool:
    return False


@pytest.mark.parametrize(("ahead", "at_once"), [(1, 1), (2, 3), (16, 16)])
def test_every_talk_is_processed_once(tmp_path: Path, ahead: int, at_once: int) -> None:
    """For any numbers of threads; the threads end with the call."""
    results = list(LocalEngine(Worker(tmp_path), ahead, at_once).run(tasks(7), never))
    assert numbers(results) == list("0123456")
    assert all(result.outcomes[-1].status == "made" and result.error is None for result in results)
    assert threads_ended()


def test_talks_are_finished_in_parallel(tmp_path: Path) -> None:
    """Three talks wait for each other at a barrier; with fewer threads it would time out."""
    together = threading.Barrier(3, timeout=20)
    worker = Worker(tmp_path, before=lambda _task: together.wait())
    results = list(LocalEngine(worker, ahead=2, at_once=3).run(tasks(3), never))
    assert [result.error for result in results] == [None] * 3


def test_a_talk_is_locked_until_its_page_is_written(tmp_path: Path) -> None:
    """Another run can lock it only afterwards."""
    folder = Library(tmp_path / "library").folder("video-00000")

    def locked(_task: Task) -> None:
        with pytest.raises(Deferred, match="another run"), folder.lock():
            pass

    (result,) = LocalEngine(Worker(tmp_path, before=locked), ahead=1, at_once=1).run(tasks(1), never)
    assert Path(result.outcomes[-1].path).is_file()
    with folder.lock():
        pass


@pytest.mark.parametrize("error", [RuntimeError("bug"), KeyboardInterrupt()])
def test_an_error_of_a_worker_is_returned(tmp_path: Path, error: BaseException) -> None:
    """The caller gets the error, and the other talks are processed."""

    def before(task: Task) -> None:
        if task.video.id.endswith("0"):
            raise error

    results = list(LocalEngine(Worker(tmp_path, before=before), ahead=2, at_once=2).run(tasks(3), never))
    assert [result.error for result in results if result.error] == [error]
    assert numbers(results) == list("012")


def test_unfinished_talks_are_deferred_once_stopped(tmp_path: Path) -> None:
    """Talks in progress are abandoned, and no other talk starts."""
    stop, freed = threading.Event(), threading.Event()
    begun: list[str] = []

    def before(task: Task) -> None:
        begun.append(task.video.id[-1])
        if len(begun) == 2:
            stop.set()
            assert freed.wait(20)

    results = list(LocalEngine(Worker(tmp_path, before=before), ahead=1, at_once=1).run(tasks(5), stop.is_set))
    assert [getattr(result.error, "code", "") for result in results] == ["", "budget", "budget", "budget", "budget"]
    freed.set()
    assert threads_ended()
    assert len(begun) == 2


def test_a_caller_that_stops_iterating_stops_the_engine(tmp_path: Path) -> None:
    """As after a full disk, no further talk starts."""
    fetched: list[str] = []

    class Counting(FakeBackends):
        def download(self, video: Video, folder: Path) -> Source:
            fetched.append(video.id)
            return super().download(video, folder)

    for _ in LocalEngine(Worker(tmp_path, Counting()), ahead=1, at_once=1).run(tasks(9), never):
        break
    assert threads_ended()
    assert len(fetched) < 9


def test_tasks_and_results_can_be_pickled(tmp_path: Path) -> None:
    """An engine may send them to another process."""
    task = Task(make_video(), frozenset({"digest"}), date(2026, 1, 2), upgrade=False)
    (result,) = LocalEngine(Worker(tmp_path), 1, 1).run([Task(make_video())], never)
    assert (task, result) == (pickle.loads(pickle.dumps(task)), pickle.loads(pickle.dumps(result)))
