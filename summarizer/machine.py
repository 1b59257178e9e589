"""What the machine has for us: cores, memory, instructions of the CPU. A container's limits count where it has some."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path


def instructions() -> frozenset[str]:
    """What the CPU knows, as Linux names it; empty where nothing says so."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return frozenset(next(line for line in lines if line.startswith("flags")).split())
    return frozenset()


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
