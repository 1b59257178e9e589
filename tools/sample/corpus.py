"""Make the training data of the model: windows of synthetic speech with their text and its times.

Each sentence is spoken once and stored as 16-bit samples; some are encoded and decoded with Opus or AAC, like the
sample's talks. A window joins several sentences with random pauses, gain and noise. Features are computed as in
faster-whisper, and padding consists of zeros in feature space as in its `pad_or_trim`, so that training and recognition
have the same input.
"""

from __future__ import annotations

import gc
import random
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from faster_whisper.audio import decode_audio
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray
from torch import nn

from tools.sample.speak import RATE, encode
from tools.sample.voice import voice

_features = FeatureExtractor(feature_size=80)
_LONG_PAUSE = 0.7  # seconds; similar to the pauses in the sample's talks


@dataclass(frozen=True)
class Spoken:
    """One sentence: its text, the start of each word (character, seconds) and phoneme (seconds), samples at 16 kHz."""

    text: str
    words: tuple[tuple[int, float], ...]
    phonemes: tuple[tuple[str, float], ...]
    samples: NDArray[np.int16]


Cues = tuple[tuple[float, float, Spoken], ...]  # start and end in seconds, and the sentence


def speak_all(sentences: list[str], seed: int) -> list[Spoken]:
    """Speak every sentence once; a fifth of them with a lossy codec, most at the speed of the talks, some near it."""
    rng = random.Random(seed)
    codecs = ("",) * 8 + (".opus", ".m4a")
    plans = [(text, rng.choice((150, 150, 150, 145, 156)), rng.choice(codecs)) for text in sentences]
    # faster-whisper collects garbage after decoding a file (0.1 s with torch loaded); frozen objects are skipped.
    with ProcessPoolExecutor(initializer=gc.freeze) as pool:
        return list(pool.map(_speak, plans, chunksize=50))


def _speak(plan: tuple[str, int, str]) -> Spoken:
    text, speed, codec = plan
    spoken = voice().say(text, speed)
    samples = spoken.samples
    if codec:
        with tempfile.NamedTemporaryFile(suffix=codec) as file:
            encode(Path(file.name), samples)
            samples = decode_audio(file.name)
    return Spoken(text, spoken.words, spoken.phonemes, (np.clip(samples, -1, 1) * 32767).astype(np.int16))


class Pool:
    """All sentences as one tensor on the device, from which batches of windows are made.

    Processes on the CPU, one per core, made 0.2 batches per second and left the GPU idle; on the GPU the time is
    negligible.
    """

    def __init__(self, spoken: list[Spoken], device: torch.device) -> None:
        self.spoken = spoken
        self.device = device
        lengths = [each.samples.size for each in spoken]
        self.starts = np.concatenate([[0], np.cumsum(lengths)])
        self.samples = torch.from_numpy(np.concatenate([each.samples for each in spoken])).to(device)
        self.filters = torch.from_numpy(_features.mel_filters).float().to(device)
        self.hann = torch.hann_window(_features.n_fft, device=device)

    def windows(self, rng: random.Random, seconds: float, size: int) -> tuple[torch.Tensor, list[Cues]]:
        """Features (size, 80, 100 * seconds) of random windows, and the sentences of each."""
        plans = [plan(self.spoken, rng, seconds) for _ in range(size)]
        sound = torch.zeros(size, int(seconds * RATE), device=self.device)
        for row, (cues, indices, _) in zip(sound, plans, strict=True):
            for (begin, _, _), index in zip(cues, indices, strict=True):
                part = self.samples[self.starts[index] : self.starts[index + 1]]
                row[int(begin * RATE) :][: part.numel()] = part / 32768
            if not cues:
                row += without_speech(rng, row.numel(), self.device)
        gain = torch.tensor([rng.uniform(0.5, 1.4) for _ in plans], device=self.device)
        noise = torch.tensor(
            [10 ** rng.uniform(-4.0, -2.5) if rng.random() < 0.3 else 0.0 for _ in plans], device=self.device
        )
        sound = sound * gain[:, None] + torch.randn_like(sound) * noise[:, None]
        ends = torch.tensor([length for _, _, length in plans], device=self.device)
        return self.features(sound, ends), [cues for cues, _, _ in plans]

    def features(self, sound: torch.Tensor, ends: torch.Tensor) -> torch.Tensor:
        """Whisper's log-mel features of (size, samples); zero after `ends` (seconds), as faster-whisper pads."""
        within = torch.arange(sound.shape[1], device=self.device) < (ends[:, None] * RATE)
        padded = nn.functional.pad(sound * within, (0, 160))
        spectrum = torch.stft(padded, _features.n_fft, _features.hop_length, window=self.hann, return_complex=True)
        mel = (self.filters @ spectrum[..., :-1].abs() ** 2).clamp(min=1e-10).log10()
        mel = mel[..., : sound.shape[1] // _features.hop_length]
        mel = torch.maximum(mel, mel.amax(dim=(1, 2), keepdim=True) - 8.0)
        frames = torch.arange(mel.shape[2], device=self.device) < (ends[:, None] * 100).floor()
        return (mel + 4) / 4 * frames[:, None]


def plan(spoken: list[Spoken], rng: random.Random, seconds: float) -> tuple[Cues, list[int], float]:
    """Random sentences with pauses that fit in `seconds`: cues, their indices, and the end of the audio (seconds)."""
    cues: list[tuple[float, float, Spoken]] = []
    indices: list[int] = []
    at = rng.uniform(0.0, 0.6)
    wanted = rng.choice((1, 2, 3, 99, 99, 99)) if rng.random() > 0.03 else 0
    while len(cues) < wanted:
        index = rng.randrange(len(spoken))
        length = spoken[index].samples.size / RATE
        if at + length > seconds:
            break
        cues.append((at, at + length, spoken[index]))
        indices.append(index)
        at += length + rng.uniform(0.15, 2 * _LONG_PAUSE - 0.15)
    return tuple(cues), indices, min(at, seconds) if cues else rng.uniform(1.0, seconds)


def without_speech(rng: random.Random, count: int, device: torch.device) -> torch.Tensor:
    """`count` samples of silence, noise or a chord, for windows that must give no text."""
    kind = rng.choice(("silence", "noise", "chord"))
    if kind == "silence":
        return torch.zeros(count, device=device)
    if kind == "noise":
        return torch.randn(count, device=device) * 10 ** rng.uniform(-3.5, -1.5)
    t = torch.arange(count, device=device) / RATE
    return 0.05 * torch.stack([torch.sin(2 * torch.pi * rng.uniform(100, 900) * t) for _ in range(3)]).sum(0)
