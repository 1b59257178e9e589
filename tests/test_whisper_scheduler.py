from __future__ import annotations

import threading
import time
import tracemalloc
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from summarizer.errors import Failed
from summarizer.transcribe.whisper.model import Phrase, WindowText
from summarizer.transcribe.whisper.plan import Plan
from summarizer.transcribe.whisper.scheduler import Request, Scheduler
from tests.media import write_audio


class FakeModel:
    """Says how long each window is, and remembers the batches."""

    def __init__(self, workers: int = 1, batch: int = 4) -> None:
        self.plan = Plan(workers=workers, threads=1, batch=batch)
        self.batch = batch
        self.batches: list[tuple[str, list[float]]] = []
        self.error: Exception | None = None

    def compute_features(self, samples: np.ndarray) -> Any:
        return samples

    def detect_languages(self, features: list[Any]) -> list[dict[str, float]]:
        return [{"de": 0.8, "en": 0.2} if number else {"de": 0.3, "en": 0.7} for number in range(len(features))]

    def recognise(self, features: list[Any], seconds: list[float], language: str, hotwords: str) -> list[WindowText]:
        self.batches.append((language, seconds))
        if self.error:
            raise self.error
        time.sleep(0.02 * (len(self.batches) % 3))  # later batches may be done before earlier ones
        return [WindowText(language, (Phrase(0, s, f"{s:g} s", ()),), 0.0, 0.0) for s in seconds]


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
def scheduler(model: FakeModel) -> Iterator[Scheduler]:
    opened = Scheduler(model)
    yield opened
    opened.close()


def wanted(path: Path, language: str = "en", hotwords: str = "") -> Request:
    return Request(path, language, hotwords, duration=None, vad=False)


def long_file(path: Path, seconds: float) -> Path:
    """Noise as WAV, written without an encoder."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        noise = np.random.default_rng(1).integers(-300, 300, 16_000, dtype=np.int16).tobytes()
        for _ in range(int(seconds)):
            file.writeframes(noise)
        file.writeframes(noise[: int(seconds % 1 * 16_000) * 2])
    return path


def texts(scheduler: Scheduler, job: Any) -> list[str]:
    return [heard.phrases[0].text for _, heard in scheduler.results(job)]


@pytest.mark.parametrize(("count", "largest"), [(33, 6), (16, 8), (17, 5), (3, 2)])
def test_known_windows_are_dealt_out_evenly(tmp_path: Path, count: int, largest: int) -> None:
    """No worker is left with a lone last window while the other idles."""
    model = FakeModel(workers=2, batch=8)
    scheduler = Scheduler(model)
    job = scheduler.submit(wanted(long_file(tmp_path / "a.wav", 30 * count)))
    while not job.complete:
        time.sleep(0.01)
    assert len(texts(scheduler, job)) == count
    sizes = sorted((len(seconds) for _, seconds in model.batches), reverse=True)
    assert sizes[:-1] == [largest] * (len(sizes) - 1)
    scheduler.close()


@pytest.mark.parametrize(("workers", "batch"), [(1, 1), (2, 2), (3, 8)])
def test_windows_come_in_order_and_all_of_them(tmp_path: Path, workers: int, batch: int) -> None:
    """However many workers take however large batches."""
    scheduler = Scheduler(FakeModel(workers, batch))
    job = scheduler.submit(wanted(long_file(tmp_path / "x.wav", 307.5)))
    found = [(window.stretches[0][0] / 16_000, heard.phrases[0].text) for window, heard in scheduler.results(job)]
    scheduler.close()
    assert [(30.0 * n, "30 s") for n in range(10)] + [(300.0, "7.5 s")] == found


def test_the_end_is_shared_among_the_workers(tmp_path: Path) -> None:
    """Four last windows are two for each of two workers, not four for one."""
    model = FakeModel(workers=2, batch=8)
    scheduler = Scheduler(model)
    texts(scheduler, scheduler.submit(wanted(long_file(tmp_path / "x.wav", 120))))
    scheduler.close()
    assert [len(seconds) for _, seconds in model.batches] == [2, 2]


def test_a_cpu_that_takes_over_gets_its_workers(tmp_path: Path, model: FakeModel, scheduler: Scheduler) -> None:
    """The plan for a GPU has few; after the fallback there is one for each core."""
    model.plan = Plan(workers=5, threads=1, batch=1)
    texts(scheduler, scheduler.submit(wanted(long_file(tmp_path / "x.wav", 60))))
    scheduler.close()
    assert len(scheduler._workers) == 5


def test_recordings_share_batches(tmp_path: Path, model: FakeModel, scheduler: Scheduler) -> None:
    """Short ones that were announced fill the batch of the one that is waited for."""
    paths = [long_file(tmp_path / f"{n}.wav", 2 + n) for n in range(4)]
    first, *others = [scheduler.submit(wanted(path)) for path in paths]
    while not all(job.complete for job in others):
        time.sleep(0.01)
    assert texts(scheduler, first) == ["2 s"]
    assert model.batches == [("en", [2.0, 3.0, 4.0, 5.0])]
    assert [texts(scheduler, job) for job in others] == [["3 s"], ["4 s"], ["5 s"]]
    assert len(model.batches) == 1


def test_other_hotwords_or_languages_do_not_share_a_batch(
    tmp_path: Path, model: FakeModel, scheduler: Scheduler
) -> None:
    """They have another prompt."""
    path = long_file(tmp_path / "x.wav", 2)
    jobs = [scheduler.submit(wanted(path, *how)) for how in (("en", ""), ("de", ""), ("en", "etcd"))]
    assert [texts(scheduler, job) for job in jobs] == [["2 s"]] * 3
    assert sorted(language for language, _ in model.batches) == ["de", "en", "en"]  # three batches, in any order


def test_nothing_is_recognised_before_somebody_waits(tmp_path: Path, model: FakeModel, scheduler: Scheduler) -> None:
    """An announced recording is read; the cores are left to whoever has work now."""
    job = scheduler.submit(wanted(long_file(tmp_path / "x.wav", 2)))
    while not job.complete:
        time.sleep(0.01)
    time.sleep(0.1)
    assert model.batches == []
    assert texts(scheduler, job) == ["2 s"]


def test_the_language_is_that_of_several_windows(tmp_path: Path, scheduler: Scheduler) -> None:
    """An English jingle does not make a German talk English."""
    job = scheduler.submit(wanted(long_file(tmp_path / "x.wav", 200), language=""))
    texts(scheduler, job)
    assert job.language == "de"


def test_a_broken_recording_fails_alone(tmp_path: Path, scheduler: Scheduler) -> None:
    """Its error comes where its result was to come; the others go on."""
    (tmp_path / "bad.wav").write_bytes(b"nonsense")
    bad = scheduler.submit(wanted(tmp_path / "bad.wav"))
    good = scheduler.submit(wanted(write_audio(tmp_path / "good.wav", seconds=3.0)))
    with pytest.raises(Failed, match=r"bad\.wav"):
        list(scheduler.results(bad))
    assert texts(scheduler, good) == ["3 s"]


def test_an_error_of_the_model_reaches_who_waits(tmp_path: Path, model: FakeModel, scheduler: Scheduler) -> None:
    """Instead of a wait without end."""
    model.error = RuntimeError("no memory")
    with pytest.raises(RuntimeError, match="no memory"):
        list(scheduler.results(scheduler.submit(wanted(long_file(tmp_path / "x.wav", 2)))))


def test_a_dropped_recording_is_read_no_further(tmp_path: Path, scheduler: Scheduler) -> None:
    """Its thread and its decoder end."""
    before = threading.active_count()
    job = scheduler.submit(wanted(long_file(tmp_path / "x.wav", 1200)))
    scheduler.drop(job)
    deadline = time.monotonic() + 60
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() <= before
    assert not job.complete


def test_memory_does_not_grow_with_the_length(tmp_path: Path, scheduler: Scheduler) -> None:
    """Half an hour more of sound, 58 MB of it as s16, is not held anywhere, from the decoder to the windows."""
    peaks = []
    for number, minutes in enumerate((2, 4, 34)):  # the first run loads what is loaded once
        path = long_file(tmp_path / f"{number}.wav", 60 * minutes)
        tracemalloc.start()
        job = scheduler.submit(Request(path, "en", "", None, vad=True))
        list(scheduler.results(job))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        scheduler.drop(job)
    assert peaks[2] - peaks[1] < 5_000_000
