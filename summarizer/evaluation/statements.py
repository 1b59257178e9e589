"""True statements about real talks, each with the segments that support it.

    quote       a sentence of the captions, in the form in which the extractive back end would quote it
    paraphrase  the same, changed by rules: synonyms for common words, clauses exchanged, project names spelled correctly
    edited      a sentence of an interview's edited text, located in the captions by the order of its words

The edited texts have full stops and capitals, and they shorten what was said. They resemble the text of a language model
most, and they are known to be true without using the check that is being measured.
"""

from __future__ import annotations

import difflib
import random
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from summarizer.evaluation.material import RealTalk
from summarizer.language.sentences import sentences
from summarizer.language.terms import packaged
from summarizer.language.words import content, stem, tokens
from summarizer.records import Transcript

PER_TALK = 20  # maximum number of statements of each origin
LEAST_WORDS, MOST_WORDS = 8, 40
MIN_MATCHED = 0.4  # minimum share of an edited sentence's words that occur in the captions in the same order
MAX_SPREAD = 3  # maximum length of the matching caption text, relative to the sentence
_OTHER_WORDS = {
    "use": "employ", "using": "employing", "big": "large", "show": "demonstrate", "shows": "demonstrates", "help": "assist",
    "helps": "assists", "start": "begin", "started": "began", "problem": "issue", "problems": "issues", "fast": "quick",
    "important": "essential", "build": "construct", "built": "constructed", "look": "examine", "need": "require",
    "needs": "requires", "get": "obtain", "tell": "inform", "happens": "occurs", "happen": "occur", "change": "alter",
    "people": "teams", "everything": "all", "make": "create", "makes": "creates", "create": "produce", "ask": "request",
    "fix": "repair", "choose": "select", "pick": "select", "run": "execute", "running": "executing", "idea": "concept",
    "understand": "grasp", "company": "firm", "try": "attempt", "trying": "attempting", "allows": "lets", "thing": "matter",
}  # fmt: skip
_TURN = re.compile(r"^(.{20,}?)\s+(because|when|if|while)\s+(.{15,})$", re.IGNORECASE)

Origin = Literal["quote", "paraphrase", "edited"]


class Statement(NamedTuple):
    """A statement and the segments that support it."""

    text: str
    evidence: tuple[int, ...]
    talk: RealTalk
    origin: Origin


def list_statements(talk: RealTalk) -> Iterator[Statement]:
    """Up to `PER_TALK` statements of each origin (twice as many edited ones); always the same ones."""
    dice = random.Random(talk.id)  # noqa: S311 - reproducible choice, not a secret
    quotes = [
        Statement(s.text, s.segments, talk, "quote")
        for s in sentences(talk.corrected)
        if LEAST_WORDS <= len(s.text.split()) <= MOST_WORDS and len(content(s.text)) >= 3
    ]
    chosen = dice.sample(quotes, min(PER_TALK, len(quotes)))
    yield from chosen
    yield from (quote._replace(text=paraphrase(quote.text), origin="paraphrase") for quote in chosen)
    edited = list(_edited(talk))
    yield from dice.sample(edited, min(2 * PER_TALK, len(edited)))


def paraphrase(text: str) -> str:
    """The same statement with other words."""
    text = text.rstrip(".")
    turned = _TURN.match(text)
    if turned:
        first, joint, second = turned.groups()
        text = f"{joint.capitalize()} {second}, {first[0].lower()}{first[1:]}"
    words = [_OTHER_WORDS.get(word.lower(), word) for word in text.split()]
    spelt = {term.name.lower(): term.name for term in packaged().projects if not term.everyday and " " not in term.name}
    return " ".join(spelt.get(word.lower(), word) for word in words) + "."


def _edited(talk: RealTalk) -> Iterator[Statement]:
    """The sentences of the edited text whose words occur in the captions in the same order."""
    if not talk.edited:
        return
    written = [sentence for line in talk.edited.splitlines() for sentence in _split(line)]
    flat = [(stem(word), i) for i, sentence in enumerate(written) for word in tokens(sentence)]
    spoken, segment_of = _spoken(talk.corrected)
    blocks = difflib.SequenceMatcher(None, [word for word, _ in flat], spoken, autojunk=False).get_matching_blocks()
    places: dict[int, list[int]] = {}
    for block in blocks:
        for k in range(block.size):
            places.setdefault(flat[block.a + k][1], []).append(block.b + k)
    for i, sentence in enumerate(written):
        length, at = len(tokens(sentence)), places.get(i, [])
        if not LEAST_WORDS <= length <= MOST_WORDS or len(content(sentence)) < 3:
            continue
        if len(at) >= MIN_MATCHED * length and at[-1] - at[0] <= MAX_SPREAD * length:
            ids = tuple(range(segment_of[at[0]], segment_of[at[-1]] + 1))
            yield Statement(sentence, ids, talk, "edited")


def _split(line: str) -> list[str]:
    """The sentences of one paragraph, without markup and the name of the speaker."""
    line = re.sub(r"^\s*(?:[-*>]|\d+\.)\s+", "", line)
    line = re.sub(r"^\*\*[^*]{1,60}\*\*:?\s*", "", line).replace("**", "").replace("`", "")
    line = re.sub(r"^[A-Z]\w+(?: [A-Z]\w+)?: ", "", line)
    return [] if line.startswith("#") else re.split(r"(?<=[.!?])\s+", line.strip())


def _spoken(transcript: Transcript) -> tuple[Sequence[str], Sequence[int]]:
    pairs = [(stem(word), segment.id) for segment in transcript.segments for word in tokens(segment.text)]
    return [word for word, _ in pairs], [id for _, id in pairs]
