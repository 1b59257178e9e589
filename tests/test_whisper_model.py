from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from summarizer.audio.media import stream
from summarizer.config import RuntimeSettings, WhisperSettings
from summarizer.errors import BackendError
from summarizer.sample import load_talks
from summarizer.transcribe.whisper.model import Model, WindowText, read_tokens
from tests import tiny_whisper


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_whisper.build(tmp_path_factory.mktemp("whisper"))


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    """Real speech of the sample."""
    path = next(talk.media for talk in load_talks() if not talk.tone_seconds)
    return np.concatenate(list(stream(path))).astype(np.float32) / 32768


def opened(model: Path, words: bool = False, compute: Any = "auto", **runtime: Any) -> Model:
    settings = WhisperSettings(word_timestamps=words, compute_type=compute)
    return Model(settings, RuntimeSettings(threads=1, **runtime), model)


def windows(model: Model, samples: np.ndarray, count: int) -> tuple[list[Any], list[float]]:
    """Features of windows of different lengths, and their durations in seconds."""
    seconds = [3.0 + 2 * number for number in range(count)]
    return [model.compute_features(samples[: int(s * 16_000)]) for s in seconds], seconds


@pytest.mark.parametrize("words", [False, True])
def test_a_batch_gives_the_same_text_as_single_windows(model: Path, samples: np.ndarray, words: bool) -> None:
    """The windows that share a batch change neither tokens nor times."""
    model = opened(model, words)
    features, seconds = windows(model, samples, 4)
    batch = model.recognise(features, seconds, "en", "etcd")
    single = [model.recognise([f], [s], "en", "etcd")[0] for f, s in zip(features, seconds, strict=True)]
    assert [text.phrases for text in single] == [text.phrases for text in batch]
    assert any(text.phrases for text in batch)
    assert words == any(phrase.words for text in batch for phrase in text.phrases)


class FakeGpu:
    """Replaces the model of CTranslate2 by one that fails when a batch has more than `capacity` windows."""

    def __init__(self, model: Model, error: str, capacity: int) -> None:
        self._model, self._error, self._capacity = model.model, error, capacity
        self.sizes: list[int] = []
        model.device, model.batch = "cuda", 4
        model.model = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def encode(self, features: np.ndarray) -> Any:
        self.sizes.append(len(features))
        if len(features) > self._capacity:
            raise RuntimeError(self._error)
        return self._model.encode(features)


def test_a_gpu_out_of_memory_gets_smaller_batches(
    model: Path, samples: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    """No window is lost, and the batch size remains small."""
    model = opened(model, compute="int8")  # a GPU does not use the bfloat16 encoder
    features, seconds = windows(model, samples, 4)
    expected = model.recognise(features, seconds, "en")
    gpu = FakeGpu(model, "CUDA failed with error out of memory", capacity=1)
    with caplog.at_level(logging.WARNING):
        texts = model.recognise(features, seconds, "en")
    assert [text.phrases for text in expected] == [text.phrases for text in texts]
    assert (gpu.sizes, model.batch, model.device) == ([4, 2, 1, 1, 2, 1, 1], 1, "cuda")


def test_a_gpu_that_fails_during_a_run_is_replaced_by_the_cpu_with_one_warning(
    model: Path, samples: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    """The CPU recognises the current windows and all later ones."""
    model = opened(model)
    features, seconds = windows(model, samples, 2)
    FakeGpu(model, "CUDA error: device-side assert triggered", capacity=0)
    with caplog.at_level(logging.WARNING):
        batches = [model.recognise(features, seconds, "en"), model.recognise(features, seconds, "en")]
    assert all(isinstance(text, WindowText) for batch in batches for text in batch)
    assert (model.device, len([r for r in caplog.records if "CUDA failed" in r.message])) == ("cpu", 1)


def test_a_configured_gpu_is_not_replaced_by_the_cpu(model: Path, samples: np.ndarray) -> None:
    """With `runtime.device` "cuda", a failure of CUDA is an error with a remedy."""
    model = opened(model)
    features, seconds = windows(model, samples, 1)
    model._runtime = RuntimeSettings(device="cuda")
    FakeGpu(model, "CUDA error: device-side assert triggered", capacity=0)
    with pytest.raises(BackendError, match="CUDA failed") as error:
        model.recognise(features, seconds, "en")
    assert "runtime.device=cpu" in error.value.remedy


BEGIN = 1000
TOKENIZER = SimpleNamespace(eot=900, timestamp_begin=BEGIN, decode=lambda tokens: " ".join(map(str, tokens)))


def stamp(seconds: float) -> int:
    return BEGIN + round(seconds / 0.02)


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ([stamp(0), 1, 2, stamp(2), stamp(3), 4, stamp(5)], [(0, 2, "1 2"), (3, 5, "4")]),
        ([stamp(0), 1, stamp(2), stamp(2), 3, 4], [(0, 2, "1"), (2, 10, "3 4")]),
        ([1, 2], [(0, 10, "1 2")]),
        ([stamp(4), 1, stamp(29)], [(4, 10, "1")]),
        ([stamp(0), stamp(0)], []),
        ([], []),
    ],
)
def test_tokens_become_text_with_times(tokens: list[int], expected: list[tuple[float, float, str]]) -> None:
    """No word is lost: with pairs of timestamps, text after the last one, no timestamps, or times after the end."""
    phrases = read_tokens(tokens, TOKENIZER, 10.0)
    assert expected == [(round(p.start, 2), round(p.end, 2), p.text) for p in phrases]
