"""Convert the words of a window to segments: sentences with times in the recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from summarizer.records import Segment, Word
from summarizer.transcribe.whisper.network.alignment import TimedWord
from summarizer.transcribe.whisper.windows import Window

LONGEST = 12.0  # seconds after which a segment ends at the next comma, and at any word after twice this time
PAUSE = 1.0  # seconds of silence between two words that end a segment
END_MARKS, COMMAS = ".?!。？！…", ",;:、，；："
CLOSING_MARKS = "\"'”’)]}»"
ONSET = 0.5  # seconds between the start of a voice and its first word, at most
TAIL = 0.1  # seconds that a word may last beyond the voice


def place_words(window: Window, words: Iterable[TimedWord]) -> tuple[TimedWord, ...]:
    """Return words with times in the recording instead of times in the window.

    The alignment is uncertain at pauses: it may count the silence before a word, or the next sentence's first word
    before the pause. A word is therefore cut to the stretch of voice in which most of it lies, and the first word of a
    stretch starts with it. Against the boundaries of LJ Speech's clips, this reduces the error of 95 % of the starts of
    sentences from 1.0 s to 0.3 s.
    """
    placed: list[TimedWord] = []
    for word in words:
        start = window.to_recording_time(word.start)
        end = max(start, window.to_recording_time(word.end, is_end=True))
        if window.padding:
            first, last = max(
                window.voice, key=lambda voice: (min(end, voice[1]) - max(start, voice[0]), -abs(voice[0] - start))
            )
            if start - first <= ONSET and not any(word.end > first for word in placed):
                start = first
            start = min(max(start, first), last)
            end = max(start, min(end, last + TAIL))
        if placed:  # words keep their order where the cut moved one of them
            start = max(start, placed[-1].start)
        placed.append(word._replace(start=start, end=max(start, end)))
    return tuple(placed)


def make_segments(words: Sequence[TimedWord], language: str | None) -> Iterator[Segment]:
    """Yield the sentences of one window; `language` is None if it is that of the transcript. All ids are 0."""
    for sentence in _split(words):
        text = " ".join("".join(word.text for word in sentence).split())
        if text:
            yield Segment(
                id=0,
                start=round(sentence[0].start, 3),
                end=round(max(word.end for word in sentence), 3),
                text=text,
                language=language,
                words=tuple(
                    Word(
                        start=round(word.start, 3),
                        end=round(word.end, 3),
                        text=word.text.strip(),
                        probability=round(word.probability, 4),
                    )
                    for word in sentence
                ),
            )


def _split(words: Sequence[TimedWord]) -> Iterator[Sequence[TimedWord]]:
    """Yield runs of words that end with a sentence, before a pause, or when they are too long."""
    first = 0
    for number, word in enumerate(words, 1):
        following = words[number] if number < len(words) else None
        if following is None or _ends_segment(word, following, word.end - words[first].start):
            yield words[first:number]
            first = number


def _ends_segment(word: TimedWord, following: TimedWord, seconds: float) -> bool:
    mark = word.text.strip().rstrip(CLOSING_MARKS)[-1:]
    if following.start - word.end >= PAUSE or seconds >= 2 * LONGEST:
        return True
    if mark and mark in END_MARKS:
        return not following.text.strip()[:1].islower()  # "e.g. a", "3.5 seconds"
    return bool(mark) and mark in COMMAS and seconds >= LONGEST
