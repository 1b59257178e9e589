"""The synthetic voice in this process: espeak-ng's library, for hours of speech with the time of every word.

A program start for each sentence cost 45 ms, and said nothing about words. The library takes 2 ms and reports where
each word begins, which the training uses to show the decoder where to listen. Declarations are those of espeak-ng's
public header, speak_lib.h.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from summarizer.sample.authoring.speak import PITCH, SPEED, VOICE, Samples, resample, trimmed

_SYNCHRONOUS, _UTF8, _RATE, _PITCH, _WORD_EVENT = 2, 1, 1, 3, 1


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
    """One sentence: mono float32 samples at 16 kHz, phonemes, and (character, seconds) of every word's beginning."""

    samples: Samples
    phonemes: str
    words: tuple[tuple[int, float], ...]


class Voice:
    """The sample's voice. One for each process: the library keeps its state in globals."""

    def __init__(self) -> None:
        self._library: Any = ctypes.CDLL("libespeak-ng.so.1")
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, 0)
        self._library.espeak_SetVoiceByName(VOICE.encode())
        self._parts: list[np.ndarray] = []
        self._words: list[tuple[int, int]] = []
        self._callback = _Callback(self._collect)  # kept: the library holds a bare pointer
        self._library.espeak_SetSynthCallback(self._callback)

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if samples and count:
            self._parts.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events[index].type:
            if events[index].type == _WORD_EVENT:
                self._words.append((events[index].text_position - 1, events[index].audio_position))
            index += 1
        return 0

    def say(self, text: str, speed: int = SPEED, pitch: int = PITCH) -> Utterance:
        """Speak one sentence, `speed` in words per minute; what is quiet at both ends is cut off."""
        self._parts, self._words = [], []
        self._library.espeak_SetParameter(_RATE, speed, 0)
        self._library.espeak_SetParameter(_PITCH, pitch, 0)
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
        raw = np.concatenate(self._parts).astype(np.float32) / 32768
        kept, cut = trimmed(raw, self._rate)
        words = tuple((at, max(0.0, milliseconds / 1000 - cut)) for at, milliseconds in self._words)
        return Utterance(resample(kept, self._rate), self._phonemes(data), words)

    def _phonemes(self, data: bytes) -> str:
        """espeak-ng's own letters, one a sound or part of one, without stress and spaces."""
        pointer = ctypes.c_char_p(data)
        written = ""
        while pointer.value:
            written += self._library.espeak_TextToPhonemes(ctypes.byref(pointer), _UTF8, 0).decode()
        return re.sub(r"[\s',%=_:|!-]", "", written)


@cache
def voice() -> Voice:
    """This process's voice."""
    return Voice()
