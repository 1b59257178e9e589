"""How many windows are recognised at once, by how many workers, with which instructions: the rules.

On a CPU, several workers of one thread beat one worker of several threads: nothing waits at barriers, and one worker
encodes while another decodes. Encoding goes window by window, which fits the caches; decoding goes a batch at a time,
because each step reads all weights however many windows it serves. What bounds the batch is memory: the keys and
values that every decoder layer keeps of every window. `benchmarks/asr.py` measures all this.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from summarizer.config import RuntimeSettings
from summarizer.machine import instructions
from summarizer.transcribe.whisper.weights import Weights

FRAMES = 1500  # encoder positions of a window
CPU_BATCH = 8  # decoding gains little beyond
GPU_BATCH = 64
GPU_FEEDERS = 3  # one window batch on the GPU, one being prepared, one being read out
SHARE = 0.5  # of the free memory that recognition may take


@dataclass(frozen=True)
class Shape:
    """What the size of a Whisper model says about memory."""

    width: int
    decoder_layers: int
    bytes: int  # of the weights on disk

    def window_bytes(self, number: int) -> int:
        """Keys and values of one window in the decoder, and its encoding; `number` is the bytes of one number."""
        return FRAMES * self.width * number * (2 * self.decoder_layers + 2)

    def encoding_bytes(self, number: int) -> int:
        """The attention scores and hidden states of one window in the encoder, generously."""
        return FRAMES * number * (2 * FRAMES * self.width // 64 + 12 * self.width)


@dataclass(frozen=True)
class Plan:
    """`workers` recognise batches side by side, with `threads` CPU threads each, `batch` windows at a time."""

    workers: int
    threads: int
    batch: int


def plan(shape: Shape, device: str, cores: int, free: int, runtime: RuntimeSettings) -> Plan:
    """The rule. `free` is the memory of the device in bytes.

    CPU: a worker of one thread per core, batches of 8, less where half of the free memory is not enough: first
    smaller batches, then fewer workers with more threads. GPU: one worker's batch is what fits half of the free memory,
    64 at most; three feeders keep it busy. Settings that are not 0 replace what the rule finds.
    """
    if device == "cuda":
        room = int(free * SHARE) - shape.bytes
        each = shape.window_bytes(2) + shape.encoding_bytes(2)
        batch = min(GPU_BATCH, max(1, room // each))
        return Plan(runtime.whisper_workers or GPU_FEEDERS, 1, runtime.whisper_batch or batch)
    cores = runtime.threads or cores
    room = int(free * SHARE) - shape.bytes
    workers = runtime.whisper_workers or cores
    if not runtime.whisper_workers:
        least = shape.encoding_bytes(4) + shape.window_bytes(4)
        workers = max(1, min(workers, room // least))
    each = max(0, room // workers - shape.encoding_bytes(4))
    batch = runtime.whisper_batch or max(1, min(CPU_BATCH, each // shape.window_bytes(4)))
    return Plan(workers, max(1, cores // workers), batch)


def shape_of(folder: Path) -> Shape:
    """Read the shape from the headers of a CTranslate2 model; a large one is assumed where that fails."""
    size = (folder / "model.bin").stat().st_size
    with contextlib.suppress(OSError, ValueError):
        variables = Weights(folder).variables
        found = [
            variable.shape
            for name, variable in variables.items()
            if name.startswith("decoder/layer_") and name.endswith("/self_attention/linear_0/weight")
        ]
        if found and found[0][-1]:
            return Shape(found[0][-1], len(found), size)
    return Shape(1280, 32, size)


def choose_instructions() -> None:
    """Have CTranslate2 use AVX-512 where the CPU has all of it; by itself it does so on Intel only.

    Call it before the first model is loaded. 5 % faster on an AMD EPYC; a choice in the environment stays.
    """
    if {"avx512f", "avx512cd", "avx512vl", "avx512bw", "avx512dq"} <= instructions():
        os.environ.setdefault("CT2_FORCE_CPU_ISA", "AVX512")


def computes_bfloat16() -> bool:
    """Whether the CPU multiplies matrices of bfloat16 by itself; others imitate it, slowly."""
    return bool({"avx512_bf16", "amx_bf16"} & instructions())
