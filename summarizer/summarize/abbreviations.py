"""Find the abbreviations that a talk expands: "custom resource definition, or CRD", "SLO stands for service level ...".

An expansion is taken only if the initials of its words are the abbreviation's letters and if it stands beside it, so
none can be made up. Two letters are too few to exclude chance; they need a phrase such as "stands for".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from summarizer.language.frequency import frequency
from summarizer.language.function_words import STOP_WORDS
from summarizer.language.words import stem
from summarizer.records import Abbreviation, Transcript

MAXIMUM = 12  # on a page
_SHORT = re.compile(r"[A-Z][A-Za-z]?[A-Z]{1,4}s?")
_SMALL = frozenset("and of for the to in as a on".split())  # may have no letter in the abbreviation
# Words between an abbreviation and its expansion. Without one of them, three letters are needed.
_BETWEEN = frozenset(
    "or aka is are which that stands stand for short means mean meaning called also known as we call it this so "
    "an a the abbreviated uh um like i.e".split()
)
MAX_BETWEEN = 5  # words


class _Word(NamedTuple):
    text: str  # without punctuation around it
    time: float  # start of its segment, seconds
    ends: bool  # whether a sentence ends behind it


def find_abbreviations(transcript: Transcript) -> tuple[Abbreviation, ...]:
    """Return the abbreviations with their expansions as spoken, each once, ordered by time."""
    words = [
        _Word(plain, segment.start, word[-1] in ".!?")
        for segment in transcript.segments
        for word in re.split(r"[\s/]+", segment.text)
        if (plain := word.strip(".,;:!?()[]\"'“”"))
    ]
    found: dict[str, Abbreviation] = {}
    for place, word in enumerate(words):
        short = word.text.removesuffix("s") if _SHORT.fullmatch(word.text) else ""
        if len(short) < 2 or short in found:
            continue
        if long := _expand(words, place, short):
            found[short] = Abbreviation(short=short, long=long, time=word.time)
    return tuple(found.values())[:MAXIMUM]


def _expand(words: Sequence[_Word], place: int, short: str) -> str:
    """The expansion before or behind an abbreviation; empty if there is none."""
    for gap in range(MAX_BETWEEN + 1):
        before = words[max(0, place - gap) : place]
        after = words[place + 1 : place + 1 + gap]
        if _connects(before, short) and (long := _match_back(words[: place - gap], short)):
            return long
        if _connects(after, short) and (long := _match_on(words[place + 1 + gap : place + 16 + gap], short)):
            return long
    return ""


def _connects(between: Sequence[_Word], short: str) -> bool:
    """Whether the words between an abbreviation and its expansion only connect them."""
    strong = {word.text.lower() for word in between} & {
        "or",
        "aka",
        "stands",
        "stand",
        "short",
        "means",
        "mean",
        "called",
    }
    enough = len(short) > 2 or bool(strong)
    return enough and all(word.text.lower() in _BETWEEN and not word.ends for word in between)


def _match_back(words: Sequence[_Word], short: str) -> str:
    """The words at the end of `words` whose initials are the letters of `short`; empty if they are not."""
    letters = list(short.lower())
    at = len(words)
    while letters and at:
        at -= 1
        text = words[at].text.lower()
        if text[0] == letters[-1]:
            letters.pop()
        elif text not in _SMALL or at == len(words) - 1:
            return ""
    return _join(words[at:], short) if not letters else ""


def _match_on(words: Sequence[_Word], short: str) -> str:
    """The words at the beginning of `words` whose initials are the letters of `short`; empty if they are not."""
    letters = list(short.lower())
    for at, word in enumerate(words):
        text = word.text.lower()
        if text[0] == letters[0]:
            letters.pop(0)
        elif text not in _SMALL or at == 0:
            return ""
        if not letters:
            return _join(words[: at + 1], short)
    return ""


def _join(words: Sequence[_Word], short: str) -> str:
    """The words as one text; empty if they are no term: a sentence ends among them, or they only happen to fit."""
    broken = any(word.ends for word, _ in pairwise(words)) or any(short in word.text for word in words)
    texts = [word.text for word in words]
    plain = any(text.lower() in STOP_WORDS - _SMALL for text in texts) or texts[0].lower() in STOP_WORDS
    doubtful = len(short) == 2 and any(text.isupper() for text in texts)
    misheard = any(text.islower() and "-" not in text and not _is_word(text) for text in texts)
    return "" if broken or plain or doubtful or misheard else " ".join(texts)


def _is_word(text: str) -> bool:
    """Whether talks in general have the word; captions spell words that they mishear in ways of their own."""
    return frequency(stem(text)) > frequency("")
