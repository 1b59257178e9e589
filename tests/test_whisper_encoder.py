from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.config import RuntimeSettings, WhisperSettings
from summarizer.transcribe.whisper import model as models
from summarizer.transcribe.whisper.encoder import Encoder
from summarizer.transcribe.whisper.model import Model
from summarizer.transcribe.whisper.weights import Weights
from tests import tiny_whisper


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_whisper.build(tmp_path_factory.mktemp("whisper"))


@pytest.fixture(scope="module")
def mel(model: Path) -> Any:
    """The spectrogram of ten seconds of a sliding tone in noise."""
    seconds = np.arange(160_000) / 16_000
    noise = np.random.default_rng(1).normal(0, 0.05, seconds.size)
    return opened(model).compute_features(
        (np.sin(2 * np.pi * (200 + 40 * seconds) * seconds) / 3 + noise).astype(np.float32)
    )


def opened(model: Path, compute: Any = "float32") -> Model:
    return Model(WhisperSettings(compute_type=compute), RuntimeSettings(threads=1, device="cpu"), model)


def encoded(opened: Model, mel: Any) -> Any:
    return np.asarray(opened._encode([mel]))[0]


def distance(found: Any, truth: Any) -> float:
    return float(np.linalg.norm(found - truth) / np.linalg.norm(truth))


def test_it_is_nearer_to_float32_than_int8_is(model: Path, mel: Any) -> None:
    """The same numbers as CTranslate2's encoder, with less rounding than its usual arithmetic on a CPU."""
    truth = encoded(opened(model), mel)
    ours = distance(Encoder(model, 1)(mel), truth)
    assert ours < 0.01
    assert ours < distance(encoded(opened(model, "int8"), mel), truth)


def test_threads_may_share_it(model: Path, mel: Any) -> None:
    """Each gets what one alone gets, with the number of threads it was given."""
    import torch

    encoder = Encoder(model, 1)
    found: list[Any] = []

    def work() -> None:
        found.append((encoder(mel), torch.get_num_threads()))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = encoder(mel)
    assert [(np.array_equal(one, alone), count) for one, count in found] == [(True, 1)] * 3


def test_a_cpu_with_bfloat16_has_it(model: Path, mel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless the settings ask for an arithmetic by name."""
    monkeypatch.setattr(models, "computes_bfloat16", lambda: True)
    assert np.array_equal(encoded(opened(model, "auto"), mel), Encoder(model, 1)(mel))
    assert not np.array_equal(encoded(opened(model, "int8"), mel), Encoder(model, 1)(mel))


@pytest.mark.parametrize("error", [ImportError("No module named 'torch'"), ValueError("another format"), KeyError("x")])
def test_what_it_cannot_read_is_left_to_ctranslate2(
    model: Path, mel: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Without torch, or for a file of another version, recognition goes on."""

    def broken(folder: Path, threads: int) -> None:
        raise error

    monkeypatch.setattr(models, "computes_bfloat16", lambda: True)
    monkeypatch.setattr(models, "Encoder", broken)
    assert np.array_equal(encoded(opened(model, "auto"), mel), encoded(opened(model, "int8"), mel))


@pytest.mark.parametrize(("quantization", "tolerance"), [("float16", 1e-3), ("bfloat16", 8e-3), ("int8", 8e-3)])
def test_weights_are_read_in_every_arithmetic(tmp_path: Path, quantization: str, tolerance: float) -> None:
    """As they were before, but for the rounding."""
    names = [
        "encoder/conv2/weight",
        "encoder/layer_1/ffn/linear_0/weight",
        "encoder/layer_0/self_attention/linear_0/bias",
    ]
    whole = Weights(tiny_whisper.build(tmp_path / "whole", "float32"))
    small = Weights(tiny_whisper.build(tmp_path / "small", quantization))
    for name in names:
        truth = whole.array(name)
        assert np.abs(small.array(name) - truth).max() <= tolerance * max(1e-9, np.abs(truth).max())


@settings(max_examples=50)
@given(share=st.floats(0, 0.999))
def test_a_cut_file_is_refused(model: Path, tmp_path_factory: pytest.TempPathFactory, share: float) -> None:
    """Wherever it was cut."""
    whole = (model / "model.bin").read_bytes()
    folder = tmp_path_factory.mktemp("cut")
    (folder / "model.bin").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ValueError, match=r"model\.bin"):
        Weights(folder)
