from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from summarizer.config import load
from summarizer.engines.local import walked
from summarizer.errors import Deferred
from summarizer.pipeline.walk import Talk
from summarizer.records import Video
from summarizer.store.library import Library
from tests.fake_backends import FakeBackends, make_video


def talks(root: Path, count: int, backends: FakeBackends | None = None) -> list[Talk]:
    library, config = Library(root), load(overrides=[f"runtime.library='{root}'"])
    videos = [make_video(number) for number in range(count)]
    return [Talk(video, library.folder(video.id), config, backends or FakeBackends()) for video in videos]


def numbers(items: list[Any]) -> list[str]:
    return sorted(item.talk.video.id[-1] for item in items)


def ended() -> bool:
    """Whether all threads of the engine have gone home, within seconds."""
    for _ in range(500):
        if not [thread for thread in threading.enumerate() if thread.name.startswith(("walk", "download"))]:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize(("ahead", "at_once"), [(1, 1), (2, 3), (16, 16)])
def test_every_talk_is_walked_once(tmp_path: Path, ahead: int, at_once: int) -> None:
    """Whatever the numbers; the threads end with the pass."""
    found = list(walked(talks(tmp_path, 7), Talk.walk, ahead=ahead, at_once=at_once, stopped=lambda: False))
    assert numbers(found) == list("0123456")
    assert all(item.digest and item.error is None for item in found)
    assert ended()


def test_so_many_are_walked_side_by_side(tmp_path: Path) -> None:
    """Three walks meet; with fewer at once they would wait for one another in vain."""
    together = threading.Barrier(3, timeout=20)

    def walk(talk: Talk) -> Any:
        together.wait()
        return talk.walk()

    found = list(walked(talks(tmp_path, 3), walk, ahead=2, at_once=3, stopped=lambda: False))
    assert [item.error for item in found] == [None] * 3


def test_a_talk_is_locked_until_the_caller_is_done_with_it(tmp_path: Path) -> None:
    """Another run cannot take it up while its page is written, and can afterwards."""
    items = walked(talks(tmp_path, 1), Talk.walk, ahead=1, at_once=1, stopped=lambda: False)
    folder = next(items).talk.folder
    with pytest.raises(Deferred, match="another run"), folder.lock():
        pass
    assert list(items) == []
    with folder.lock():
        pass


@pytest.mark.parametrize("error", [RuntimeError("bug"), KeyboardInterrupt()])
def test_what_ends_a_walk_is_handed_over(tmp_path: Path, error: BaseException) -> None:
    """It is the caller's to judge, and the others are walked."""

    def walk(talk: Talk) -> Any:
        if talk.video.id.endswith("0"):
            raise error
        return talk.walk()

    found = list(walked(talks(tmp_path, 3), walk, ahead=2, at_once=2, stopped=lambda: False))
    assert [item.error for item in found if item.error] == [error]
    assert numbers(found) == list("012")


def test_once_stopped_the_rest_is_put_off_within_moments(tmp_path: Path) -> None:
    """Talks in flight too, which are left to themselves; none begins after that."""
    stop, freed = threading.Event(), threading.Event()
    begun: list[str] = []

    def walk(talk: Talk) -> Any:
        begun.append(talk.video.id[-1])
        if len(begun) == 2:
            stop.set()
            assert freed.wait(20)
        return talk.walk()

    found = list(walked(talks(tmp_path, 5), walk, ahead=1, at_once=1, stopped=stop.is_set))
    assert [getattr(item.error, "code", "") for item in found] == ["", "budget", "budget", "budget", "budget"]
    freed.set()
    assert ended()
    assert len(begun) == 2


def test_a_caller_that_has_seen_enough_ends_the_pass(tmp_path: Path) -> None:
    """As a full disk does: no further talk is taken up."""
    fetched: list[str] = []

    class Counting(FakeBackends):
        def download(self, video: Video, folder: Path) -> Any:
            fetched.append(video.id)
            return super().download(video, folder)

    items = walked(talks(tmp_path, 9, Counting()), Talk.walk, ahead=1, at_once=1, stopped=lambda: False)
    next(items)
    items.close()  # type: ignore[attr-defined]
    assert ended()
    assert len(fetched) < 9
