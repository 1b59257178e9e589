"""How many windows are recognised at once, by how many workers: the rule, and what the machine has.

On a CPU, several workers of one thread beat one worker of several threads: nothing waits at barriers, and one worker
encodes while another decodes. Encoding goes window by window, which fits the caches; decoding goes a batch at a time,
because each step reads all weights however many windows it serves. What bounds the batch is memory: the keys and
values that every decoder layer keeps of every window. `benchmarks/asr.py` measures all this.
"""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from summarizer.settings import RuntimeSettings

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
    path = folder / "model.bin"
    size = path.stat().st_size
    with contextlib.suppress(OSError, struct.error, ValueError, IndexError), path.open("rb") as file:

        def number(code: str) -> int:
            return int(struct.unpack("<" + code, file.read(struct.calcsize("<" + code)))[0])

        def text() -> str:
            return file.read(number("H")).rstrip(b"\0").decode()

        number("I")  # version of the format
        text()
        number("I")  # revision of the model
        layers, width = set(), 0
        for _ in range(number("I")):
            name = text()
            dims = [number("I") for _ in range(number("B"))]
            number("B")  # type
            file.seek(number("I"), os.SEEK_CUR)
            if name.startswith("decoder/layer_") and name.endswith("/self_attention/linear_0/weight"):
                layers.add(name.split("/")[1])
                width = dims[-1]
        if layers and width:
            return Shape(width, len(layers), size)
    return Shape(1280, 32, size)


def choose_instructions() -> None:
    """Have CTranslate2 use AVX-512 where the CPU has all of it; by itself it does so on Intel only.

    Call it before the first model is loaded. 5 % faster on an AMD EPYC; a choice in the environment stays.
    """
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        flags = next(line for line in lines if line.startswith("flags")).split()
        if {"avx512f", "avx512cd", "avx512vl", "avx512bw", "avx512dq"} <= set(flags):
            os.environ.setdefault("CT2_FORCE_CPU_ISA", "AVX512")


def cores() -> int:
    """CPUs that this process may use: its affinity, and the quota of its container (cgroup v2)."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        count = min(count, max(1, int(quota) // int(period)))
    return count


def free_memory() -> int:
    """Bytes that can be had: of the machine, or of the container when that is less."""
    free = 4 * 2**30  # where the system does not say
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = int(next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))) * 1024
    with contextlib.suppress(OSError, ValueError):
        group = Path("/sys/fs/cgroup")
        limit, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
        free = min(free, max(0, limit - used))
    return free


def free_gpu_memory() -> int:
    """Bytes free on the first GPU, as its driver says; 8 GiB where it does not."""
    try:
        command = ["nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
        return int(said.split()[0]) * 2**20
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return 8 * 2**30
