from __future__ import annotations

import os
from pathlib import Path

import pytest

from summarizer.config import RuntimeSettings
from summarizer.machine import count_cores, read_free_gpu_memory, read_free_memory
from summarizer.transcribe.whisper.network.plan import (
    Plan,
    Shape,
    choose_instructions,
    plan,
    read_shape,
)
from tests import tiny_whisper

GIB = 2**30
AUTO = RuntimeSettings()
BASE = Shape(width=512, decoder_layers=6, bytes=100_000_000)
SMALL = Shape(width=768, decoder_layers=12, bytes=290_000_000)
LARGE = Shape(width=1280, decoder_layers=32, bytes=1_600_000_000)
TURBO = Shape(width=1280, decoder_layers=4, bytes=1_600_000_000)


@pytest.mark.parametrize(
    ("shape", "memory", "count", "expected"),
    [
        (BASE, 8 * GIB, 2, Plan(workers=2, threads=1, batch=8)),
        (SMALL, 16 * GIB, 2, Plan(workers=2, threads=1, batch=8)),
        (BASE, 64 * GIB, 16, Plan(workers=16, threads=1, batch=8)),
        (BASE, 8 * GIB, 1, Plan(workers=1, threads=1, batch=8)),
    ],
)
def test_a_cpu_gets_one_worker_for_each_core(shape: Shape, memory: int, count: int, expected: Plan) -> None:
    """With enough memory there is one worker with one thread per core, and batches of 8."""
    assert expected == plan(shape, "cpu", count, memory, AUTO)


def test_little_memory_gives_smaller_batches_and_then_fewer_workers() -> None:
    """A large model on a small machine runs with a smaller batch and fewer workers, which have more threads."""
    tight = plan(LARGE, "cpu", 8, 8 * GIB, AUTO)
    assert tight.batch < 8
    assert tight.workers < 8
    assert tight.workers * tight.threads <= 8
    assert Plan(workers=1, threads=4, batch=1) == plan(LARGE, "cpu", 4, 0, AUTO)


@pytest.mark.parametrize("shape", [BASE, SMALL, LARGE])
@pytest.mark.parametrize("gib", [4, 8, 16, 64])
def test_a_plan_fits_half_of_the_memory(shape: Shape, gib: int) -> None:
    """The only exception is a machine on which not even one window fits."""
    chosen = plan(shape, "cpu", 16, gib * GIB, AUTO)
    needed = shape.bytes + chosen.workers * (chosen.batch * shape.window_bytes(4) + shape.encoding_bytes(4))
    assert needed <= gib * GIB / 2 or (chosen.workers, chosen.batch) == (1, 1)


def test_the_batch_on_a_gpu_depends_on_its_memory() -> None:
    """More memory gives larger batches, up to 64; a small decoder allows larger batches than a large one."""
    assert plan(TURBO, "cuda", 8, 80 * GIB, AUTO).batch == 64
    assert plan(LARGE, "cuda", 8, 8 * GIB, AUTO).batch < plan(TURBO, "cuda", 8, 8 * GIB, AUTO).batch < 64
    assert plan(TURBO, "cuda", 8, 1 * GIB, AUTO).batch == 1


def test_settings_override_the_plan() -> None:
    """Settings that are not 0 are used."""
    runtime = RuntimeSettings(threads=6, whisper_workers=3, whisper_batch=5)
    assert Plan(workers=3, threads=2, batch=5) == plan(BASE, "cpu", 2, 8 * GIB, runtime)
    assert plan(TURBO, "cuda", 2, 80 * GIB, runtime).batch == 5


def test_the_shape_is_read_from_the_model(tmp_path: Path) -> None:
    """Width and decoder layers come from the headers of the weights; an unreadable file gives those of a large model."""
    folder = tiny_whisper.build(tmp_path / "model")
    shape = read_shape(folder)
    from tests import whisper_network

    config = whisper_network.build_model(whisper_network.train_tokenizer(["A disk."])).config
    assert (config.d_model, config.decoder_layers) == (shape.width, shape.decoder_layers)
    (folder / "model.bin").write_bytes(b"nonsense")
    assert (read_shape(folder).width, read_shape(folder).decoder_layers) == (1280, 32)


def test_instructions_chosen_in_the_environment_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """`CT2_FORCE_CPU_ISA` is not changed when it is set."""
    monkeypatch.setenv("CT2_FORCE_CPU_ISA", "GENERIC")
    choose_instructions()
    assert os.environ["CT2_FORCE_CPU_ISA"] == "GENERIC"


def test_the_resources_of_the_machine_are_positive() -> None:
    """Cores and memory are positive on every system."""
    assert count_cores() >= 1
    assert read_free_memory() > 2**20
    assert read_free_gpu_memory() > 2**20
