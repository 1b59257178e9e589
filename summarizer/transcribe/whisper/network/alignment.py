"""Find the time of every recognised word from the cross-attention of the decoder (dynamic time warping).

The text is decoded without time stamps: with them, Whisper often stops at its last time stamp and leaves the rest of
the window unwritten (SYSTRAN/faster-whisper#1427; `benchmarks/asr.py` counts the words). The times come from a second
pass of the decoder over the finished text, for the whole batch at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

# Width of the median filter over the attention, in frames of 20 ms. 7, the usual value, gives the same starts of
# sentences (within 0.01 s in the median) and takes 1.4 to 2 times as long.
MEDIAN_FILTER = 3
OPENING, CLOSING = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"  # punctuation that belongs to the next or previous word
FEATURE_RATE = 100  # columns of the log-mel spectrogram per second


class TimedWord(NamedTuple):
    """A word with its punctuation and a leading space, if the language has them; times are in seconds."""

    start: float
    end: float
    text: str
    probability: float  # mean over its tokens, 0..1


def align(
    model: Any, tokenizer: Any, tokens: Sequence[Sequence[int]], encoded: Any, seconds: Sequence[float]
) -> list[tuple[TimedWord, ...]]:
    """Return the words of each window, with times from the start of the window.

    `model` is faster-whisper's `WhisperModel`, `tokens` are the text tokens of each window, `encoded` is the output of
    the encoder, (windows, 1500, width), and `seconds` are the durations of the windows' audio.
    """
    from faster_whisper.transcribe import merge_punctuations

    # In a batch, windows without text would shift the results of those after them.
    written = [number for number, text in enumerate(tokens) if text]
    words: list[tuple[TimedWord, ...]] = [()] * len(tokens)
    if not written:
        return words
    aligned = model.find_alignment(
        tokenizer,
        [list(tokens[number]) for number in written],
        encoded if len(written) == len(tokens) else _take_encodings(encoded, written),
        [max(2, round(seconds[number] * FEATURE_RATE)) for number in written],
        median_filter_width=MEDIAN_FILTER,
    )
    for number, found in zip(written, aligned, strict=True):
        merge_punctuations(found, OPENING, CLOSING)
        words[number] = tuple(
            TimedWord(float(word["start"]), float(word["end"]), word["word"], float(word["probability"]))
            for word in found
            if word["word"].strip()
        )
    return words


def _take_encodings(encoded: Any, numbers: Sequence[int]) -> Any:
    """Copy the encodings of some windows, (windows, 1500, width), out of a batch."""
    import ctranslate2
    import numpy as np

    array = np.asarray(encoded.to_device(ctranslate2.Device.cpu) if encoded.device == "cuda" else encoded)
    taken = ctranslate2.StorageView.from_array(np.ascontiguousarray(array[list(numbers)]))
    return taken.to_device(ctranslate2.Device.cuda) if encoded.device == "cuda" else taken
