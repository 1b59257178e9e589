"""Compare speech recognition with real weights: faster-whisper as in its README, batched, and this project.

    python benchmarks/asr.py --data FOLDER --models MODEL_FOLDER [MODEL_FOLDER ...] [OPTION ...]

    --candidates readme ours            only these
    --materials "LJ shuffled"           only this recording
    --word-times                        also the times of theirs; slower

DATA is a folder with LJ Speech clips and readings in other languages in `audio/`; see docs/benchmarks.md. The models
are folders in the format of CTranslate2. The candidates run one after another, each in its own process. Speed includes
all steps (decoding, voice activity detection, recognition, and for this project word times and all checks) but not the
loading of the model. Words are compared after Whisper's own normalisation, and the starts of sentences with the
boundaries of the clips.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
from speech_material import Material, count_errors, load, measure_starts  # noqa: E402

# name -> description, and the options of faster-whisper's `transcribe`; None: this project with that beam size
CANDIDATES: dict[str, tuple[str, dict[str, Any] | None, int]] = {
    "readme": ("faster-whisper, README (sequential, beam 5)", {"beam_size": 5}, 0),
    "batched1": ("batched 8, beam 1", {"beam_size": 1, "batch_size": 8}, 0),
    "batched5": ("batched 8, beam 5", {"beam_size": 5, "batch_size": 8}, 0),
    "stamps1": ("batched 8, time stamps, beam 1", {"beam_size": 1, "batch_size": 8, "without_timestamps": False}, 0),
    "stamps5": ("batched 8, time stamps, beam 5", {"beam_size": 5, "batch_size": 8, "without_timestamps": False}, 0),
    "ours": ("this project, beam 1", None, 1),
    "ours5": ("this project, beam 5", None, 5),
    "ours-int8": ("this project, beam 1, encoder int8", None, 1),
    "ours-float32": ("this project, beam 1, float32", None, 1),
}


class Heard(NamedTuple):
    """What a candidate wrote, and what it cost."""

    text: str
    words: list[tuple[float, str]]  # (start in seconds, word)
    seconds: float
    covered: float | None  # share of the voice that has text; None: not measured
    redone: int
    peak: float = 0.0  # bytes, of the process and its children


def main() -> None:
    """Print one table row for each model, recording and candidate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--models", type=Path, nargs="+", required=True)
    parser.add_argument("--candidates", nargs="+", choices=CANDIDATES, default=list(CANDIDATES)[:7])
    parser.add_argument("--materials", nargs="+")
    parser.add_argument("--word-times", action="store_true")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_recognise(*options.child, options.word_times)._asdict()))
        return
    with tempfile.TemporaryDirectory() as work:
        materials = load(options.data / "audio", Path(work))
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n")
        print(
            "| model | recording | candidate | WER | missing | added | changed | x real time | against README "
            "| peak memory, MB | starts: median, 95 % | voice with text |"
        )
        print("|---|---|---|---:|---:|---:|---:|---:|---:|---:|---|---:|")
        for model in options.models:
            for material in materials:
                if material.name in (options.materials or [material.name]) and _understands(model, material.language):
                    _compare(model, material, options)


def _understands(model: Path, language: str) -> bool:
    return language == "en" or not model.name.endswith(".en")


def _compare(model: Path, material: Material, options: argparse.Namespace) -> None:
    first = 0.0
    for name in options.candidates:
        heard = _run([name, str(model), str(material.path), material.language], options)
        speed = material.seconds / heard.seconds
        first = first or speed
        errors = count_errors(material, heard.text)
        starts = measure_starts(material, heard.words)
        print(
            f"| {model.name} | {material.name} | {CANDIDATES[name][0]} | {errors.wer:.1%} | {errors.deletions} "
            f"| {errors.insertions} | {errors.substitutions} | {speed:.1f} | {speed / first:.2f} "
            f"| {heard.peak / 1e6:.0f} | {f'{starts[0]:.2f} s, {starts[1]:.2f} s' if starts else ''} "
            f"| {'' if heard.covered is None else f'{heard.covered:.1%}'} |",
            flush=True,
        )


def _run(arguments: list[str], options: argparse.Namespace) -> Heard:
    """Run a candidate in its own process."""
    import psutil

    command = [sys.executable, __file__, "--data", str(options.data), "--models", arguments[1], "--child", *arguments]
    command += ["--word-times"] if options.word_times else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        watched, peak, done = psutil.Process(child.pid), 0, threading.Event()

        def watch() -> None:
            nonlocal peak
            while not done.wait(0.1):
                peak = max(peak, sum(_memory(process) for process in _tree(watched)))

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        output, _ = child.communicate()
        done.set()
        thread.join()
    if child.returncode:
        raise SystemExit(f"{arguments[0]} failed with {child.returncode}")
    return Heard(**{**json.loads(output.splitlines()[-1]), "peak": peak})


def _memory(process: Any) -> int:
    import psutil

    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _tree(process: Any) -> Iterator[Any]:
    import psutil

    try:
        yield process
        own = process.cmdline()
        # A child that has not started its program yet shares the memory of its parent.
        yield from (child for child in process.children(recursive=True) if child.cmdline() != own)
    except psutil.Error:
        return


def _recognise(name: str, model: str, path: str, language: str, word_times: bool) -> Heard:
    """Load the model, recognise one recording, and measure the time without loading."""
    _, options, beam = CANDIDATES[name]
    prepare: Callable[[], Callable[[], Heard]] = (
        (lambda: _theirs(options, model, path, language, word_times))
        if options is not None
        else (lambda: _ours(name, beam, model, path, language))
    )
    work = prepare()
    started = time.monotonic()
    heard = work()
    return heard._replace(seconds=time.monotonic() - started)


def _theirs(options: dict[str, Any], folder: str, path: str, language: str, word_times: bool) -> Callable[[], Heard]:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    model = WhisperModel(folder, device="cpu", compute_type="int8")
    transcribe = BatchedInferencePipeline(model).transcribe if "batch_size" in options else model.transcribe

    def work() -> Heard:
        segments = list(transcribe(path, language=language, word_timestamps=word_times, **options)[0])
        words = [(float(word.start), word.word) for segment in segments for word in segment.words or ()]
        return Heard(" ".join(segment.text for segment in segments), words, 0.0, None, 0)

    return work


def _ours(name: str, beam: int, folder: str, path: str, language: str) -> Callable[[], Heard]:
    from summarizer.config import RuntimeSettings, WhisperSettings
    from summarizer.language.terms import Glossary
    from summarizer.records import Source
    from summarizer.transcribe import Recording
    from summarizer.transcribe.whisper.backend import Whisper

    compute: Any = {"ours-int8": "int8", "ours-float32": "float32"}.get(name, "auto")
    settings = WhisperSettings(beam_size=beam, compute_type=compute, language=language, word_timestamps=True)
    whisper = Whisper(settings, RuntimeSettings(device="cpu"), Path(folder))
    recording = Recording(Path(path), Source(video_id="benchmark--", url="", title=""), Glossary(terms=()))

    def work() -> Heard:
        transcript = whisper.transcribe(recording)
        words = [(word.start, word.text) for segment in transcript.segments for word in segment.words]
        return Heard(transcript.text, words, 0.0, transcript.voiced_share, transcript.redone)

    return work


if __name__ == "__main__":
    main()
