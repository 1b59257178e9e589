"""Half a minute of LJ Speech (Keith Ito, https://keithito.com/LJ-Speech-Dataset, public domain), and its real text.

The clips were read by Linda Johnson for LibriVox. `lj_speech.opus` joins six clips with 0.35 s of silence between them;
`lj_speech.json` has the text and the times of each.
"""

from __future__ import annotations

import json
import wave
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from summarizer.models import resolve

FOLDER = Path(__file__).parent / "data"
AUDIO = FOLDER / "lj_speech.opus"
RATE = 16_000


class Clip(NamedTuple):
    """One clip; times are in seconds."""

    start: float
    end: float
    text: str


def clips() -> list[Clip]:
    """The clips in order."""
    return [Clip(**clip) for clip in json.loads((FOLDER / "lj_speech.json").read_text())]


def samples() -> NDArray[np.float32]:
    """The reading, float32 at 16 kHz of shape (n,)."""
    from faster_whisper import decode_audio

    return np.asarray(decode_audio(str(AUDIO), sampling_rate=RATE), dtype=np.float32)


def write_copies(path: Path, count: int) -> Path:
    """Write the reading several times into one WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.tile((samples() * 32767).astype("<i2"), count).tobytes())
    return path


def tiny_en() -> Path:
    """The folder of the real Whisper tiny.en, from its package, which the tests install."""
    return resolve("tiny.en", "whisper", Path("models")).path
