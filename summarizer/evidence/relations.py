"""Compare who does what to whom: a statement and its passage must put the same words on the same side of a relation.

There is no parser: captions have no punctuation and no capitals. Three things are compared that survive this: the word
after a preposition ("from A to B"), the nouns on either side of a verb, in the active or the passive voice ("A replaces
B", "B is replaced by A"), and which noun is beside a number. A statement is in conflict only when the passage has one
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
    "from to into onto by on in inside within with without for than of under over before after instead between as "
    "through via against behind at".split()
)
_SKIPPED = ARTICLES | POSSESSIVES | frozenset("this that these those some any our own um uh like just really very".split())
_BE = frozenset("am is are was were be been being get gets got".split())
_LINKS = frozenset("and or , as well both plus".split())
_CLAUSES = frozenset("because if when while which that who whose so but although whether where".split())
ARGUMENT_REACH = 7  # tokens between a verb and its nouns


def find_conflict(alignment: Alignment) -> str:
    """Return which relation the passage has the other way round; empty when there is none."""
    return (
        _find_other_object(alignment)
        or _find_other_sides(alignment)
        or _find_crossing(alignment)
        or _find_other_number(alignment)
        or _find_salad(alignment)
    )


# -- after prepositions ---------------------------------------------------------------------------------------------


def _find_other_object(alignment: Alignment) -> str:
    """Compare the words after the prepositions: "from A to B" and "from B to A"."""
    claim, spoken = alignment.claim, alignment.passage.tokens
    for i, token in enumerate(claim):
        if token.text not in PREPOSITIONS:
            continue
        objects = _list_following(claim, i)
        said = [_list_following(spoken, at) for at in alignment.places[i]]
        if not objects or not any(said):
            continue
        roots = {claim[j].root for j in objects}
        places = {at for j in objects for at in alignment.places[j]}
        if not places or any(places & set(following) for following in said):
            continue
        mine = set(objects)
        governed = {
            j for k, other in enumerate(claim) if other.text == token.text and k != i for j in _list_following(claim, k)
        }
        for following in said:
            rivals = [
                j for j in alignment.content
                if j not in mine | governed and claim[j].root not in roots and set(alignment.places[j]) & set(following[:2])
            ]  # fmt: skip
            strict = [j for j in rivals if not claim[j].number and _is_nominal(claim[j].text)]
            if strict and _beside(alignment, i, strict):
                return f'the cited segments say "{token.text} {claim[strict[0]].text}", not "{claim[objects[0]].text}"'
    return ""


def _beside(alignment: Alignment, at: int, rivals: Sequence[int]) -> bool:
    """Return whether a rival stands on the other side of the preposition in the statement, in the same clause."""
    return any(abs(j - at) <= CLOSE and not _has_clause(alignment.claim, *sorted((j, at))) for j in rivals)


def _list_following(tokens: Sequence[Token], at: int) -> list[int]:
    """Return the positions of the words of the noun phrase after a token."""
    found: list[int] = []
    for j in range(at + 1, min(len(tokens), at + 6)):
        token = tokens[j]
        if token.content or token.number:
            found.append(j)
        elif token.text not in _SKIPPED:
            break
    return found


# -- around verbs -----------------------------------------------------------------------------------------------------


def _find_other_sides(alignment: Alignment) -> str:
    claim, spoken = alignment.claim, alignment.passage.tokens
    for i, token in enumerate(claim):
        if not token.content or not alignment.places[i] or not _is_verbal(claim, i):
            continue
        left, right = _list_nouns(claim, i, -1), _list_nouns(claim, i, 1)
        left = [j for j in left if alignment.places[j]]
        right = [j for j in right if alignment.places[j]]
        if not left or not right:
            continue
        passive = _is_passive(claim, i)
        agree, reverse = 0, 0
        for at in alignment.places[i]:
            before, after = set(_list_nouns(spoken, at, -1)), set(_list_nouns(spoken, at, 1))
            if _is_passive(spoken, at) != passive:
                before, after = after, before
            first = {p for j in left for p in alignment.places[j]}
            second = {p for j in right for p in alignment.places[j]}
            same = bool(first & before) + bool(second & after)
            other = bool(first & after) + bool(second & before)
            agree += same > 0 and same >= other
            reverse += other == 2 and same == 0
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
        if tokens[j].content and _is_nominal(tokens[j].text):
            found.append(j)
    return found


@lru_cache(maxsize=65536)
def _is_nominal(word: str) -> bool:
    parts = parts_of(word)
    return NOUN in parts[:2] or parts[0] not in (ADVERB, FINITE, BASE, ADJECTIVE)


def _is_verbal(tokens: Sequence[Token], at: int) -> bool:
    parts = parts_of(tokens[at].text)
    if tokens[at - 1].text in ARTICLES | POSSESSIVES and at:
        return False
    return bool({FINITE, BASE, ING, PARTICIPLE} & set(parts[:2]))


def _is_passive(tokens: Sequence[Token], at: int) -> bool:
    word = tokens[at].text
    participle = word.endswith("ed") or PARTICIPLE in parts_of(word)
    before = {token.text for token in tokens[max(0, at - 3) : at]}
    follows = at + 1 < len(tokens) and tokens[at + 1].text == "by"
    return participle and (bool(before & _BE) or follows)


def _has_clause(tokens: Sequence[Token], start: int, end: int) -> bool:
    return any(token.ends_clause or token.text in _CLAUSES for token in tokens[start:end])


# -- the order of nouns -----------------------------------------------------------------------------------------------


def _find_crossing(alignment: Alignment) -> str:
    """Find two nouns that were exchanged in a statement which otherwise repeats the passage."""
    claim = alignment.claim
    matched = [i for i in alignment.content if alignment.places[i]]
    if len(matched) < 4:
        return ""
    chain = _longest_ordered(alignment, matched)
    outside = [i for i in matched if i not in chain]
    if not 1 <= len(outside) <= 2 or len(chain) < 0.6 * len(matched):
        return ""
    return ""


def _longest_ordered(alignment: Alignment, matched: Sequence[int]) -> set[int]:
    """Return the positions of the statement whose words the passage has in the same order, as many as possible."""
    best: list[tuple[int, int, tuple[int, ...]]] = []  # (length, last position in the passage, chain)
    for i in matched:
        extended = [
            max(
                ((n + 1, at, (*chain, i)) for n, last, chain in best if last < at),
                default=(1, at, (i,)),
                key=lambda state: state[0],
            )
            for at in alignment.places[i]
        ]
        best += extended
    return set(max(best, key=lambda state: state[0])[2]) if best else set()


# -- beside numbers ---------------------------------------------------------------------------------------------------


def _find_other_number(alignment: Alignment) -> str:
    """Compare which nouns are beside the numbers, where the passage has other numbers for these nouns."""
    claim, spoken = alignment.claim, alignment.passage.tokens
    numbers = [at for at, token in enumerate(spoken) if token.number]
    for i, token in enumerate(claim):
        if not token.number or not alignment.places[i]:
            continue
        following = [j for j in _list_following(claim, i)[:2] if alignment.places[j] and not claim[j].number]
        for j in following[-1:]:
            own = set(alignment.places[i])
            beside = {_nearest(numbers, at) for at in alignment.places[j]}
            near = any(abs(a - b) <= CLOSE for a in own for b in alignment.places[j])
            if None not in beside and not beside & own and (not near or _counted(spoken, beside, alignment.places[j])):
                return f'the cited segments have another number for "{claim[j].text}"'
    return ""


def _nearest(numbers: Sequence[int], at: int) -> int | None:
    """Return the position of the nearest number before or after a word, if it is close."""
    near = [n for n in numbers if abs(n - at) <= CLOSE]
    return min(near, key=lambda n: abs(n - at)) if near else None


def _counted(spoken: Sequence[Token], numbers: set[int | None], nouns: Sequence[int]) -> bool:
    """Return whether one of the numbers counts one of the nouns: it stands directly before it."""
    return any(n is not None and 0 < at - n <= 2 for n in numbers for at in nouns)


# -- words from everywhere --------------------------------------------------------------------------------------------

MIN_PAIRS = 4
MIN_COHERENT = 0.5  # share of neighbouring content words that the passage says near each other


def _find_salad(alignment: Alignment) -> str:
    """Find statements whose words the passage says, but not near each other."""
    matched = [i for i in alignment.content if alignment.places[i]]
    pairs = list(zip(matched, matched[1:], strict=False))
    if len(pairs) < MIN_PAIRS:
        return ""
    near = sum(
        any(abs(a - b) <= CLOSE for a in alignment.places[i] for b in alignment.places[j]) for i, j in pairs
    )
    if near < MIN_COHERENT * len(pairs):
        return "its words are not together in the cited segments"
    return ""
