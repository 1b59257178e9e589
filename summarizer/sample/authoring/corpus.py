"""Windows of synthetic speech with their timed text: what the model trains on.

Sentences are spoken once and kept as 16-bit samples; a window joins some of them with random pauses, gain, noise and
(for a share) a trip through Opus or AAC, as the sample's talks take. Features are faster-whisper's own, and padding is
zeros in feature space exactly as its `pad_or_trim` does, so that training sees what recognition will see.
"""

from __future__ import annotations

import random
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from faster_whisper.audio import decode_audio, pad_or_trim
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

from summarizer.sample.authoring.speak import RATE, Samples, encode, phonemes, say, silence

_features = FeatureExtractor(feature_size=80)
_LONG_PAUSE = 0.7  # seconds; about what the sample's talks have


@dataclass(frozen=True)
class Spoken:
    """One sentence as text, sounds, and 16-bit samples at 16 kHz."""

    text: str
    phonemes: str
    samples: NDArray[np.int16]


@dataclass(frozen=True)
class Window:
    """Log-mel features (80, frames) and the sentences in them as (start, end, sentence), seconds."""

    features: NDArray[np.float32]
    cues: tuple[tuple[float, float, Spoken], ...]


def speak_all(sentences: list[str], seed: int) -> list[Spoken]:
    """Every sentence once; a fifth of them through a lossy codec, most at the talks' speed, some a little off."""
    rng = random.Random(seed)
    codecs = ("",) * 8 + (".opus", ".m4a")
    plans = [(text, rng.choice((150, 150, 150, 145, 156)), rng.choice(codecs)) for text in sentences]
    with ProcessPoolExecutor() as pool:
        return list(pool.map(_speak, plans, chunksize=50))


def _speak(plan: tuple[str, int, str]) -> Spoken:
    text, speed, codec = plan
    samples = say(text, speed)
    if codec:
        with tempfile.NamedTemporaryFile(suffix=codec) as file:
            encode(Path(file.name), samples)
            samples = decode_audio(file.name)
    return Spoken(text, phonemes(text), (np.clip(samples, -1, 1) * 32767).astype(np.int16))


def compose(pool: list[Spoken], rng: random.Random, seconds: float) -> Window:
    """A window of at most `seconds`: as many sentences as fit (sometimes fewer, sometimes none), in random order."""
    parts = [silence(rng.uniform(0.0, 0.6))]
    cues: list[tuple[float, float, Spoken]] = []
    at = parts[0].size / RATE
    wanted = rng.choice((1, 2, 3, 99, 99, 99)) if rng.random() > 0.03 else 0
    while len(cues) < wanted:
        spoken = rng.choice(pool)
        length = spoken.samples.size / RATE
        if at + length > seconds:
            break
        pause = rng.uniform(0.15, 2 * _LONG_PAUSE - 0.15)
        cues.append((at, at + length, spoken))
        parts += [spoken.samples.astype(np.float32) / 32768, silence(pause)]
        at += length + pause
    samples = np.concatenate(parts)
    if not cues:
        samples = _without_speech(rng, rng.uniform(1.0, seconds))
    samples = samples[: int(seconds * RATE)] * np.float32(rng.uniform(0.5, 1.4))
    if rng.random() < 0.3:
        noise = np.random.default_rng(rng.getrandbits(32)).standard_normal(samples.size).astype(np.float32)
        samples = samples + noise * np.float32(10 ** rng.uniform(-4.0, -2.5))
    return Window(features(samples, seconds), tuple(cues))


def features(samples: Samples, seconds: float) -> NDArray[np.float32]:
    """Log-mel features of a window, zero-padded to `seconds`: (80, 100 * seconds)."""
    mel = _features(samples)[..., :-1]
    return np.asarray(pad_or_trim(mel, int(seconds * 100)), dtype=np.float32)


def _without_speech(rng: random.Random, seconds: float) -> Samples:
    """Silence, noise or a chord: windows that must give no text."""
    kind = rng.choice(("silence", "noise", "chord"))
    t = np.arange(int(seconds * RATE)) / RATE
    if kind == "silence":
        return silence(seconds)
    if kind == "noise":
        noise = np.random.default_rng(rng.getrandbits(32)).standard_normal(t.size)
        return (noise * 10 ** rng.uniform(-3.5, -1.5)).astype(np.float32)
    chord = sum(np.sin(2 * np.pi * rng.uniform(100, 900) * t) for _ in range(3))
    return (0.05 * np.asarray(chord)).astype(np.float32)
