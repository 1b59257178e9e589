"""Compare who does what to whom: a statement and its passage must put the same words on the same side of a relation.

There is no parser: captions have no punctuation and no capitals. Two things are compared that survive this: the word
after a preposition ("from A to B"), and the nouns on either side of a verb, in the active or the passive voice ("A
replaces B", "B is replaced by A"). `order` compares the rest. A statement is in conflict only when the passage has one
of its own words in the place of another, so that what a summary leaves out is no conflict.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from summarizer.evidence.alignment import CLOSE, Alignment
from summarizer.evidence.tokens import Token
from summarizer.language.function_words import ARTICLES, POSSESSIVES
from summarizer.language.parts import ADJECTIVE, ADVERB, BASE, FINITE, ING, NOUN, PARTICIPLE, parts_of

PREPOSITIONS = frozenset(
    "from to into onto by on in inside within with without for than of under over before after instead between "
    "through via against behind at".split()
)
SKIPPED = (
    ARTICLES | POSSESSIVES | frozenset("this that these those some any our own um uh like just really very".split())
)
BE = frozenset("am is are was were be been being get gets got".split())
_CLAUSES = frozenset("because if when while which that who whose so but although whether where".split())
_SUBJECTS = frozenset("i we you they he she it who have has had".split())
RIVAL_REACH = 12  # tokens of the statement between a preposition and the word that the passage has after it
ARGUMENT_REACH = 7  # tokens between a verb and its nouns


def find_conflict(alignment: Alignment) -> str:
    """Return which relation the passage has the other way round; empty when there is none."""
    return _find_other_object(alignment) or _find_other_sides(alignment)


# -- after prepositions ---------------------------------------------------------------------------------------------


def _find_other_object(alignment: Alignment) -> str:
    """Compare the words after the prepositions: "from A to B" and "from B to A"."""
    claim, spoken = alignment.claim, alignment.passage.tokens
    for i, token in enumerate(claim):
        if token.text not in PREPOSITIONS or not alignment.places[i]:
            continue
        objects = _list_objects(claim, i)
        own = _choose_heads(claim, objects)
        places = {at for j in own for at in alignment.places[j]}
        said = [
            _choose_heads(spoken, _list_objects(spoken, at))
            for at in alignment.places[i]
            if spoken[at].text == token.text and _is_governed(alignment, i, at)
        ]
        if not places or not any(said) or any(places & set(following) for following in said):
            continue
        roots = {claim[j].root for j in objects}
        governed = {
            j
            for k, other in enumerate(claim)
            if k != i and _may_be_same(alignment, k, i)
            for j in list_following(claim, k)
        }
        rivals = [
            j for j in alignment.content
            if j not in governed and claim[j].root not in roots and not claim[j].number and abs(j - i) <= RIVAL_REACH
            and name_class(claim[j].text) == name_class(claim[own[0]].text) != ""
        ]  # fmt: skip
        for following in said:
            rival = next((j for j in rivals if set(alignment.places[j]) & set(following)), None)
            if rival is not None:
                return f'the cited segments say "{token.text} {claim[rival].text}", not "{claim[own[0]].text}"'
    return ""


def _is_governed(alignment: Alignment, at: int, place: int) -> bool:
    """Return whether the passage has the word before a preposition shortly before a place of the preposition too."""
    before = [i for i in alignment.content if i < at][-2:]
    return any(0 < place - other <= CLOSE for i in before for other in alignment.places[i])


def _may_be_same(alignment: Alignment, first: int, second: int) -> bool:
    """Return whether two prepositions of a statement are the same one, or one of "in", "inside" and "within"."""
    claim = alignment.claim
    return claim[first].text in PREPOSITIONS and bool(set(alignment.places[first]) & set(alignment.places[second]))


def _list_objects(tokens: Sequence[Token], at: int) -> list[int]:
    """Return the positions of the noun phrase after a preposition; none of "to add", "by adding", "inside of"."""
    found = list_following(tokens, at)
    if not found or (at and tokens[at].text == "of" and tokens[at - 1].text in PREPOSITIONS):
        return []
    first = next((j for j in found if ADVERB not in parts_of(tokens[j].text)[:1]), found[0])
    parts = parts_of(tokens[first].text)
    is_verb = ING in parts[:1] or (tokens[at].text == "to" and bool({BASE, FINITE} & set(parts[:2])))
    return [] if is_verb else found


def _choose_heads(tokens: Sequence[Token], phrase: Sequence[int]) -> list[int]:
    """Return the nouns and numbers of a noun phrase; all of its words if it has none."""
    return [j for j in phrase if tokens[j].number or _is_nominal(tokens[j].text)] or list(phrase)


def list_following(tokens: Sequence[Token], at: int) -> list[int]:
    """Return the positions of the words of the noun phrase after a token."""
    found: list[int] = []
    for j in range(at + 1, min(len(tokens), at + 6)):
        token = tokens[j]
        if token.content or token.number:
            found.append(j)
        elif token.text not in SKIPPED:
            break
    return found


# -- around verbs -----------------------------------------------------------------------------------------------------


def _find_other_sides(alignment: Alignment) -> str:
    claim, spoken = alignment.claim, alignment.passage.tokens
    for i, token in enumerate(claim):
        if not token.content or not alignment.places[i] or not is_verbal(claim, i):
            continue
        left, right = _list_nouns(claim, i, -1), _list_nouns(claim, i, 1)
        left = [j for j in left if alignment.places[j]]
        right = [j for j in right if alignment.places[j]]
        if not left or not right:
            continue
        passive = is_passive(claim, i)
        agree, reverse = 0, 0
        for at in alignment.places[i]:
            if spoken[at].root != token.root or _is_ambiguous(spoken, at) or _is_ambiguous(claim, i):
                continue  # "it returns a message" and "we get a message from it" are paraphrases with other sides
            before, after = set(_list_nouns(spoken, at, -1)), set(_list_nouns(spoken, at, 1))
            if is_passive(spoken, at) != passive:
                before, after = after, before
            first = {p for j in left for p in alignment.places[j]}
            second = {p for j in right for p in alignment.places[j]}
            same = bool(first & before) + bool(second & after)
            other = bool(first & after) + bool(second & before)
            agree += same > other or same == 2 or (same == 1 and other == 1)
            reverse += other == 2 and same <= 1
        if reverse and not agree:
            return f'the two sides of "{token.text}" are exchanged in the cited segments'
    return ""


def _list_nouns(tokens: Sequence[Token], at: int, step: int) -> list[int]:
    """Return the positions of the nouns on one side of a verb, up to the end of the clause or another verb."""
    found: list[int] = []
    for distance in range(1, ARGUMENT_REACH + 1):
        j = at + step * distance
        if not 0 <= j < len(tokens) or tokens[j].ends_clause or (tokens[j].text in _CLAUSES and found):
            break
        if tokens[j].text == "by" and j + 1 < len(tokens) and ING in parts_of(tokens[j + 1].text)[:1]:
            break  # "edited by adding filters": the filters edit nothing
        if tokens[j].content and _is_nominal(tokens[j].text):
            found.append(j)
    return found


@lru_cache(maxsize=65536)
def _is_nominal(word: str) -> bool:
    parts = parts_of(word)
    return NOUN in parts[:2] or parts[0] not in (ADVERB, FINITE, BASE, ADJECTIVE)


def is_verbal(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a word may be a verb."""
    parts = parts_of(tokens[at].text)
    if tokens[at - 1].text in ARTICLES | POSSESSIVES and at:
        return False
    return bool({FINITE, BASE, ING, PARTICIPLE} & set(parts[:2]))


def is_passive(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a verb is in the passive voice."""
    word = tokens[at].text
    if not (word.endswith("ed") or PARTICIPLE in parts_of(word)):
        return False
    before = at - 1
    while before > 0 and (ADVERB in parts_of(tokens[before].text)[:1] or tokens[before].text == "not"):
        before -= 1
    follows = at + 1 < len(tokens) and tokens[at + 1].text == "by"
    return follows or (before >= 0 and tokens[before].text in BE)


def _is_ambiguous(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a form may be active or passive: "the pods created by hand" and "they created the pods"."""
    word = tokens[at].text
    if not (word.endswith("ed") or PARTICIPLE in parts_of(word)) or is_passive(tokens, at):
        return False
    return at == 0 or tokens[at - 1].text not in _SUBJECTS


def name_class(word: str) -> str:
    """Return "noun" or "adjective" for a word that can change places with another one, else nothing."""
    first = parts_of(word)[0]
    return {NOUN: "noun", ADJECTIVE: "adjective"}.get(first, "")
