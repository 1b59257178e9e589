"""Write one checked sentence for every passage.

The model gets each passage alone. What it writes must be a good statement (`form`), consist mostly of the passage's
words, and be supported by the passage's segments (`evidence`). A passage without such a sentence is tried again in the
next batch: its better half alone, then the whole with a grammar that admits no other words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from summarizer import evidence
from summarizer.language.function_words import (
    ARTICLES,
    BE,
    COORDINATORS,
    HAVE,
    LONGER_PREPOSITIONS,
    PREPOSITIONS,
    SUBORDINATORS,
)
from summarizer.language.words import content, stem, tokens
from summarizer.records import Claim
from summarizer.summarize import form
from summarizer.summarize.llm import prompts
from summarizer.summarize.llm.client import Client
from summarizer.summarize.llm.editing.passages import Passage
from summarizer.summarize.llm.generator import Request

MAX_WORDS, MIN_WORDS = 30, 5  # of a sentence; the prompt asks for 25, and a few more do no harm
MIN_SPOKEN = 0.8  # share of a sentence's content words that must be in the passage
MIN_NARROWED = 0.9  # share of the words that a passage shares with its sentence, in the segments that are cited
MAX_TOKENS = 56  # of an answer; 25 words with technical names need up to 50
ATTEMPTS = 3
# Words that the grammar admits besides those of the passage: they join, and change no fact. None of them negates.
JOINING_WORDS = ARTICLES | BE | HAVE | COORDINATORS | SUBORDINATORS | PREPOSITIONS | LONGER_PREPOSITIONS | {"be", "its"}
# Complete examples of good answers, on subjects that no talk is about.
EXAMPLES = (
    (
        "so um the thing with a sourdough starter is that you have to feed it every day and if you forget it for like "
        "a week it gets really sour right so what we did in the bakery is we put it in the fridge and then you only "
        "feed it once a week",
        "A sourdough starter that is kept in the fridge needs feeding only once a week instead of every day.",
    ),
    (
        "and we had three boats out there and the wind went from ten to thirty knots in i think five minutes and one "
        "of them lost its mast because nobody had taken the sail down you know we were all looking at the radar",
        "One of three boats lost its mast when the wind rose from ten to thirty knots in five minutes.",
    ),
)


class Writer:
    """Writes sentences for the passages of one talk, and counts the answers that were dropped."""

    def __init__(self, client: Client, checker: evidence.Checker, weights: Mapping[str, float]) -> None:
        """`weights` are those of the talk's terms (`salience.weigh_terms`)."""
        self._client = client
        self._checker = checker
        self._weights = weights
        self.dropped = 0

    def write(self, passages: Sequence[Passage]) -> list[Claim | None]:
        """Return a checked sentence for every passage; None where the model wrote none that holds."""
        claims: list[Claim | None] = [None] * len(passages)
        for attempt in range(ATTEMPTS):
            pending = {
                i: (part, request)
                for i, passage in enumerate(passages)
                if claims[i] is None
                for part, request in self._make_attempt(passage, attempt)
            }
            lines = self._client.write([request for _, request in pending.values()])
            for (i, (part, _)), line in zip(pending.items(), lines, strict=True):
                claims[i] = self.check(line, part.text, part.segments)
        return claims

    def _make_attempt(self, passage: Passage, attempt: int) -> list[tuple[Passage, Request]]:
        """Return the passage or its part with the request of an attempt; nothing if there is no other request."""
        part = passage.choose_half(self._weights) if attempt == 1 else passage
        if part is None:
            return []
        grammar = limit_words(part.text) if attempt == 2 else ""
        return [(part, make_request("sentence", part.text, EXAMPLES, grammar))]

    def check(self, line: str, source: str, segments: Sequence[int]) -> Claim | None:
        """Return what the model wrote as a claim; None when it is no good statement or `source` does not support it."""
        text = take_sentence(line)
        claim = None
        formed = MIN_WORDS <= len(text.split()) <= MAX_WORDS and not form.find_fault(text)
        if formed and measure_spoken(text, source) >= MIN_SPOKEN:
            claim = self._narrow(text, segments)
        self.dropped += claim is None
        return claim

    def _narrow(self, text: str, segments: Sequence[int]) -> Claim | None:
        """Return the claim with the fewest adjacent segments that say it, so that its time is the right moment."""
        claim = self._checker.check(text, segments)
        if not isinstance(claim, Claim):
            return None
        words = set(content(text))
        said = [words & set(content(self._checker.transcript.segments[id].text)) for id in segments]
        enough = MIN_NARROWED * len(set().union(*said))
        for size in range(1, len(segments)):
            for first in range(len(segments) - size + 1):
                if len(set().union(*said[first : first + size])) >= enough:
                    narrow = self._checker.check(text, segments[first : first + size])
                    if isinstance(narrow, Claim):
                        return narrow
        return claim


def make_request(step: str, material: str, examples: tuple[tuple[str, str], ...], grammar: str = "") -> Request:
    """Return the request for one line of text; `step` is one of the prompt `edit`, `grammar` limits the answer."""
    instructions = prompts.load("edit").texts[step]
    return Request(
        instructions=instructions, examples=examples, material=material, grammar=grammar, max_new_tokens=MAX_TOKENS
    )


def limit_words(source: str) -> str:
    """Return the grammar (GBNF) of one sentence that has no words but those of `source` and `JOINING_WORDS`."""
    words = set(tokens(source)) | JOINING_WORDS
    first = {word[0].upper() + word[1:] for word in words}
    return (
        f'root ::= first ((", " | " ") word){{{MIN_WORDS - 1},{MAX_WORDS - 1}}} "."\n'
        f"first ::= {_list_alternatives(first)}\n"
        f"word ::= {_list_alternatives(words)}\n"
    )


def _list_alternatives(words: AbstractSet[str]) -> str:
    return " | ".join(json.dumps(word, ensure_ascii=False) for word in sorted(words))


def take_sentence(line: str) -> str:
    """Return the first sentence of an answer, without quotation marks or a list marker; empty if it has no end."""
    text = re.sub(r"^(?:[-*•\d.]+ +|(?:sentence|answer|summary): *)", "", line.strip(), flags=re.IGNORECASE).strip(
        "\"'“”` "
    )
    match = re.match(r"(.+?[.!?])(?=[\"'”’)]*(?:\s+[\"“(]?[A-Z]|\s*$))", text)
    return match[1].strip() if match else ""


def measure_spoken(text: str, source: str) -> float:
    """Return the share of the distinct content words of a text that are in the source, 0..1."""
    spoken = {stem(word.lower()) for word in tokens(source)}
    words = set(content(text))
    return sum(word in spoken for word in words) / len(words) if words else 0.0
