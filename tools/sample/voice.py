"""The synthetic voice as a library: espeak-ng in this process, with the times of words and phonemes.

Starting the program takes 45 ms per sentence and gives no times. The library takes 5 ms and reports the start of each
word and phoneme, which the training uses. The declarations are those of espeak-ng's public header, speak_lib.h.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from tools.sample.speak import PITCH, SPEED, VOICE, Samples, resample, trimmed

_SYNCHRONOUS, _PHONEME_EVENTS, _UTF8, _RATE, _PITCH, _WORD, _PHONEME = 2, 1, 1, 1, 3, 1, 7


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),  # characters, from 1
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),  # milliseconds
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True)
class Utterance:
    """One sentence: mono float32 samples at 16 kHz, and the start of each word (character, seconds) and phoneme."""

    samples: Samples
    words: tuple[tuple[int, float], ...]
    phonemes: tuple[tuple[str, float], ...]


class Voice:
    """The sample's voice. There is one per process, because the library keeps its state in global variables."""

    def __init__(self) -> None:
        self._library: Any = ctypes.CDLL("libespeak-ng.so.1")
        self._rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONEME_EVENTS)
        self._library.espeak_SetVoiceByName(VOICE.encode())
        self._parts: list[np.ndarray] = []
        self._words: list[tuple[int, int]] = []
        self._phonemes: list[tuple[str, int]] = []
        self._callback = _Callback(self._collect)  # kept alive: the library only has a pointer to it
        self._library.espeak_SetSynthCallback(self._callback)

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if samples and count:
            self._parts.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events[index].type:
            event = events[index]
            if event.type == _WORD:
                self._words.append((event.text_position - 1, event.audio_position))
            elif event.type == _PHONEME:
                self._phonemes.append((event.id.decode("utf-8", "replace"), event.audio_position))
            index += 1
        return 0

    def say(self, text: str, speed: int = SPEED, pitch: int = PITCH) -> Utterance:
        """Speak one sentence at `speed` words per minute; silence at both ends is removed."""
        self._parts, self._words, self._phonemes = [], [], []
        self._library.espeak_SetParameter(_RATE, speed, 0)
        self._library.espeak_SetParameter(_PITCH, pitch, 0)
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
        raw = np.concatenate(self._parts).astype(np.float32) / 32768
        kept, removed = trimmed(raw, self._rate)
        words = tuple((at, max(0.0, milliseconds / 1000 - removed)) for at, milliseconds in self._words)
        phonemes = tuple((name, max(0.0, milliseconds / 1000 - removed)) for name, milliseconds in self._phonemes)
        return Utterance(resample(kept, self._rate), words, phonemes)


@cache
def voice() -> Voice:
    """The voice of this process."""
    return Voice()
