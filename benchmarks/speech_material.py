"""Real speech with its text and times, for `asr.py`: LJ Speech (public domain) and LibriVox readings."""

from __future__ import annotations

import json
import random
import re
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

RATE = 16_000


class Material(NamedTuple):
    """A recording, and what is said in it."""

    name: str
    language: str
    path: Path
    text: str
    seconds: float
    clips: tuple[tuple[float, str], ...]  # the start of each sentence, seconds, and its text; empty if unknown


def load(audio: Path, work: Path) -> list[Material]:
    """The materials in the folder `audio`; files that have to be made are written to `work`."""
    work.mkdir(parents=True, exist_ok=True)
    lj = next(audio.glob("ljspeech*.opus"))
    clips = json.loads(lj.with_suffix(".json").read_text())
    materials = [_lj(lj, clips), _shuffle(lj, clips, work / "shuffle.wav")]
    for language in ("de", "es"):
        path = audio / f"{language}.mp3"
        if path.is_file():
            # Each line begins with its id and a bar, which nobody says.
            text = re.sub(r"^\w+\|", "", path.with_suffix(".txt").read_text(), flags=re.MULTILINE)
            materials.append(Material(language, language, path, text, _decode(path).size / RATE, ()))
    return materials


def _decode(path: Path) -> Any:
    from faster_whisper import decode_audio

    return decode_audio(str(path))


def _lj(path: Path, clips: Sequence[dict[str, Any]]) -> Material:
    text = " ".join(clip["text"] for clip in clips)
    return Material("LJ", "en", path, text, _decode(path).size / RATE, tuple((c["start"], c["text"]) for c in clips))


def _shuffle(source: Path, clips: Sequence[dict[str, Any]], path: Path) -> Material:
    """All clips four times in seeded random orders, with pauses of 0.2 to 2 s of faint noise: 17 minutes."""
    import numpy as np

    samples, rng = _decode(source), random.Random(11)
    noise = np.random.default_rng(11).normal(0, 3e-4, 2 * RATE)
    parts, placed, size = [], [], 0
    for _ in range(4):
        order = list(clips)
        rng.shuffle(order)
        for clip in order:
            piece = samples[int(clip["start"] * RATE) : int(clip["end"] * RATE)]
            pause = noise[: int(rng.uniform(0.2, 2.0) * RATE)]
            placed.append((size / RATE, clip["text"]))
            parts += [piece, pause]
            size += piece.size + pause.size
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.concatenate(parts) * 32767).astype("<i2").tobytes())
    return Material("LJ shuffled", "en", path, " ".join(text for _, text in placed), size / RATE, tuple(placed))


def count_errors(material: Material, text: str) -> Any:
    """The differences of the recognised words, as jiwer returns them, after Whisper's own normalisation."""
    import jiwer
    from whisper_normalizer.basic import BasicTextNormalizer
    from whisper_normalizer.english import EnglishTextNormalizer

    normalise = EnglishTextNormalizer() if material.language == "en" else BasicTextNormalizer()
    return jiwer.process_words(normalise(material.text), normalise(text))


def measure_starts(material: Material, words: Sequence[tuple[float, str]]) -> tuple[float, float] | None:
    """The error of the starts of the sentences, seconds: the median and what 95 % do not exceed."""
    import jiwer
    import numpy as np

    if not material.clips or not words:
        return None
    heard = [(_plain(text), start) for start, text in words if _plain(text)]
    said, first = [], []
    for start, text in material.clips:
        first.append((len(said), start))
        said += [_plain(word) for word in text.replace("-", " ").split() if _plain(word)]
    aligned = jiwer.process_words(" ".join(said), " ".join(text for text, _ in heard)).alignments[0]
    starts = {
        chunk.ref_start_idx + n: heard[chunk.hyp_start_idx + n][1]
        for chunk in aligned
        if chunk.type == "equal"
        for n in range(chunk.ref_end_idx - chunk.ref_start_idx)
    }
    errors = [abs(starts[index] - start) for index, start in first if index in starts]
    return float(np.median(errors)), float(np.percentile(errors, 95))


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9']", "", word.lower())
