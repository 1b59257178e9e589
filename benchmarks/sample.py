"""Measure the complete pipeline on the embedded sample: `make bench`, or `benchmarks/sample.py [--setup] [--json]`.

Each run is a separate process, as on the command line, with a library in a temporary folder. In the first run,
everything is made; in the second run, everything is cached. Peak memory is that of the largest process of a run,
including the child process that decodes audio, as reported by the operating system. The seconds of stages are read from
the manifests; stages of different talks may overlap. Talks that are heard are compared with what their voice was given.

With `--setup`, `make summarize` is also measured from the beginning: in a new clone of the last commit, without a
virtual environment, with packages from the package index.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from summarizer.evaluation.scoring import count_word_errors
from summarizer.pipeline import stage_names
from summarizer.records import Transcript
from summarizer.sample import load_talks
from summarizer.store import Library

ROOT = Path(__file__).parent.parent
REPEATS = 5  # of the cached run; the fastest one counts, because other load only makes it slower


@dataclass(frozen=True)
class Measured:
    """Measurements of one process: wall time, processor time, peak memory, and the outcomes that it reported."""

    seconds: float
    processor: float  # seconds, sum over all cores; varies less than wall time under other load
    megabytes: float
    outcomes: tuple[str, ...]


def summarize(folder: Path, *more: str) -> Measured:
    """Run the sample once."""
    command = [sys.executable, "-m", "summarizer", "run", "sample", "--json", "-c", "sample"]
    command += ["--library", str(folder / "library"), "--digests", str(folder / "digests"), *more]
    started = time.monotonic()
    with (folder / "out.json").open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    unit = 2**20 if sys.platform == "darwin" else 2**10  # ru_maxrss is in bytes on macOS, in KiB elsewhere
    outcomes = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    return Measured(
        seconds,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / unit,
        tuple(outcome["state"] for outcome in outcomes),
    )


def stages(library: Path) -> list[tuple[str, int, float]]:
    """(stage, number of results, total seconds), from the manifests, in the order of the stages."""
    entries = [entry for folder in Library(library).folders() for entry in folder.manifest.entries.values()]
    return [(stage, len(made), sum(entry.seconds for entry in made))
            for stage in stage_names()
            if (made := [entry for entry in entries if entry.stage == stage])]  # fmt: skip


def measure_recognition(library: Path) -> tuple[float, float]:
    """Seconds of audio whose speech was recognised, and seconds that recognition took."""
    audio = took = 0.0
    for folder in Library(library).folders():
        for entry in folder.manifest.entries.values():
            if entry.stage == "transcribe" and "audio" in entry.inputs and entry.files:
                transcript = json.loads((folder.path / entry.files[0].name).read_text(encoding="utf-8"))
                audio, took = audio + (transcript["duration"] or 0), took + entry.seconds
    return audio, took


def measure_words(library: Path) -> dict[str, str]:
    """Title of every talk that has sound only -> how much of it was recognised wrongly."""
    figures = {}
    for talk in load_talks():
        for path in (library / talk.id).glob("transcribe-*.json") if talk.captions == "none" else ():
            transcript = Transcript.model_validate_json(path.read_bytes())
            words = count_word_errors(" ".join(talk.sentences), transcript.text)
            title = talk.title.partition(" - ")[0]
            figures[f"words wrong, {title}"] = f"{words.rate:.1%} of {words.reference}, {words.deletions} missing"
    return figures


def measure_setup() -> dict[str, float]:
    """Seconds of the first and of the second `make summarize` in a new clone."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), folder], check=True)
        seconds = []
        for _ in range(2):
            started = time.monotonic()
            subprocess.run(["make", "summarize"], cwd=folder, check=True, capture_output=True)
            seconds.append(round(time.monotonic() - started, 2))
    return {"make summarize in a new clone, seconds": seconds[0], "make summarize again, seconds": seconds[1]}


def report(first: Measured, cached: Measured, library: Path) -> dict[str, Any]:
    """All figures in the order in which they are printed."""
    audio, took = measure_recognition(library)
    figures: dict[str, Any] = {
        "talks": len(first.outcomes),
        "made, refused, failed": ", ".join(str(first.outcomes.count(s)) for s in ("made", "refused", "failed")),
        "first run, seconds": round(first.seconds, 2),
        "second run, seconds": round(cached.seconds, 2),
        "first : second": f"{first.seconds / cached.seconds:.1f} : 1",
        "processor seconds, first and second run": f"{first.processor:.1f}, {cached.processor:.2f}",
        "peak memory of the first run, MiB": round(first.megabytes),
        "peak memory of the second run, MiB": round(cached.megabytes),
    }
    if took:
        figures["speech recognised, seconds"] = round(audio, 1)
        figures["speed of recognition, times real time"] = round(audio / took, 1)
    figures |= measure_words(library)
    for stage, count, seconds in stages(library):
        figures[f"stage {stage}, seconds ({count}x)"] = round(seconds, 2)
    return figures


def main() -> None:
    """Measure and print; the exit code is 1 if the second run was not cached or took more than a second."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="machine-readable output")
    parser.add_argument("--setup", action="store_true", help="also install everything in a new clone and run that")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = summarize(folder)
        cached = min((summarize(folder) for _ in range(REPEATS)), key=lambda run: run.seconds)
        figures = report(first, cached, folder / "library")
    if arguments.setup:
        figures |= measure_setup()
    if arguments.json:
        print(json.dumps(figures, indent=1))
    else:
        table = Table("figure", "measured", box=None, pad_edge=False)
        for figure, value in figures.items():
            table.add_row(figure, str(value))
        Console().print(table)
    if cached.seconds > 1 or not set(cached.outcomes) <= {"cached", "refused"}:
        sys.exit("the second run must be cached and take at most a second")


if __name__ == "__main__":
    main()
