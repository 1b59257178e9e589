"""Split statements and passages into comparable tokens: words with their roots, numbers by value, ends of clauses."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from summarizer.language.forms import paraphrase_groups, root
from summarizer.language.function_words import GENERAL_VERBS, OPINION_VERBS, STOP_WORDS
from summarizer.language.numbers import UNITS, parse_number

# Stop words that say something about the world; a statement may not add them.
_TELLING = frozenset("first last same other next off back".split())
# Words that link clauses; other rules compare what they link.
_LINKING = frozenset(
    "although though unless instead also rather therefore however thus hence moreover let us against during across "
    "along behind beside besides beyond despite except inside outside near onto per since toward towards underneath "
    "within among throughout above below up down whereas once another others whose himself themselves herself "
    "ourselves yourselves neither either anyway meanwhile otherwise ones furthermore except plus shall".split()
)
_CONTRACTIONS = (
    (re.compile(r"\b(?:can't|cannot)\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'(?:ll)\b"), " will"),
    (re.compile(r"'(?:re|m)\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"\b(it|he|she|that|there|what|who|here|how|where|let)'s\b"), r"\1 is"),
    (re.compile(r"'s\b|s'(?=\s|$)"), "s"),
)
_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)*|[%$€£]|[^\W_]+(?:[.'][^\W_]+)*\+*|[.,;:?!()]+(?=\s|$)|[–—]")
_UNIT_BESIDE = re.compile(r"(?<=\d)(?=(?:ns|us|µs|ms|s|min|h|kb|mb|gb|tb|pb|x|k|bn|th|st|nd|rd)\b)")


class Token(NamedTuple):
    """A word, number or end of a clause."""

    text: str  # in lower case
    root: str = ""  # of a word; "#40" for a number
    groups: frozenset[int] = frozenset()  # of plain paraphrases
    content: bool = False  # whether a statement may not add it
    number: bool = False

    @property
    def ends_clause(self) -> bool:
        """Whether it is a punctuation mark."""
        return not self.root


@lru_cache(maxsize=4096)
def tokenize(text: str) -> tuple[Token, ...]:
    """Return the tokens of an English text; a number of several words is one token."""
    words = _split(text)
    tokens: list[Token] = []
    at = 0
    while at < len(words):
        if words[at] != "one" and (parsed := parse_number(words, at)):
            digits, value, end = parsed
            label = digits if value < 0 else f"{value:g}"
            tokens.append(Token(words[at], f"#{label}", number=True))
            if end < len(words) and words[end] in UNITS:
                tokens.append(Token(words[end], root(words[end])))
                end += 1
            at = end
            continue
        tokens.append(_make_token(words[at]))
        at += 1
    return tuple(tokens)


def _split(text: str) -> list[str]:
    text = text.lower().replace("’", "'")
    for pattern, plain in _CONTRACTIONS:
        text = pattern.sub(plain, text)
    text = re.sub(r"(?<=\w)[-_/](?=\w)", " ", text)
    text = re.sub(r"\bv(?=\d)", "", text)
    return _TOKEN.findall(_UNIT_BESIDE.sub(" ", text))


@cache
def _general_verbs() -> frozenset[str]:
    return frozenset(map(root, GENERAL_VERBS | OPINION_VERBS))


@lru_cache(maxsize=65536)  # talks repeat the same words
def _make_token(word: str) -> Token:
    if not word[0].isalnum() and word not in {"%", "$", "€", "£"}:
        return Token(word)
    content = (
        root(word) not in _general_verbs()
        and (word not in STOP_WORDS or word in _TELLING)
        and word not in UNITS
        and word not in _LINKING
    )
    return Token(word, root(word), paraphrase_groups(word), content)
