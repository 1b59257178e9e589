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
from summarizer.transcribe.whisper.jobs import Request
from summarizer.transcribe.whisper.network.alignment import TimedWord
from summarizer.transcribe.whisper.network.model import WindowText
from summarizer.transcribe.whisper.network.plan import Plan
from summarizer.transcribe.whisper.scheduler import Scheduler
from tests.media import write_audio


class FakeModel:
    """Returns the duration of each window as its text, and records the batches."""

    def __init__(self, workers: int = 1, batch: int = 4) -> None:
        self.plan = Plan(workers=workers, threads=1, batch=batch)
        self.batch = batch
        self.batches: list[tuple[str, list[float]]] = []
        self.error: Exception | None = None

    def compute_features(self, samples: np.ndarray) -> Any:
        return samples

    def detect_languages(self, features: list[Any]) -> list[dict[str, float]]:
        return [{"de": 0.8, "en": 0.2} if number else {"de": 0.3, "en": 0.7} for number in range(len(features))]

    def recognise(
        self, features: list[Any], seconds: list[float], language: str, hotwords: str, safe: bool
    ) -> list[WindowText]:
        self.batches.append((language, seconds))
        if self.error:
            raise self.error
        time.sleep(0.02 * (len(self.batches) % 3))  # so that later batches may finish before earlier ones
        return [WindowText(language, (TimedWord(0, s, f"{s:g} s", 1.0),), 0.0) for s in seconds]


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
def scheduler(model: FakeModel) -> Iterator[Scheduler]:
    opened = Scheduler(model)
    yield opened
    opened.close()


def request(path: Path, language: str = "en", hotwords: str = "") -> Request:
    return Request(path, language, hotwords, duration=None, vad=False)


def long_file(path: Path, seconds: float) -> Path:
    """Write noise as a WAV file, without an encoder."""
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
    return [result.words[0].text for result in scheduler.results(job)]


@pytest.mark.parametrize(("count", "largest"), [(33, 6), (16, 8), (17, 5), (3, 2)])
def test_the_windows_of_a_decoded_recording_are_divided_evenly(tmp_path: Path, count: int, largest: int) -> None:
    """Batches have the same size, so that no worker is idle while another has a last window."""
    model = FakeModel(workers=2, batch=8)
    scheduler = Scheduler(model)
    job = scheduler.submit(request(long_file(tmp_path / "a.wav", 30 * count)))
    while not job.complete:
        time.sleep(0.01)
    assert len(texts(scheduler, job)) == count
    sizes = sorted((len(seconds) for _, seconds in model.batches), reverse=True)
    assert sizes[:-1] == [largest] * (len(sizes) - 1)
    scheduler.close()


@pytest.mark.parametrize(("workers", "batch"), [(1, 1), (2, 2), (3, 8)])
def test_all_windows_are_returned_in_order(tmp_path: Path, workers: int, batch: int) -> None:
    """This holds for any number of workers and any batch size."""
    scheduler = Scheduler(FakeModel(workers, batch))
    job = scheduler.submit(request(long_file(tmp_path / "x.wav", 307.5)))
    windows = [(result.window.stretches[0][0] / 16_000, result.words[0].text) for result in scheduler.results(job)]
    scheduler.close()
    assert [(30.0 * n, "30 s") for n in range(10)] + [(300.0, "7.5 s")] == windows


def test_the_last_windows_are_divided_among_the_workers(tmp_path: Path) -> None:
    """Each of two workers gets two of the last four windows."""
    model = FakeModel(workers=2, batch=8)
    scheduler = Scheduler(model)
    texts(scheduler, scheduler.submit(request(long_file(tmp_path / "x.wav", 120))))
    scheduler.close()
    assert [len(seconds) for _, seconds in model.batches] == [2, 2]


def test_a_fallback_to_the_cpu_starts_more_workers(tmp_path: Path, model: FakeModel, scheduler: Scheduler) -> None:
    """When the plan has more workers after a batch, the scheduler starts them."""
    model.plan = Plan(workers=5, threads=1, batch=1)
    texts(scheduler, scheduler.submit(request(long_file(tmp_path / "x.wav", 60))))
    scheduler.close()
    assert len(scheduler._workers) == 5


def test_recordings_share_batches(tmp_path: Path, model: FakeModel, scheduler: Scheduler) -> None:
    """Windows of submitted recordings fill the batch of the recording whose result is awaited."""
    paths = [long_file(tmp_path / f"{n}.wav", 2 + n) for n in range(4)]
    first, *later = [scheduler.submit(request(path)) for path in paths]
    while not all(job.complete for job in later):
        time.sleep(0.01)
    assert texts(scheduler, first) == ["2 s"]
    assert model.batches == [("en", [2.0, 3.0, 4.0, 5.0])]
    assert [texts(scheduler, job) for job in later] == [["3 s"], ["4 s"], ["5 s"]]
    assert len(model.batches) == 1


def test_different_hotwords_or_languages_do_not_share_a_batch(
    tmp_path: Path, model: FakeModel, scheduler: Scheduler
) -> None:
    """Their prompts differ, so three recordings need three batches."""
    path = long_file(tmp_path / "x.wav", 2)
    jobs = [scheduler.submit(request(path, *options)) for options in (("en", ""), ("de", ""), ("en", "etcd"))]
    assert [texts(scheduler, job) for job in jobs] == [["2 s"]] * 3
    assert sorted(language for language, _ in model.batches) == ["de", "en", "en"]  # in any order


def test_nothing_is_recognised_before_a_result_is_awaited(
    tmp_path: Path, model: FakeModel, scheduler: Scheduler
) -> None:
    """A submitted recording is decoded but not recognised, to leave the cores to other work."""
    job = scheduler.submit(request(long_file(tmp_path / "x.wav", 2)))
    while not job.complete:
        time.sleep(0.01)
    time.sleep(0.1)
    assert model.batches == []
    assert texts(scheduler, job) == ["2 s"]


def test_the_language_is_detected_in_several_windows(tmp_path: Path, scheduler: Scheduler) -> None:
    """An English window at the start does not make a German talk English."""
    job = scheduler.submit(request(long_file(tmp_path / "x.wav", 200), language=""))
    texts(scheduler, job)
    assert job.language == "de"


def test_an_unreadable_recording_does_not_affect_others(tmp_path: Path, scheduler: Scheduler) -> None:
    """Its error is raised in place of its result; the other recording is recognised."""
    (tmp_path / "bad.wav").write_bytes(b"nonsense")
    bad = scheduler.submit(request(tmp_path / "bad.wav"))
    good = scheduler.submit(request(write_audio(tmp_path / "good.wav", seconds=3.0)))
    with pytest.raises(Failed, match=r"bad\.wav"):
        list(scheduler.results(bad))
    assert texts(scheduler, good) == ["3 s"]


def test_an_error_of_the_model_is_raised_to_the_caller(tmp_path: Path, model: FakeModel, scheduler: Scheduler) -> None:
    """The caller does not wait forever."""
    model.error = RuntimeError("no memory")
    with pytest.raises(RuntimeError, match="no memory"):
        list(scheduler.results(scheduler.submit(request(long_file(tmp_path / "x.wav", 2)))))


def test_a_dropped_recording_is_not_decoded_further(tmp_path: Path, scheduler: Scheduler) -> None:
    """Its thread and its decoder process end."""
    before = threading.active_count()
    job = scheduler.submit(request(long_file(tmp_path / "x.wav", 1200)))
    scheduler.drop(job)
    deadline = time.monotonic() + 60
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() <= before
    assert not job.complete


def test_memory_does_not_grow_with_the_duration(tmp_path: Path, scheduler: Scheduler) -> None:
    """Half an hour more of audio, 58 MB as s16, needs less than 5 MB more memory from decoder to windows."""
    peaks = []
    for number, minutes in enumerate((2, 4, 34)):  # the first run loads modules and models that stay loaded
        path = long_file(tmp_path / f"{number}.wav", 60 * minutes)
        tracemalloc.start()
        job = scheduler.submit(Request(path, "en", "", None, vad=True))
        list(scheduler.results(job))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        scheduler.drop(job)
    assert peaks[2] - peaks[1] < 5_000_000
