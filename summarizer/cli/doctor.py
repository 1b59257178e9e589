"""`summarizer doctor`: check whether this machine has everything that the settings need."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from summarizer import models
from summarizer.config import Config
from summarizer.errors import BackendError, install_remedy
from summarizer.records import Record
from summarizer.stage import Backend
from summarizer.summarize import summarizer_backend
from summarizer.transcribe import speech_backend


class Finding(Record):
    """The result of one check."""

    check: str
    ok: bool
    found: str
    remedy: str = ""


def examine(config: Config) -> list[Finding]:
    """Check everything that a run with these settings needs, in the order in which it is needed."""
    findings = [
        _check_python(),
        _check_javascript(),
        *_check_folders(config),
        *_check_packages(config),
        *_check_models(config),
        _check_cuda(config),
    ]
    return [finding.model_copy(update={"remedy": ""}) if finding.ok else finding for finding in findings]


def _check_python() -> Finding:
    version = sys.version.split()[0]
    return Finding(
        check="Python", ok=sys.version_info >= (3, 11), found=version, remedy="Install Python 3.11 or newer."
    )


def _check_javascript() -> Finding:
    """YouTube's player needs a JavaScript runtime: Deno 2.3 or newer, or Node 22 or newer."""
    outdated = []
    for name, minimum in (("deno", (2, 3)), ("node", (22, 0))):
        program = _find_program(name)
        version = _read_version(program) if program else ()
        if version >= minimum:
            return Finding(check="JavaScript runtime", ok=True, found=f"{name} {'.'.join(map(str, version))}")
        if version:
            outdated.append(f"{name} {'.'.join(map(str, version))} is too old")
    return Finding(
        check="JavaScript runtime",
        ok=False,
        found=", ".join(outdated) or "none",
        remedy=f"It is only needed for YouTube. {install_remedy(package='deno')}",
    )


def _find_program(name: str) -> str | None:
    beside = Path(sys.executable).parent / name  # pip installs deno into the virtual environment
    return str(beside) if beside.is_file() else shutil.which(name)


def _read_version(program: str) -> tuple[int, ...]:
    """The version that a program prints with `--version`: the first word that starts with a digit."""
    try:
        text = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    word = next((word.lstrip("v") for word in text.split() if word.lstrip("v")[:1].isdigit()), "")
    return tuple(int(part) for part in word.split(".")[:3] if part.isdigit())


def _check_folders(config: Config) -> Iterator[Finding]:
    for name in ("library", "digests", "models"):
        path = getattr(config.runtime, name).absolute()
        existing = next(parent for parent in (path, *path.parents) if parent.exists())
        free = shutil.disk_usage(existing).free / 2**30
        yield Finding(
            check=f"{name} folder",
            ok=existing.is_dir() and os.access(existing, os.W_OK) and free > 1,
            found=f"{path}, {free:.0f} GiB free",
            remedy=f"Choose a writable folder with free space: --set runtime.{name}=PATH.",
        )


def _list_backends(config: Config) -> list[Backend[Any]]:
    """The back ends that a run with these settings may open."""
    speech = [] if config.transcribe.policy == "captions" else [speech_backend(config)]
    return [*speech, summarizer_backend(config)]


def _check_packages(config: Config) -> Iterator[Finding]:
    for backend in _list_backends(config):
        missing = set(backend.missing_packages())
        for package in backend.packages:
            yield Finding(
                check=f"package {package.module}",
                ok=package not in missing,
                found="missing" if package in missing else "installed",
                remedy=package.remedy,
            )


def _check_models(config: Config) -> Iterator[Finding]:
    for backend in _list_backends(config):
        if backend.model is None:
            continue
        name = backend.model(config).name
        try:
            installed = backend.installed(config)
        except BackendError as error:
            yield Finding(check=f"model {name}", ok=False, found=str(error), remedy=error.remedy)
            continue
        if installed:
            changed = models.find_damaged_files(name, config.runtime.models) if name in models.CATALOGUE else []
            yield Finding(
                check=f"model {name}",
                ok=not changed,
                found=f"missing or changed files: {', '.join(changed)}" if changed else _format_location(installed),
                remedy=models.explain_pull(name, config.runtime.models),
            )


def _format_location(installed: models.Installed) -> str:
    return f"{installed.path} at {installed.revision[:12]}"


def _check_cuda(config: Config) -> Finding:
    """Whether speech recognition can use a GPU; a missing GPU is a problem only with `runtime.device=cuda`."""
    import ctranslate2

    count = ctranslate2.get_cuda_device_count()
    return Finding(
        check="CUDA",
        ok=count > 0 or config.runtime.device != "cuda",
        found=f"{count} devices" if count else "no device; the CPU is used",
        remedy=f"Install the NVIDIA driver, or set runtime.device=cpu. {install_remedy('gpu')}",
    )
