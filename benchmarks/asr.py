"""Compare the speed of speech recognition: faster-whisper as in its README, faster-whisper batched, and this project.

    python benchmarks/asr.py --data FOLDER [OPTION ...]

    (no other option)                        tiny, base and small over 15.3 minutes of speech
    --models base --minutes 2.3
    --files 30 --minutes 14                  30 files of 28 seconds
    --hours 10 --speech 0.05 --models tiny   memory for one long file, this project only
    --identity                               do batches give the same text as single windows?

The models have the real shapes, and random weights that write 70 words in every window (`whisper_shapes.py`); real
weights are not needed to measure speed. (Our guards would recognise a last window of a few seconds with 70 words a
second time; the durations above have no such window.) The candidates run one after another, each in its own process.
The measurement includes all steps: decoding, voice activity detection, mel spectrogram, recognition, and for this
project all checks. It does not include loading the model.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
CANDIDATES = {
    "default": "faster-whisper, README",
    "batched": "faster-whisper batched, README",
    "batched1": "faster-whisper batched, beam 1",
    "ours": "ours",
    "ours8": "ours, encoder int8",
    "ours5": "ours, beam 5",
}


def main() -> None:
    """Build missing models, run every candidate, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["tiny", "base", "small"])
    parser.add_argument("--candidates", nargs="+", choices=CANDIDATES, default=list(CANDIDATES))
    parser.add_argument("--minutes", type=float, default=15.3)
    parser.add_argument("--files", type=int, default=1, help="number of files that the audio is divided into")
    parser.add_argument("--hours", type=float, help="one file of this duration, for this project only")
    parser.add_argument(
        "--speech", type=float, default=1.0, help="share of the audio that is speech; the rest is noise"
    )
    parser.add_argument(
        "--identity", action="store_true", help="compare the text of batches with that of single windows"
    )
    parser.add_argument("--data", type=Path, help="folder with whisper_tokenizer/ and audio/ (needed)")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "asr-benchmark")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        _child(options.child[0], Path(options.child[1]), [Path(path) for path in options.child[2:]])
        return
    if not options.data or not (options.data / "whisper_tokenizer" / "tokenizer.json").is_file():
        print("skipped: --data must be a folder with whisper_tokenizer/ and audio/")
        return
    minutes = options.hours * 60 if options.hours else options.minutes
    files = make_audio(options.data / "audio", options.work, minutes, options.files, options.speech)
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start, {minutes:g} minutes in {len(files)} files"
    )
    if options.identity:
        _identity(options, files[0])
        return
    print("\nbound: real-time factor without waiting and without other load; use it when the machine is busy.\n")
    print("| model | candidate | x real time | against the first | peak memory, MB | CPU s | bound | words |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for name in options.models:
        model = _model(options, name)
        first = 0.0
        for candidate in ["ours"] if options.hours else options.candidates:
            result = _measure([candidate, str(model), *map(str, files)])
            speed = minutes * 60 / result["seconds"]
            first = first or speed
            print(
                f"| {name} | {CANDIDATES[candidate]} | {speed:.1f} | {speed / first:.2f} | {result['peak'] / 1e6:.0f} "
                f"| {result['cpu']:.1f} | {minutes * 60 * (os.cpu_count() or 1) / result['cpu']:.1f} "
                f"| {result['words']} |",
                flush=True,
            )


def _model(options: argparse.Namespace, name: str, scripted: bool = True) -> Path:
    from whisper_shapes import build

    return build(
        name, options.data / "whisper_tokenizer", options.work / (name if scripted else f"{name}-free"), scripted
    )


def make_audio(audio: Path, work: Path, minutes: float, count: int, speech: float) -> list[Path]:
    """Repeat the LJ Speech clips and divide them into files, each of which starts at another position in the clips."""
    import av
    import numpy as np
    from faster_whisper import decode_audio

    work.mkdir(parents=True, exist_ok=True)
    suffix = "flac" if minutes > 120 else "opus"
    paths = [work / f"speech-{minutes:g}-{speech:g}-{count}-{number}.{suffix}" for number in range(count)]
    if all(path.is_file() for path in paths):
        return paths
    clip = (decode_audio(str(next(audio.glob("ljspeech*.opus")))) * 32767).astype(np.int16)
    noise = np.random.default_rng(1).integers(-20, 20, clip.size, dtype=np.int16)
    size = int(minutes * 60 * 16_000 / count)
    for number, path in enumerate(paths):
        partial = path.with_suffix(".partial")
        with av.open(str(partial), "w", format="flac" if suffix == "flac" else "ogg") as container:
            stream = container.add_stream("flac" if suffix == "flac" else "libopus", rate=16_000, layout="mono")
            resampler = av.AudioResampler(stream.format.name, "mono", 16_000, stream.codec_context.frame_size or 4096)
            for turn, start in enumerate(range(0, size, clip.size)):
                is_speech = int((turn + 1) * speech) > int(turn * speech)
                samples = np.roll(clip if is_speech else noise, -number * size)[: size - start]
                frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
                frame.sample_rate = 16_000
                for piece in resampler.resample(frame):
                    container.mux(stream.encode(piece))
            for piece in resampler.resample(None):
                container.mux(stream.encode(piece))
            container.mux(stream.encode(None))
        partial.rename(path)
    return paths


def _measure(arguments: list[str]) -> dict[str, Any]:
    """Run a candidate in its own process; `peak` is the maximum memory of it and its children, bytes."""
    import psutil

    with subprocess.Popen(
        [sys.executable, __file__, "--child", *arguments], stdout=subprocess.PIPE, text=True
    ) as child:
        watched = psutil.Process(child.pid)
        peak = 0
        done = threading.Event()

        def watch() -> None:
            nonlocal peak
            while not done.wait(0.1):
                total = 0
                for process in _tree(watched):
                    try:
                        total += process.memory_info().rss
                    except psutil.Error:
                        continue
                peak = max(peak, total)

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        output, _ = child.communicate()
        done.set()
        thread.join()
    if child.returncode:
        raise SystemExit(f"{arguments[0]} failed with {child.returncode}")
    return {**json.loads(output.splitlines()[-1]), "peak": peak}


def _tree(process: Any) -> Iterator[Any]:
    import psutil

    try:
        yield process
        own = process.cmdline()
        # A child that has not started its program yet shares the memory of its parent.
        yield from (child for child in process.children(recursive=True) if child.cmdline() != own)
    except psutil.Error:
        return


def _child(candidate: str, model: Path, files: list[Path]) -> None:
    """Load the model, recognise all files, and print seconds and the number of words as JSON."""
    work = (_ours if candidate.startswith("ours") else _theirs)(candidate, model)
    started, cpu = time.monotonic(), _cpu()
    words = work(files)
    print(json.dumps({"seconds": time.monotonic() - started, "cpu": _cpu() - cpu, "words": words}))


def _cpu() -> float:
    """CPU seconds of this process and of its finished children."""
    return sum(os.times()[:4])


def _theirs(candidate: str, folder: Path) -> Callable[[list[Path]], int]:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    model = WhisperModel(str(folder), device="cpu", compute_type="int8")
    options: dict[str, Any] = {"language": "en"}
    if candidate == "default":
        transcribe, options["beam_size"] = model.transcribe, 5
    else:
        transcribe, options["batch_size"] = BatchedInferencePipeline(model).transcribe, 16
    if candidate == "batched1":
        options |= {"beam_size": 1, "batch_size": 8, "without_timestamps": False}
    return lambda files: sum(
        len(segment.text.split()) for path in files for segment in transcribe(str(path), **options)[0]
    )


def _ours(candidate: str, folder: Path) -> Callable[[list[Path]], int]:
    from summarizer.check import check
    from summarizer.config import CheckSettings, RuntimeSettings, WhisperSettings
    from summarizer.errors import Refused
    from summarizer.language.terms import Glossary
    from summarizer.records import Source
    from summarizer.transcribe import Recording
    from summarizer.transcribe.whisper.backend import Whisper

    settings = WhisperSettings(
        beam_size=5 if candidate == "ours5" else 1,
        compute_type="int8" if candidate == "ours8" else "auto",
        language="en",
    )
    whisper = Whisper(settings, RuntimeSettings(device="cpu"), folder)
    source, glossary = Source(video_id="benchmark--", url="", title=""), Glossary(terms=())
    print(f"{folder.name}: {whisper.model.plan}", file=sys.stderr)

    def work(files: list[Path]) -> int:
        words = 0
        recordings = [Recording(path, source, glossary) for path in files]
        for recording in recordings:
            whisper.announce(recording)
        for recording in recordings:
            transcript = whisper.transcribe(recording)
            words += len(transcript.text.split())
            with contextlib.suppress(Refused):  # random words are not English
                check(transcript, transcript.duration, CheckSettings(), ("en",))
        return words

    return work


def _identity(options: argparse.Namespace, path: Path) -> None:
    """Compare windows recognised alone and in batches, with random weights whose text depends on the audio."""
    import numpy as np

    from summarizer.audio.media import stream
    from summarizer.config import RuntimeSettings, WhisperSettings
    from summarizer.transcribe.whisper.network.model import Model

    samples = np.concatenate(list(stream(path))).astype(np.float32) / 32768
    for name in options.models:
        for compute in ("auto", "int8", "float32"):
            settings = WhisperSettings(compute_type=compute)
            model = Model(settings, RuntimeSettings(device="cpu"), _model(options, name, scripted=False))
            windows = [samples[start : start + 480_000] for start in range(0, min(samples.size, 8 * 480_000), 480_000)]
            features = [model.compute_features(window) for window in windows]
            seconds = [window.size / 16_000 for window in windows]
            single = [model.recognise([f], [s], "en")[0] for f, s in zip(features, seconds, strict=True)]
            for batch in (2, 4, 8):
                slices = [slice(start, start + batch) for start in range(0, len(windows), batch)]
                batched = [text for part in slices for text in model.recognise(features[part], seconds[part], "en")]
                same = sum(a.phrases == b.phrases for a, b in zip(single, batched, strict=True))
                distinct = len({text.phrases for text in single})
                print(
                    f"{name} {compute}, batch {batch}: {same} of {len(windows)} windows are equal "
                    f"({distinct} different texts)"
                )


if __name__ == "__main__":
    main()
