"""Measure each step of recognising a window of 30 s on one core.

    python benchmarks/asr_steps.py --data FOLDER [--model base]

The model has the real shape, and random weights that write 70 words in every window (`whisper_shapes.py`). The steps
run in turns, and the best turn of each is printed in CPU seconds per window. CTranslate2 encodes here; `encoder.py`
compares its encoder with ours. To see the effect of the CPU instructions, run it again with CT2_FORCE_CPU_ISA=AVX2.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
TURNS = 3
WINDOW = 480_000  # samples


def main() -> None:
    """Print a markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="base")
    parser.add_argument("--data", type=Path, required=True, help="folder with whisper_tokenizer/ and audio/")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "asr-benchmark")
    options = parser.parse_args()
    steps = _make_steps(options)
    print(f"CT2_FORCE_CPU_ISA={os.environ.get('CT2_FORCE_CPU_ISA', '')}\n\n| step | CPU seconds a window |\n|---|---:|")
    best = dict.fromkeys(steps, float("inf"))
    for _ in range(TURNS):
        for name, (count, work) in steps.items():
            started = time.process_time()
            work()
            best[name] = min(best[name], (time.process_time() - started) / count)
    for name, seconds in best.items():
        print(f"| {name} | {seconds:.3f} |")


def _make_steps(options: argparse.Namespace) -> dict[str, tuple[int, Callable[[], Any]]]:
    """For each step: the number of windows that it processes, and the function to measure."""
    import numpy as np
    import whisper_shapes
    from faster_whisper.audio import decode_audio

    from summarizer.audio.voice_activity import VoiceActivity
    from summarizer.config import RuntimeSettings, WhisperSettings
    from summarizer.transcribe.whisper.network.model import Model

    folder = whisper_shapes.build(options.model, options.data / "whisper_tokenizer", options.work / options.model)
    model = Model(WhisperSettings(compute_type="int8"), RuntimeSettings(device="cpu", threads=1), folder)
    clip = decode_audio(str(next((options.data / "audio").glob("ljspeech*.opus"))))
    samples = np.resize(clip, WINDOW)
    mel = model.compute_features(samples)
    activity, block = VoiceActivity(), (samples * 32767).astype(np.int16)
    library, encoded = model.model, model._encode([mel])  # faster-whisper's model
    prompt = library.get_prompt(model._make_tokenizer("en"), [])

    def decode(count: int) -> tuple[int, Callable[[], Any]]:
        import ctranslate2

        batch = ctranslate2.StorageView.from_array(np.repeat(np.asarray(encoded), count, axis=0))
        return count, lambda: library.model.generate(
            batch, [prompt] * count, beam_size=1, max_length=library.max_length
        )

    return {
        "encode 1": (1, lambda: np.asarray(library.encode(mel))),
        "encode 8 together": (8, lambda: np.asarray(library.encode(np.stack([mel] * 8)))),
        **{f"decode {count} together": decode(count) for count in (1, 4, 8, 16)},
        "mel spectrogram": (1, lambda: model.compute_features(samples)),
        "voice activity": (1, lambda: activity.feed(block)),
    }


if __name__ == "__main__":
    main()
