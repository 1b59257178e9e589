"""Parts of speech of English words, and what follows from them: finite verbs and noun phrases.

The table `parts.txt` lists, for the words of cloud native talks, the parts of speech that they often have, the most
frequent one first. `benchmarks/parts_of_speech.py` counts them with a tagger. The words around a word decide between
its parts: "to run" and "we run" are verbs, "the run" is a noun.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources

from summarizer.language.function_words import (
    ARTICLES,
    BE,
    DO,
    HAVE,
    MODALS,
    NEGATED_AUXILIARIES,
    POSSESSIVES,
    PREPOSITIONS,
    SUBJECT_PRONOUNS,
)

# Letters of the table: noun, adjective, finite verb, base form, participle in -ing, past participle, adverb, number,
# and any other word.
NOUN, ADJECTIVE, FINITE, BASE, ING, PARTICIPLE, ADVERB, NUMBER, OTHER = "NJFBGPRDX"
_CONTRACTION = re.compile(r"\w+'(?:s|re|ve|ll|m|d)$")
SUBORDINATORS = frozenset(
    "that which who whom whose how what if when where why because while since although though whether unless until "
    "than whenever wherever whereas whatever".split()
)
_BEFORE_NOUNS = ARTICLES | POSSESSIVES | PREPOSITIONS | frozenset("this these those some any every each no of".split())
_AUXILIARIES = BE | HAVE | DO | MODALS | NEGATED_AUXILIARIES | frozenset("may might cannot let's let".split())
_PRONOUNS = SUBJECT_PRONOUNS | frozenset("he she it who that which there this these those everybody everyone".split())


@cache
def _table() -> dict[str, str]:
    lines = resources.files(__package__).joinpath("parts.txt").read_text(encoding="utf-8").splitlines()
    return {word: letters for letters, *listed in map(str.split, lines[1:]) for word in listed}


@lru_cache(maxsize=65536)  # talks repeat the same words
def parts_of(word: str) -> str:
    """Return the letters of a word's parts of speech, the most frequent one first; a guess by its ending if unknown."""
    word = word.lower().replace("’", "'")
    if letters := _table().get(word):
        return letters
    bare = word.removesuffix("'s")
    if letters := _table().get(bare):
        return letters
    if any(char.isdigit() for char in word):
        return NUMBER if word[0].isdigit() else NOUN
    for ending, letters in (("ing", ING + NOUN), ("ed", FINITE + PARTICIPLE), ("ly", ADVERB)):
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return letters
    return NOUN + FINITE if word.endswith("s") and len(word) > 4 else NOUN


def is_verb(word: str) -> bool:
    """Return whether a word is an auxiliary, or most often a finite verb."""
    word = word.lower().replace("’", "'")
    return word in _AUXILIARIES or bool(_CONTRACTION.fullmatch(word)) or parts_of(word)[0] == FINITE


def finite_verbs(words: Sequence[str]) -> list[int]:
    """Return the positions of words in lower case that are finite verbs: "is", "runs", "we run", but not "the runs"."""
    return [at for at in range(len(words)) if _is_finite(words, at)]


def has_finite_verb(words: Sequence[str]) -> bool:
    """Return whether one of the words, which are in lower case, is a finite verb."""
    return any(_is_finite(words, at) for at in range(len(words)))


def main_verbs(words: Sequence[str]) -> list[int]:
    """Return the positions of finite verbs outside subordinate clauses: "are" in "the pods that run here are slow".

    A finite verb belongs to a subordinate clause when a subordinator stands between the finite verb before it and it.
    """
    result: list[int] = []
    previous = -1
    for at in finite_verbs(words):
        clause = words[previous + 1 : at]
        noun_that = [i for i, word in enumerate(clause) if word == "that" and i == 0 and previous < 0]
        if not result and previous < 0 and words[0] == "as":
            previous = at  # "as we have seen"
            continue
        continues = at == previous + 1 and previous >= 0  # "they're are"
        if not continues and not any(word in SUBORDINATORS and i not in noun_that for i, word in enumerate(clause)):
            result.append(at)
        previous = at
    return result


def _is_finite(words: Sequence[str], at: int) -> bool:
    word = words[at]
    before = words[at - 1] if at else ""
    if word in _AUXILIARIES:
        return before != "to" and not (word in {"let", "let's"} and at)
    if _CONTRACTION.fullmatch(word):
        subject = word[: word.index("'")]
        return not word.endswith("'s") or subject in _PRONOUNS | {"what", "here", "how", "where"}
    parts = parts_of(word)
    if FINITE not in parts and BASE not in parts:
        return False
    if before in _PRONOUNS:
        return True
    if FINITE not in parts or before == "to" or before in _BEFORE_NOUNS or before in _AUXILIARIES:
        return False
    if at and parts_of(before)[0] == ADJECTIVE and parts[0] != FINITE:
        return False
    if _may_be_participle(word) and _follows_auxiliary(words, at):
        return False
    return parts[0] == FINITE or (at > 0 and parts_of(before)[0] in (NOUN, ADVERB) and parts.index(FINITE) == 1)


def _may_be_participle(word: str) -> bool:
    return PARTICIPLE in parts_of(word) or word.endswith("ed")


def _follows_auxiliary(words: Sequence[str], at: int) -> bool:
    """Return whether "have", "be" or a contraction stands before a word, with adverbs between: "have ever heard"."""
    at -= 1
    while at > 0 and parts_of(words[at])[0] == ADVERB:
        at -= 1
    return at >= 0 and (words[at] in _AUXILIARIES | {"be", "been", "being"} or bool(_CONTRACTION.fullmatch(words[at])))


def noun_phrases(words: Sequence[str]) -> list[tuple[int, int]]:
    """Return half-open ranges of adjacent adjectives and nouns that end with a noun, the longest ones.

    A word in -ing may begin a phrase, as in "sampling traces".
    """
    phrases: list[tuple[int, int]] = []
    start: int | None = None
    for at, word in enumerate([*words, ""]):
        if word and _may_be_in_phrase(words, at):
            start = at if start is None else start
            continue
        if start is not None:
            end = at
            while end > start and not (_is_noun(words, end - 1) or NOUN in parts_of(words[end - 1].lower())):
                end -= 1
            if end > start:
                phrases.append((start, end))
        start = None
    return phrases


def _is_noun(words: Sequence[str], at: int) -> bool:
    word, before = words[at].lower(), words[at - 1].lower() if at else ""
    parts = parts_of(word)
    if before in _PRONOUNS - {"this", "that", "these", "those"} or before in _AUXILIARIES - BE - HAVE or before == "to":
        return parts == NOUN
    return parts[0] == NOUN or (
        NOUN in parts and (before in _BEFORE_NOUNS or (at > 0 and parts_of(before)[0] in (NOUN, ADJECTIVE)))
    )


def _may_be_in_phrase(words: Sequence[str], at: int) -> bool:
    return parts_of(words[at].lower())[0] in (ADJECTIVE, ING) or _is_noun(words, at)
