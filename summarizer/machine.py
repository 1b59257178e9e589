"""The resources of this machine: cores, memory, CPU instructions, and the folder of models.

The limits of a container are respected.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

import platformdirs


def read_cpu_flags() -> frozenset[str]:
    """The CPU's feature flags by their Linux names; empty where /proc/cpuinfo does not exist."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return frozenset(next(line for line in lines if line.startswith("flags")).split())
    return frozenset()


def count_cores() -> int:
    """Number of CPUs that this process may use: its affinity and the quota of its container (cgroup v2)."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        count = min(count, max(1, int(quota) // int(period)))
    return count


def find_models_folder() -> Path:
    """`models` in the current folder if it exists, else the user's folder for data (`$XDG_DATA_HOME`)."""
    local = Path("models")
    return local if local.is_dir() else platformdirs.user_data_path("summarizer") / "models"


def read_free_memory() -> int:
    """Available memory of the machine, or of the container if that is less, bytes."""
    free = 4 * 2**30  # assumed where the system does not report it
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = int(next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))) * 1024
    with contextlib.suppress(OSError, ValueError):
        group = Path("/sys/fs/cgroup")
        limit, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
        free = min(free, max(0, limit - used))
    return free


def read_free_gpu_memory() -> int:
    """Free memory of the first GPU as reported by its driver, bytes; 8 GiB if the driver does not report it."""
    try:
        command = ["nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits"]
        output = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
        return int(output.split()[0]) * 2**20
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return 8 * 2**30
