"""A Whisper of the genuine architecture with random weights, in CTranslate2's format, built in a test."""

from __future__ import annotations

from pathlib import Path

from tools.sample import convert, network


def build(folder: Path, quantization: str = "int8_float16") -> Path:
    """Write a random model (the sample's shape, with a tokenizer of its own) into `folder`."""
    import torch

    torch.manual_seed(1)
    tokenizer = network.train_tokenizer(["The disk of etcd was slow.", "We moved it to a faster disk."])
    convert.save(network.build_model(tokenizer), tokenizer, folder, quantization)
    return folder
