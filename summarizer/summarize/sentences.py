"""Segments to sentences that can be quoted, each knowing the segments it comes from.

Punctuated text is split at its full stops. Automatic captions have none: there the text is broken at pauses (segment
ends) and before words that open a clause, capitalised, closed with a full stop, and freed of fillers. Words are only
left out, never changed or moved, so that a quote stays a quote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from summarizer.records import Transcript

_FILLERS = re.compile(r"(?i)(?<![\w'])(?:u+h+|u+m+|er+m?|you know|i mean|sort of|kind of)(?:,|(?![\w']))\s*")
_REPEATED = re.compile(r"(?i)\b([\w']+(?: [\w']+)?)(?: \1\b)+")
_OPENERS = frozenset(["so", "but", "now", "then", "because", "and", "when", "if", "while", "however", "therefore"])
_DANGLING = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "and",
        "or",
        "but",
        "so",
        "with",
        "for",
        "in",
        "on",
        "at",
        "by",
        "from",
        "that",
        "which",
        "is",
        "are",
        "we",
        "i",
        "our",
        "as",
        "because",
        "if",
    ]
)
LEAST, MOST = 9, 24  # words of a sentence made from unpunctuated text
SPARSE = 60  # more words than this per full stop: nobody punctuated


@dataclass(frozen=True)
class Sentence:
    """A quotable sentence; `segments` are the ids it spans; `raw` its words before clean-up count."""

    text: str
    segments: tuple[int, ...]
    start: float
    end: float
    speaker: str | None = None


def sentences(transcript: Transcript) -> list[Sentence]:
    """All sentences in order."""
    text = transcript.text
    stops = len(re.findall(r"[.!?](?:\s|$)", text))
    punctuated = stops and len(text.split()) / stops <= SPARSE
    runs = _punctuated(transcript) if punctuated else _unpunctuated(transcript)
    found = []
    for words in runs:
        cleaned = clean(" ".join(word for word, _ in words))
        if not re.search(r"\w", cleaned):
            continue
        ids = tuple(dict.fromkeys(segment for _, segment in words))
        first, last = transcript.segments[ids[0]], transcript.segments[ids[-1]]
        found.append(Sentence(cleaned, ids, first.start, last.end, first.speaker))
    return found


def clean(text: str) -> str:
    """Without fillers and stutters, first letter large, closed by a full stop."""
    text = _FILLERS.sub("", text)
    text = " ".join(_REPEATED.sub(r"\1", text).split()).strip(" ,;-")
    text = re.sub(r"\bi\b(?=['’ ]|$)", "I", text)
    if text and not any(char.isupper() for char in text.split()[0]):
        text = text[0].upper() + text[1:]
    return text if not text or text[-1] in ".!?" else f"{text}."


def _punctuated(transcript: Transcript) -> list[list[tuple[str, int]]]:
    """(word, segment id) runs that end at full stops, or where the speaker changes."""
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
    return [run for run in runs if run]


def _unpunctuated(transcript: Transcript) -> list[list[tuple[str, int]]]:
    """Runs of 9 to 24 words that begin at a pause or before a word that opens a clause, and do not end in mid-air."""
    runs: list[list[tuple[str, int]]] = [[]]
    for segment, following in zip(transcript.segments, [*transcript.segments[1:], None], strict=True):
        for word in segment.text.split():
            run = runs[-1]
            opens = word.lower() in _OPENERS and run and run[-1][0].lower() not in _DANGLING | _OPENERS
            long = len(run) >= MOST and run[-1][0].lower() not in _DANGLING
            if (opens and len(run) >= LEAST) or long:
                runs.append([])
            runs[-1].append((word, segment.id))
        pause = following is not None and (following.start - segment.end > 0.6 or following.speaker != segment.speaker)
        if pause and len(runs[-1]) >= LEAST // 2 and runs[-1][-1][0].lower() not in _DANGLING:
            runs.append([])
    return [run for run in runs if run]
