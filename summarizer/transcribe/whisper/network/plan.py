"""Choose the number of workers, the batch size and the CPU instructions for speech recognition.

On a CPU, several workers with one thread each are faster than one worker with several threads: no thread waits at a
barrier, and one worker encodes while another decodes. Windows are encoded one at a time, because one window fits into
the caches. They are decoded in batches, because each decoding step reads all weights, whatever the number of windows.
Memory limits the batch: every decoder layer stores keys and values for every window. `benchmarks/asr.py` measures this.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from summarizer.config import RuntimeSettings
from summarizer.machine import read_cpu_flags
from summarizer.transcribe.whisper.network.weights import Weights

FRAMES = 1500  # encoder positions of a window
CPU_BATCH = 8  # windows; larger batches are hardly faster
GPU_BATCH = 64  # windows
GPU_WORKERS = 3  # one batch is on the GPU, one is prepared, and the result of one is read
MEMORY_SHARE = 0.5  # of the free memory, for the weights and the windows


@dataclass(frozen=True)
class Shape:
    """The dimensions of a Whisper model that determine its memory use."""

    width: int
    decoder_layers: int
    bytes: int  # of the weights on disk

    def window_bytes(self, number: int) -> int:
        """Bytes of one window's keys and values in the decoder, and of its encoding; `number` is bytes per number."""
        return FRAMES * self.width * number * (2 * self.decoder_layers + 2)

    def encoding_bytes(self, number: int) -> int:
        """Upper bound for the bytes of one window's attention scores and hidden states in the encoder."""
        return FRAMES * number * (2 * FRAMES * self.width // 64 + 12 * self.width)


@dataclass(frozen=True)
class Plan:
    """`workers` run in parallel, each with `threads` CPU threads and batches of `batch` windows."""

    workers: int
    threads: int
    batch: int


def plan(shape: Shape, device: str, cores: int, free: int, runtime: RuntimeSettings) -> Plan:
    """Choose workers, threads and batch size; `free` is the free memory of the device in bytes.

    CPU: one worker with one thread per core, and batches of 8 windows. Where half of the free memory is not enough, the
    batches become smaller, then there are fewer workers with more threads each. GPU: the batch that fits into half of
    the free memory, at most 64 windows, and three workers. Settings that are not 0 override these values.
    """
    if device == "cuda":
        available = int(free * MEMORY_SHARE) - shape.bytes
        per_window = shape.window_bytes(2) + shape.encoding_bytes(2)
        batch = min(GPU_BATCH, max(1, available // per_window))
        return Plan(runtime.whisper_workers or GPU_WORKERS, 1, runtime.whisper_batch or batch)
    cores = runtime.threads or cores
    available = int(free * MEMORY_SHARE) - shape.bytes
    workers = runtime.whisper_workers or cores
    if not runtime.whisper_workers:
        minimum = shape.encoding_bytes(4) + shape.window_bytes(4)
        workers = max(1, min(workers, available // minimum))
    per_worker = max(0, available // workers - shape.encoding_bytes(4))
    batch = runtime.whisper_batch or max(1, min(CPU_BATCH, per_worker // shape.window_bytes(4)))
    return Plan(workers, max(1, cores // workers), batch)


def read_shape(folder: Path) -> Shape:
    """Read the shape of a CTranslate2 model from its headers; the shape of Whisper large where that fails."""
    size = (folder / "model.bin").stat().st_size
    with contextlib.suppress(OSError, ValueError):
        variables = Weights(folder).variables
        layers = [
            variable.shape
            for name, variable in variables.items()
            if name.startswith("decoder/layer_") and name.endswith("/self_attention/linear_0/weight")
        ]
        if layers and layers[0][-1]:
            return Shape(layers[0][-1], len(layers), size)
    return Shape(1280, 32, size)


def choose_instructions() -> None:
    """Let CTranslate2 use AVX-512 on every CPU that supports it; by default it does so on Intel CPUs only.

    5 % faster on an AMD EPYC. Call this before the first model is loaded. It does not change `CT2_FORCE_CPU_ISA` if
    that is already set.
    """
    if {"avx512f", "avx512cd", "avx512vl", "avx512bw", "avx512dq"} <= read_cpu_flags():
        os.environ.setdefault("CT2_FORCE_CPU_ISA", "AVX512")


def computes_bfloat16() -> bool:
    """Whether the CPU has instructions for bfloat16 matrix products; other CPUs emulate them slowly."""
    return bool({"avx512_bf16", "amx_bf16"} & read_cpu_flags())
