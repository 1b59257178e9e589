"""Segments to sentences that can be quoted, each knowing the segments it comes from.

Punctuated text is split at its full stops. Automatic captions have none: there the text is divided where sentences are
likely to begin (`clauses`), capitalised, closed with a full stop, and freed of fillers. Words are only left out, never
changed or moved, so that a quote stays a quote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from summarizer.language.boundaries import PAUSE, STOP, divide
from summarizer.records import Segment, Transcript

_FILLERS = re.compile(r"(?i)(?<![\w'])(?:u+h+|u+m+|er+m?|you know|i mean|sort of|kind of)(?:,|(?![\w']))\s*")
_REPEATED = re.compile(r"(?i)\b([\w']+(?: [\w']+)?)(?: \1\b)+")
_LEADING = re.compile(
    r"(?i)^(?:(?:and|so(?! (?:far|that|much|many|long)\b)|but|now|okay|ok|well|right|yeah|yes|yep|um|uh|oh|wow|also"
    r"|then|actually|basically|like|anyway|anyways|alright|all right|again|you know|i mean|of course|obviously)"
    r"\b[, ]*)+(?=\w)"
)
_TRAILING = re.compile(r"(?i)(?:[, ]+(?:cool|okay|ok|yeah|alright|so|and|but|um|uh))+$")
_MARKS = re.compile(r"^(?:>>+|\[[^\]]*\]|\([a-z ]+\)|♪+)$")
LONG_PAUSE = 0.6  # seconds
SPARSE = 60  # more words than this per full stop: nobody punctuated


@dataclass(frozen=True)
class Sentence:
    """A sentence; `segments` are ids; `whole` is the probability that it begins and ends where sentences do."""

    text: str
    segments: tuple[int, ...]
    start: float
    end: float
    speaker: str | None = None
    whole: float = 1.0


def sentences(transcript: Transcript) -> list[Sentence]:
    """All sentences in order."""
    text = transcript.text
    stops = full_stops(text)
    punctuated = stops and len(text.split()) / stops <= SPARSE
    runs = _punctuated(transcript) if punctuated else _unpunctuated(transcript)
    found = []
    for words, whole in runs:
        cleaned = clean(" ".join(word for word, _ in words))
        if not re.search(r"\w", cleaned):
            continue
        ids = tuple(dict.fromkeys(segment for _, segment in words))
        first, last = transcript.segments[ids[0]], transcript.segments[ids[-1]]
        found.append(Sentence(cleaned, ids, first.start, last.end, first.speaker, whole))
    return found


def full_stops(text: str) -> int:
    """How many words end a sentence."""
    return len(re.findall(r"[.!?](?:\s|$)", text))


def clean(text: str) -> str:
    """Without fillers and stutters, first letter large, closed by a full stop."""
    text = _FILLERS.sub("", text)
    text = " ".join(word for word in text.split() if not _MARKS.match(word))
    text = _REPEATED.sub(r"\1", text).strip(" ,;-")
    text = _TRAILING.sub("", _LEADING.sub("", text))
    text = re.sub(r"\bi\b(?=['’ ]|$)", "I", text)
    if text and not any(char.isupper() for char in text.split()[0]):
        text = text[0].upper() + text[1:]
    return text if not text or text[-1] in ".!?" else f"{text}."


def _punctuated(transcript: Transcript) -> list[tuple[list[tuple[str, int]], float]]:
    """(word, segment id) runs that end at full stops, or where the speaker changes; all of them whole."""
    runs: list[list[tuple[str, int]]] = [[]]
    speaker = None
    for segment in transcript.segments:
        if segment.speaker != speaker:
            runs.append([])
        speaker = segment.speaker
        for word in segment.text.split():
            runs[-1].append((word, segment.id))
            if re.search(r"[.!?][\"')\]]*$", word) and not re.fullmatch(
                r"(?:[A-Z]|Mr|Mrs|Dr|vs|e\.g|i\.e|etc)\.", word
            ):
                runs.append([])
    return [(run, 1.0) for run in runs if run]


def _unpunctuated(transcript: Transcript) -> list[tuple[list[tuple[str, int]], float]]:
    """Runs of words that are likely sentences, and how likely; nothing is lost."""
    words: list[tuple[str, int]] = []
    breaks: list[float] = []
    ended: Segment | None = None
    for segment in transcript.segments:
        strength = 0.0
        if ended is not None:
            strength = PAUSE if segment.start - ended.end > LONG_PAUSE else 0.0
            strength = STOP if segment.speaker != ended.speaker else strength
        for word in segment.text.split():
            if _MARKS.match(word):
                strength = STOP
                continue
            if words and re.search(r"[.!?]$", words[-1][0]):
                strength = STOP
            words.append((word, segment.id))
            breaks.append(strength)
            strength = 0.0
        ended = segment
    if not words:
        return []
    starts = divide([word for word, _ in words], breaks)
    ends = [*starts[1:], (len(words), 1.0)]
    return [(words[start:end], opens * closes) for (start, opens), (end, closes) in zip(starts, ends, strict=True)]
