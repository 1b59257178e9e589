from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.config import RuntimeSettings, WhisperSettings
from summarizer.transcribe.whisper.network import model as models
from summarizer.transcribe.whisper.network.encoder import Encoder
from summarizer.transcribe.whisper.network.model import Model
from summarizer.transcribe.whisper.network.weights import Weights
from tests import tiny_whisper


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_whisper.build(tmp_path_factory.mktemp("whisper"))


@pytest.fixture(scope="module")
def mel(model: Path) -> Any:
    """The spectrogram of ten seconds of a tone of rising frequency in noise."""
    seconds = np.arange(160_000) / 16_000
    noise = np.random.default_rng(1).normal(0, 0.05, seconds.size)
    return opened(model).compute_features(
        (np.sin(2 * np.pi * (200 + 40 * seconds) * seconds) / 3 + noise).astype(np.float32)
    )


def opened(model: Path, compute: Any = "float32") -> Model:
    return Model(WhisperSettings(compute_type=compute), RuntimeSettings(threads=1, device="cpu"), model)


def encoded(opened: Model, mel: Any) -> Any:
    return np.asarray(opened._encode([mel]))[0]


def distance(encoding: Any, truth: Any) -> float:
    return float(np.linalg.norm(encoding - truth) / np.linalg.norm(truth))


def test_the_encoder_is_closer_to_float32_than_int8(model: Path, mel: Any) -> None:
    """The encoding differs from CTranslate2's float32 encoding by under 1 %, and by less than its int8 encoding."""
    truth = encoded(opened(model), mel)
    ours = distance(Encoder(model, 1)(mel), truth)
    assert ours < 0.01
    assert ours < distance(encoded(opened(model, "int8"), mel), truth)


def test_threads_may_share_the_encoder(model: Path, mel: Any) -> None:
    """Each thread gets the same encoding as a single thread, computed with the configured number of CPU threads."""
    import torch

    encoder = Encoder(model, 1)
    results: list[Any] = []

    def work() -> None:
        results.append((encoder(mel), torch.get_num_threads()))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = encoder(mel)
    assert [(np.array_equal(encoding, expected), count) for encoding, count in results] == [(True, 1)] * 3


def test_a_cpu_with_bfloat16_uses_the_bfloat16_encoder(model: Path, mel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `compute_type` "auto" it is used; with a named type, CTranslate2 encodes."""
    monkeypatch.setattr(models, "computes_bfloat16", lambda: True)
    assert np.array_equal(encoded(opened(model, "auto"), mel), Encoder(model, 1)(mel))
    assert not np.array_equal(encoded(opened(model, "int8"), mel), Encoder(model, 1)(mel))


@pytest.mark.parametrize("error", [ImportError("No module named 'torch'"), ValueError("another format"), KeyError("x")])
def test_ctranslate2_encodes_when_the_encoder_cannot_be_opened(
    model: Path, mel: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A missing torch or a file of another version does not prevent recognition."""

    def broken(folder: Path, threads: int) -> None:
        raise error

    monkeypatch.setattr(models, "computes_bfloat16", lambda: True)
    monkeypatch.setattr(models, "Encoder", broken)
    assert np.array_equal(encoded(opened(model, "auto"), mel), encoded(opened(model, "int8"), mel))


@pytest.mark.parametrize(("quantization", "tolerance"), [("float16", 1e-3), ("bfloat16", 8e-3), ("int8", 8e-3)])
def test_weights_are_read_in_every_number_format(tmp_path: Path, quantization: str, tolerance: float) -> None:
    """Quantized weights equal the float32 weights, apart from rounding."""
    names = [
        "encoder/conv2/weight",
        "encoder/layer_1/ffn/linear_0/weight",
        "encoder/layer_0/self_attention/linear_0/bias",
    ]
    exact = Weights(tiny_whisper.build(tmp_path / "exact", "float32"))
    quantized = Weights(tiny_whisper.build(tmp_path / "quantized", quantization))
    for name in names:
        truth = exact.read_array(name)
        assert np.abs(quantized.read_array(name) - truth).max() <= tolerance * max(1e-9, np.abs(truth).max())


@settings(max_examples=50)
@given(share=st.floats(0, 0.999))
def test_a_truncated_model_file_is_an_error(
    model: Path, tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    """Truncation at any byte raises `ValueError`."""
    data = (model / "model.bin").read_bytes()
    folder = tmp_path_factory.mktemp("truncated")
    (folder / "model.bin").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ValueError, match=r"model\.bin"):
        Weights(folder)
