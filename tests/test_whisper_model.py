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
    """Windows of different lengths and their seconds."""
    seconds = [3.0 + 2 * number for number in range(count)]
    return [model.compute_features(samples[: int(s * 16_000)]) for s in seconds], seconds


@pytest.mark.parametrize("words", [False, True])
def test_a_batch_says_what_single_windows_say(model: Path, samples: np.ndarray, words: bool) -> None:
    """Who shares a batch with whom changes no token and no time."""
    model = opened(model, words)
    features, seconds = windows(model, samples, 4)
    together = model.recognise(features, seconds, "en", "etcd")
    alone = [model.recognise([f], [s], "en", "etcd")[0] for f, s in zip(features, seconds, strict=True)]
    assert [one.phrases for one in alone] == [one.phrases for one in together]
    assert any(one.phrases for one in together)
    assert words == any(said.words for one in together for said in one.phrases)


class Card:
    """A GPU that takes a number of windows at once, and stands in for CTranslate2's model on one."""

    def __init__(self, model: Model, error: str, holds: int) -> None:
        self._model, self._error, self._holds = model.model, error, holds
        self.sizes: list[int] = []
        model.device, model.batch = "cuda", 4
        model.model = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def encode(self, features: np.ndarray) -> Any:
        self.sizes.append(len(features))
        if len(features) > self._holds:
            raise RuntimeError(self._error)
        return self._model.encode(features)


def test_a_gpu_out_of_memory_gets_half(model: Path, samples: np.ndarray, caplog: pytest.LogCaptureFixture) -> None:
    """No window is lost, and the batches that follow are small from the start."""
    model = opened(model, compute="int8")  # the card does not have our encoder
    features, seconds = windows(model, samples, 4)
    expected = model.recognise(features, seconds, "en")
    card = Card(model, "CUDA failed with error out of memory", holds=1)
    with caplog.at_level(logging.WARNING):
        assert [one.phrases for one in expected] == [one.phrases for one in model.recognise(features, seconds, "en")]
    assert (card.sizes, model.batch, model.device) == ([4, 2, 1, 1, 2, 1, 1], 1, "cuda")


def test_a_gpu_that_breaks_in_mid_run_is_given_up_with_one_warning(
    model: Path, samples: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    """The windows in hand are recognised by the CPU, and all that follow."""
    model = opened(model)
    features, seconds = windows(model, samples, 2)
    Card(model, "CUDA error: device-side assert triggered", holds=0)
    with caplog.at_level(logging.WARNING):
        found = [model.recognise(features, seconds, "en"), model.recognise(features, seconds, "en")]
    assert all(isinstance(one, WindowText) for batch in found for one in batch)
    assert (model.device, len([r for r in caplog.records if "CUDA failed" in r.message])) == ("cpu", 1)


def test_a_gpu_that_was_asked_for_is_not_replaced(model: Path, samples: np.ndarray) -> None:
    """Who wrote runtime.device=cuda wants to know that it does not work."""
    model = opened(model)
    features, seconds = windows(model, samples, 1)
    model._runtime = RuntimeSettings(device="cuda")
    Card(model, "CUDA error: device-side assert triggered", holds=0)
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
    """Pairs of time stamps, text after the last one, none at all, times beyond the sound: no word is lost."""
    found = read_tokens(tokens, TOKENIZER, 10.0)
    assert expected == [(round(s.start, 2), round(s.end, 2), s.text) for s in found]
