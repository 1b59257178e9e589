from __future__ import annotations

import os
from pathlib import Path

import pytest

from summarizer.config import RuntimeSettings
from summarizer.machine import cores, free_gpu_memory, free_memory
from summarizer.transcribe.whisper.plan import (
    Plan,
    Shape,
    choose_instructions,
    plan,
    shape_of,
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
    """The documented rule, where memory is no question."""
    assert expected == plan(shape, "cpu", count, memory, AUTO)


def test_little_memory_means_smaller_batches_and_then_fewer_workers() -> None:
    """A large model on a small machine still runs, with all cores."""
    tight = plan(LARGE, "cpu", 8, 8 * GIB, AUTO)
    assert tight.batch < 8
    assert tight.workers < 8
    assert tight.workers * tight.threads <= 8
    assert Plan(workers=1, threads=4, batch=1) == plan(LARGE, "cpu", 4, 0, AUTO)


@pytest.mark.parametrize("shape", [BASE, SMALL, LARGE])
@pytest.mark.parametrize("gib", [4, 8, 16, 64])
def test_a_plan_fits_half_of_the_memory(shape: Shape, gib: int) -> None:
    """Unless not even one window fits."""
    found = plan(shape, "cpu", 16, gib * GIB, AUTO)
    needed = shape.bytes + found.workers * (found.batch * shape.window_bytes(4) + shape.encoding_bytes(4))
    assert needed <= gib * GIB / 2 or (found.workers, found.batch) == (1, 1)


def test_a_gpu_gets_the_batch_that_its_memory_holds() -> None:
    """More memory, more windows, up to a bound; a small decoder leaves room for more than a large one."""
    assert plan(TURBO, "cuda", 8, 80 * GIB, AUTO).batch == 64
    assert plan(LARGE, "cuda", 8, 8 * GIB, AUTO).batch < plan(TURBO, "cuda", 8, 8 * GIB, AUTO).batch < 64
    assert plan(TURBO, "cuda", 8, 1 * GIB, AUTO).batch == 1


def test_settings_replace_the_rule() -> None:
    """What is not 0 was meant."""
    runtime = RuntimeSettings(threads=6, whisper_workers=3, whisper_batch=5)
    assert Plan(workers=3, threads=2, batch=5) == plan(BASE, "cpu", 2, 8 * GIB, runtime)
    assert plan(TURBO, "cuda", 2, 80 * GIB, runtime).batch == 5


def test_the_shape_is_read_from_the_model(tmp_path: Path) -> None:
    """Width and decoder layers stand in the headers of its weights; a large model is assumed where they do not."""
    folder = tiny_whisper.build(tmp_path / "model")
    found = shape_of(folder)
    from tools.sample import network

    config = network.build_model(network.train_tokenizer(["A disk."])).config
    assert (config.d_model, config.decoder_layers) == (found.width, found.decoder_layers)
    (folder / "model.bin").write_bytes(b"nonsense")
    assert (shape_of(folder).width, shape_of(folder).decoder_layers) == (1280, 32)


def test_a_choice_of_instructions_in_the_environment_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody set it for a reason."""
    monkeypatch.setenv("CT2_FORCE_CPU_ISA", "GENERIC")
    choose_instructions()
    assert os.environ["CT2_FORCE_CPU_ISA"] == "GENERIC"


def test_the_machine_says_what_it_has() -> None:
    """Positive figures, whatever the system."""
    assert cores() >= 1
    assert free_memory() > 2**20
    assert free_gpu_memory() > 2**20
