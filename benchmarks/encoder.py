"""Compare Whisper encoders on one core: CTranslate2's in int8 and in float32, and ours in bfloat16.

    python benchmarks/encoder.py --data FOLDER [--models tiny base small]

The models have the real shapes and random weights; the window contains real speech. The encoders run in turns, and the
best turn of each is printed in CPU seconds per window of 30 s. `error` is the norm of the difference from the float32
encoding, relative to the norm of that encoding.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
TURNS = 5


def main() -> None:
    """Print a markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["tiny", "base", "small"])
    parser.add_argument("--data", type=Path, required=True, help="folder with whisper_tokenizer/ and audio/")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "asr-benchmark")
    options = parser.parse_args()
    from summarizer.transcribe.whisper.network.plan import choose_instructions, computes_bfloat16

    choose_instructions()
    print(f"bfloat16 in the CPU: {computes_bfloat16()}, CT2_FORCE_CPU_ISA={os.environ.get('CT2_FORCE_CPU_ISA', '')}\n")
    print("| model | encoder | CPU seconds a window | against int8 | error |\n|---|---|---:|---:|---:|")
    for name in options.models:
        _compare(name, options)


def _compare(name: str, options: argparse.Namespace) -> None:
    import numpy as np
    import whisper_shapes
    from faster_whisper import WhisperModel

    from summarizer.transcribe.whisper.network.encoder import Encoder

    folder = whisper_shapes.build(name, options.data / "whisper_tokenizer", options.work / name)
    models = {
        kind: WhisperModel(str(folder), device="cpu", compute_type=kind, cpu_threads=1) for kind in ("int8", "float32")
    }
    ours = Encoder(folder, threads=1)
    mel = _compute_mel(models["int8"], options.data)
    encoders = {
        "CTranslate2, int8": lambda: np.asarray(models["int8"].encode(mel))[0],
        "CTranslate2, float32": lambda: np.asarray(models["float32"].encode(mel))[0],
        "ours, bfloat16": lambda: ours(mel),
    }
    truth = encoders["CTranslate2, float32"]()
    best = dict.fromkeys(encoders, float("inf"))
    errors = {
        encoder: float(np.linalg.norm(encode() - truth) / np.linalg.norm(truth)) for encoder, encode in encoders.items()
    }
    for _ in range(TURNS):
        for encoder, encode in encoders.items():
            started = time.process_time()
            encode()
            best[encoder] = min(best[encoder], time.process_time() - started)
    for encoder, seconds in best.items():
        ratio = best["CTranslate2, int8"] / seconds
        print(f"| {name} | {encoder} | {seconds:.3f} | {ratio:.2f} | {errors[encoder]:.4f} |")


def _compute_mel(model: Any, data: Path) -> Any:
    from faster_whisper.audio import decode_audio

    speech = next(path for path in sorted((data / "audio").rglob("*")) if path.suffix in {".flac", ".wav", ".opus"})
    return model.feature_extractor(decode_audio(str(speech))[:480_000], padding=480_000)[:, :3000].astype("float32")


if __name__ == "__main__":
    main()
