from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from summarizer.config import RuntimeSettings, WhisperSettings
from summarizer.errors import BackendError
from summarizer.transcribe.whisper.network.model import Model, WindowText
from tests import real_speech


@pytest.fixture(scope="module")
def model() -> Path:
    return real_speech.tiny_en()


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    return real_speech.samples()


def opened(model: Path, compute: Any = "auto", **runtime: Any) -> Model:
    settings = WhisperSettings(compute_type=compute)
    return Model(settings, RuntimeSettings(threads=1, **runtime), model)


def windows(model: Model, samples: np.ndarray, count: int) -> tuple[list[Any], list[float]]:
    """Features of windows of different lengths, and their durations in seconds."""
    seconds = [3.0 + 2 * number for number in range(count)]
    return [model.compute_features(samples[: int(s * 16_000)]) for s in seconds], seconds


def test_a_batch_gives_the_same_text_as_single_windows(model: Path, samples: np.ndarray) -> None:
    """The windows that share a batch change neither words nor times."""
    model = opened(model)
    features, seconds = windows(model, samples, 4)
    batch = model.recognise(features, seconds, "en", "etcd")
    single = [model.recognise([f], [s], "en", "etcd")[0] for f, s in zip(features, seconds, strict=True)]
    assert [text.words for text in single] == [text.words for text in batch]
    assert any(text.words for text in batch)


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
    assert [text.words for text in expected] == [text.words for text in texts]
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
