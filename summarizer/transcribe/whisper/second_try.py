"""Recognise a suspect window a second time, in smaller parts and with safer settings.

A window is suspect when it has a voice without text, or when its text repeats itself. The parts join the batches of the
scheduler, so the second try costs little more than its own decoding. It has no random element, unlike the temperature
fallback of Radford et al. 2022: the same audio always gives the same text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from summarizer.audio import RATE
from summarizer.language.repetition import LOOP_RATIO, compression, find_repeats
from summarizer.language.words import word_parts
from summarizer.transcribe.whisper.network.alignment import TimedWord
from summarizer.transcribe.whisper.voice import measure_coverage
from summarizer.transcribe.whisper.windows import Window

MARGIN = RATE // 10  # samples of audio before and after an interval without text


@dataclass(frozen=True)
class WindowResult:
    """The recognised words of one window, with times in the recording."""

    window: Window
    language: str  # ISO 639-1
    words: tuple[TimedWord, ...]
    log_probability: float  # mean over the tokens of the first try
    redone: bool = False  # whether there was a second try


@dataclass
class SecondTry:
    """A suspect result, and the results of its parts as they become available."""

    first: WindowResult
    parts: tuple[Window, ...]
    looped: bool  # the parts replace the first text; otherwise they are added to it
    results: dict[int, WindowResult] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether all parts are recognised."""
        return len(self.results) == len(self.parts)

    def merge(self) -> WindowResult:
        """The result of both tries. A part whose text repeats itself is not used."""
        useful = [result.words for result in self.results.values() if not is_looping(result.words)]
        if self.looped and len(useful) < len(self.parts):
            return replace(self.first, redone=True)  # the guards remove it
        words = [] if self.looped else list(self.first.words)
        words += [word for result in useful for word in result]
        return replace(self.first, words=tuple(sorted(words, key=lambda word: word.start)), redone=True)


def plan_second_try(result: WindowResult) -> SecondTry | None:
    """The second try that a result needs, if any."""
    if is_looping(result.words):
        parts = result.window.halve()
        return SecondTry(result, parts, looped=True)
    gaps = measure_coverage(result.words, result.window.voice).unwritten if result.window.padding else ()
    parts = tuple(_make_part(result.window, int(start * RATE), int(end * RATE)) for start, end in gaps)
    return SecondTry(result, parts, looped=False) if parts else None


def _make_part(window: Window, start: int, end: int) -> Window:
    """The window of an interval without text, in samples."""
    first, last = next(stretch for stretch in window.stretches if stretch[0] <= start < stretch[1])
    return Window(((max(first, start - MARGIN), min(last, end + MARGIN)),), padding=MARGIN)


def is_looping(words: Sequence[TimedWord]) -> bool:
    """Whether the text of a window repeats itself."""
    text = "".join(word.text for word in words).strip()
    return bool(find_repeats(word_parts(text))) or (len(text) > 200 and compression(text) > LOOP_RATIO)
