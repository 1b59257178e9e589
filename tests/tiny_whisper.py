"""A Whisper of the genuine architecture with random weights, in CTranslate2's format, built in a test."""

from __future__ import annotations

from pathlib import Path

from tests import whisper_convert, whisper_network


def build(folder: Path, quantization: str = "int8_float16") -> Path:
    """Write a random model (a small shape, with a tokenizer of its own) into `folder`."""
    import torch

    torch.manual_seed(1)
    tokenizer = whisper_network.train_tokenizer(["The disk of etcd was slow.", "We moved it to a faster disk."])
    whisper_convert.save(whisper_network.build_model(tokenizer), tokenizer, folder, quantization)
    return folder
