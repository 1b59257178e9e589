"""Compare the order of words: two that were exchanged, a number beside another noun, words from everywhere.

The passage must have the words of a statement together, and a number beside the noun that the statement puts it beside.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from summarizer.evidence.alignment import CLOSE, Alignment
from summarizer.evidence.relations import BE, SKIPPED, is_passive, is_verbal, list_following, name_class
from summarizer.evidence.tokens import Token

_LINKS = frozenset("and or , as well both plus".split())
_RELATIVES = frozenset("that which who whom where what".split())
MIN_ORDERED, MAX_ORDERED = 3, 24  # content words of a statement in which exchanged words are looked for
FIRST_YEAR, LAST_YEAR = 1950, 2100
DENSE = 1.5  # words of a passage for each of a statement that repeats it but for two words
MIN_PAIRS = 4  # neighbouring content words of a statement, from which on they have to be together
MIN_COHERENT = 0.34  # share of neighbouring content words that the passage says near each other


def find_conflict(alignment: Alignment) -> str:
    """Return which words the passage has in another order; empty when there are none."""
    return _find_exchanged(alignment) or _find_other_number(alignment) or _find_salad(alignment)


# -- the order of nouns -----------------------------------------------------------------------------------------------


def _find_exchanged(alignment: Alignment) -> str:
    """Find two words that were exchanged: with them in each other's place, the passage has all words in this order."""
    claim = alignment.claim
    matched = [i for i in alignment.content if alignment.places[i]]
    places = [alignment.places[i] for i in matched]
    longest = _count_ordered(places)
    if not MIN_ORDERED <= len(matched) <= MAX_ORDERED or not 1 <= len(matched) - longest <= 2:
        return ""
    for a in range(len(matched)):
        for b in range(a + 1, len(matched)):
            first, second = matched[a], matched[b]
            if set(places[a]) & set(places[b]) or not _may_be_exchanged(claim, first, second):
                continue
            exchanged = [*places]
            exchanged[a], exchanged[b] = places[b], places[a]
            if (
                _count_ordered(exchanged) == len(matched)
                and _is_dense(exchanged, len(claim))
                and not _turns(alignment, first, second)
            ):
                return f'"{claim[first].text}" and "{claim[second].text}" are exchanged in the cited segments'
    return ""


def _is_dense(places: Sequence[tuple[int, ...]], length: int) -> bool:
    """Return whether a passage has all words in about as many words as a statement."""
    firsts = [min(found) for found in places]
    lasts = [max(found) for found in places]
    return max(places[-1]) >= min(places[0]) and max(firsts) - min(lasts) <= DENSE * length


def _may_be_exchanged(claim: Sequence[Token], first: int, second: int) -> bool:
    """Return whether two words of a statement have roles that differ: not those of "A and B" or "A is B"."""
    between = {token.text for token in claim[first + 1 : second]} - SKIPPED
    if "of" in between and not any(is_verbal(claim, i) for i in range(first + 1, second)):
        return False
    alike = claim[first].number == claim[second].number
    if not claim[first].number:
        kinds = [name_class(claim[i].text) for i in (first, second)]
        alike = alike and kinds[0] == kinds[1] != ""
    return alike and bool(between - _LINKS - BE)


def _turns(alignment: Alignment, first: int, second: int) -> bool:
    """Return whether the voice changes between two words: "A replaces B" and "B is replaced by A"."""
    in_claim = any(is_passive(alignment.claim, i) for i in range(first, second))
    for at in alignment.places[first]:
        for other in alignment.places[second]:
            start, end = sorted((at, other))
            if {token.text for token in alignment.passage.tokens[start:end]} & _RELATIVES:
                continue
            if any(is_passive(alignment.passage.tokens, i) for i in range(start, end)) == in_claim:
                return False
    return True


def _count_ordered(places: Sequence[tuple[int, ...]]) -> int:
    """Return how many words, as many as possible, a passage has in the order of a statement."""
    ends: list[int] = []  # the first position at which an ordered run of each length can end
    for found in places:
        for at in sorted(found, reverse=True):
            length = bisect_left(ends, at)
            if length == len(ends):
                ends.append(at)
            else:
                ends[length] = at
    return len(ends)


# -- beside numbers ---------------------------------------------------------------------------------------------------


def _find_other_number(alignment: Alignment) -> str:
    """Compare which nouns are beside the numbers, where the passage has other numbers for these nouns."""
    claim, spoken = alignment.claim, alignment.passage.tokens
    numbers = [at for at, token in enumerate(spoken) if token.root.startswith("#")]
    for i, token in enumerate(claim):
        if not token.root.startswith("#") or not alignment.places[i] or (token.text == "one" and not token.number):
            continue
        own = set(alignment.places[i])
        counted = [j for j in list_following(claim, i)[:2] if alignment.places[j] and not claim[j].number]
        named = [i - 1] if i and claim[i - 1].content and alignment.places[i - 1] and not counted else []
        for j in [*counted[-1:], *named]:
            beside = {_nearest(numbers, at) for at in alignment.places[j]}
            near = any(abs(a - b) <= CLOSE for a in own for b in alignment.places[j])
            adjacent = _counted(beside, alignment.places[j]) or j in named
            if None not in beside and not beside & own and (not near or adjacent):
                return f'the cited segments have another number for "{claim[j].text}"'
        if _is_year(token) and _is_of_other_year(alignment, i):
            return f"the cited segments do not say this of {token.root[1:]}"
    return ""


def _is_year(token: Token) -> bool:
    return token.number and token.root[1:].isdigit() and FIRST_YEAR <= int(token.root[1:]) <= LAST_YEAR


def _is_of_other_year(alignment: Alignment, at: int) -> bool:
    """Return whether the passage tells what a statement tells of one year under another one: "2009 X, 2011 Y"."""
    spoken = alignment.passage.tokens
    years = [i for i, token in enumerate(spoken) if _is_year(token)]
    following = [i for i in alignment.content if i > at and alignment.places[i]][:3]
    under = [max((y for y in years if y < place), default=-1) for i in following for place in alignment.places[i]]
    return bool(under) and len(years) > 1 and not set(under) & set(alignment.places[at]) and -1 not in under


def _nearest(numbers: Sequence[int], at: int) -> int | None:
    """Return the position of the nearest number before or after a word, if it is close."""
    near = [n for n in numbers if abs(n - at) <= CLOSE]
    return min(near, key=lambda n: abs(n - at)) if near else None


def _counted(numbers: set[int | None], nouns: Sequence[int]) -> bool:
    """Return whether one of the numbers counts one of the nouns: it stands directly before it."""
    return any(n is not None and 0 < at - n <= 2 for n in numbers for at in nouns)


# -- words from everywhere --------------------------------------------------------------------------------------------


def _find_salad(alignment: Alignment) -> str:
    """Find statements whose words the passage says, but not near each other."""
    matched = [i for i in alignment.content if alignment.places[i]]
    pairs = list(pairwise(matched))
    if len(pairs) < MIN_PAIRS:
        return ""
    near = sum(any(abs(a - b) <= CLOSE for a in alignment.places[i] for b in alignment.places[j]) for i, j in pairs)
    if near < MIN_COHERENT * len(pairs):
        return "its words are not together in the cited segments"
    return ""
