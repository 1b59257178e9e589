"""Figures of the statements of a digest, counted from their text alone.

Only the table of verbs is shared with the rules by which the summarizers choose statements (`summarize/form.py`), so
that a fault which those rules overlook is counted here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from summarizer.language.parts import finite_verbs
from summarizer.language.words import content, tokens
from summarizer.records import Claim, Summary

MIN_CONTENT = 3  # content words of a statement that says something
SHARED = 0.7  # share of a statement's content words in an earlier one that makes it a repetition
STRETCHES = 10  # equal parts of the talk, for the spread
_INSTRUCTIONS = re.compile(
    r"(?i)\b(?:json|segment numbers?|the (?:transcript|passage)|as an ai|in this (?:talk|video)"
    r"|the speaker (?:discuss|talk|emphasi|mention)\w*)\b"
)
_FILLERS = re.compile(r"(?i)\b(?:u+m|u+h|er|you know|i mean|(?:kind|sort) of like|so yeah|all right|okay so)\b")
_OPENINGS = frozenset("and but so because which or then that's also anyway well okay yeah right".split())


def list_claims(summary: Summary) -> Iterator[Claim]:
    """Yield the TL;DR, the takeaways and the points of the sections, in the order of the page."""
    yield from (summary.tldr, *summary.takeaways)
    for section in summary.sections:
        yield from section.claims


def is_empty(text: str) -> bool:
    """Whether a statement says nothing, or repeats words of instructions to a model."""
    return "..." in text or len(set(content(text))) < MIN_CONTENT or bool(_INSTRUCTIONS.search(text))


def is_sentence(text: str) -> bool:
    """Whether a statement looks like one whole written sentence."""
    words = [word.lower() for word in tokens(text)]
    return (
        bool(words)
        and text[0].isupper()
        and text.rstrip("\"')")[-1:] in {".", "!"}
        and words[0] not in _OPENINGS
        and bool(finite_verbs(words))
        and not _FILLERS.search(text)
    )


def count_repeated(texts: Sequence[str]) -> int:
    """Return the number of statements that share most of their content words with one earlier statement."""
    bags = [set(content(text)) for text in texts]
    return sum(
        any(bag and len(bag & earlier) >= SHARED * len(bag) for earlier in bags[:number])
        for number, bag in enumerate(bags)
    )


def measure_spread(times: Sequence[float], duration: float) -> float:
    """Return the share of ten equal parts of the talk in which a statement's moment lies, 0..1; times in seconds."""
    parts = {min(STRETCHES - 1, int(STRETCHES * time / duration)) for time in times} if duration else set()
    return len(parts) / STRETCHES
