"""Does a claim say the opposite? Dropped or added negations, and opposites such as "faster" for "slower".

A claim that repeats a stretch of the talk nearly word for word must have as many negations as that. In other words, a
negation covers the few words behind it, up to the end of the clause (the scope heuristic of Chapman et al. 2001, NegEx):
a word that is negated wherever the cited segments say it, and not in the claim, or the other way round, turns the claim
around. It sees words only: irony, double negation and negation by a verb ("failed to") escape it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from summarizer.language.function_words import AUXILIARIES, CLAUSE_LINKS, NEGATIONS, NOT_NEGATED
from summarizer.language.words import stem

SCOPE = 3  # words behind a negation that it covers
SAME, LOOSE = 0.8, 1.3  # share of a claim's words that repeat a stretch of the talk, and how much longer that may be
_NO_NEGATION = (["just"], ["only"], ["necessarily"], ["least"])  # "not just code": code as well
# Marks are tokens of their own here, unlike in `language.words`: a negation reaches no further than the next one.
_SCOPE_ENDS = CLAUSE_LINKS | frozenset(".,;:?!")
_OPPOSITES = (
    "increase decrease", "faster slower", "fast slow", "more less", "up down", "before after", "always never",
    "enable disable", "enabled disabled", "easy hard", "easier harder", "easy difficult", "first last", "start stop",
    "add remove", "added removed", "open closed", "public private", "stateful stateless", "larger smaller", "large small",
    "big small", "bigger smaller", "higher lower", "high low", "better worse", "best worst", "good bad", "success failure",
    "succeed fail", "succeeded failed", "possible impossible", "safe unsafe", "secure insecure", "synchronous asynchronous",
    "push pull", "inbound outbound", "static dynamic", "cheap expensive", "cheaper expensive",
    "mutable immutable", "simple complex", "simpler complex", "rise fall", "rose fell", "above below", "internal external",
    "old new", "older newer", "read write", "client server", "minimum maximum", "win lose", "gain loss",
    "everybody nobody", "everyone nobody", "inside outside", "early late", "earlier later",
)  # fmt: skip


def _table() -> dict[str, frozenset[str]]:
    """Stem to the stems of its opposites."""
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES:
        one, other = (stem(word) for word in pair.split())
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


_OPPOSITE = _table()


def contradiction(claim: str, source: str) -> str:
    """The word whose meaning a claim turns around, as the reason tells it; empty when there is none."""
    said, cited = _tokens(claim), _tokens(source)
    there = {stem(word) for word in cited}
    for word in said:
        if stem(word) not in there and (turned := _OPPOSITE.get(stem(word), frozenset()) & there):
            return f"the cited segments say {min(turned)}, not {word}"
    words = _once(said)
    stretch = _repeated(words, _once(cited))
    if stretch:
        claimed, told = _negations(words), _negations(stretch)
        if claimed == told:
            return ""
        return "it is negated in the cited segments" if told > claimed else "it is not negated in the cited segments"
    return _turned(said, cited)


def _repeated(words: Sequence[str], spoken: Sequence[str]) -> Sequence[str]:
    """The stretch of the talk that a claim repeats, nearly word for word; empty when it does not."""
    blocks = difflib.SequenceMatcher(None, spoken, words, autojunk=False).get_matching_blocks()
    if not words or sum(block.size for block in blocks) < SAME * len(words):
        return ()
    end = blocks[-2].a + blocks[-2].size  # the last block is an empty one
    if words[-1] in AUXILIARIES and spoken[end : end + 1] == ["not"]:  # "until they were" of "until they weren't"
        end += 1
    stretch = spoken[blocks[0].a : end]
    return stretch if len(stretch) <= LOOSE * len(words) else ()


def _negations(words: Sequence[str]) -> int:
    return sum(_negates(words, i) for i in range(len(words)))


def _negates(words: Sequence[str], at: int) -> bool:
    return words[at] in NEGATIONS and list(words[at + 1 : at + 2]) not in _NO_NEGATION


def _once(words: Sequence[str]) -> list[str]:
    """Words without punctuation and without stutters of one or two words: "I don't don't"."""
    found: list[str] = []
    for word in words:
        if word.isalnum():
            found.append(word)
            for size in (1, 2):
                if len(found) >= 2 * size and found[-size:] == found[-2 * size : -size]:
                    del found[-size:]
    return found


def _turned(said: Sequence[str], cited: Sequence[str]) -> str:
    """The word that is negated here and not there, in a claim in other words."""
    claimed, told = _negated(said), _negated(cited)
    for word, negated in claimed.items():
        if word in told and len(told[word]) == 1 and len(negated) == 1 and told[word] != negated:
            return f"{word} is {'not ' if told[word] == {False} else ''}negated in the cited segments"
    if not any(True in negated for negated in told.values()) and any(negated == {True} for negated in claimed.values()):
        return "the cited segments negate nothing"
    return ""


def _tokens(text: str) -> list[str]:
    """Lower-case words and clause marks; "don't" is "do", "not"."""
    text = text.lower().replace("’", "'")
    text = re.sub(r"\bcan't\b|\bcannot\b", "can not", text)
    text = re.sub(r"\bwon't\b", "will not", text)
    text = re.sub(r"n't\b", " not", text)
    return re.findall(r"[^\W_]+(?:['-][^\W_]+)*|[.,;:?!]", text)


def _negated(words: Sequence[str]) -> dict[str, set[bool]]:
    """Stem to whether it stands under a negation, everywhere that this can be told."""
    found: dict[str, set[bool]] = {}
    behind: int | None = None  # words since the negation of this clause; none without one
    for i, word in enumerate(words):
        if _negates(words, i):
            behind = 0
        elif word in _SCOPE_ENDS:
            behind = None
        elif word not in NOT_NEGATED and word.isalnum():
            if behind is None or behind < SCOPE:  # further on in the clause, nobody can tell
                found.setdefault(stem(word), set()).add(behind is not None)
            behind = None if behind is None else behind + 1
    return found
