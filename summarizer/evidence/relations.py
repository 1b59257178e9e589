"""Compare who does what to whom: a statement and its passage must put the same words on the same side of a relation.

There is no parser: captions have no punctuation and no capitals. Three things are compared that survive this: the word
after a preposition ("from A to B"), the nouns on either side of a verb, in the active or the passive voice ("A replaces
B", "B is replaced by A"), and which noun is beside a number. A statement is in conflict only when the passage has one
of its own words in the place of another, so that what a summary leaves out is no conflict.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from summarizer.evidence.alignment import CLOSE, Alignment
from summarizer.evidence.tokens import Token
from summarizer.language.frequency import rarity
from summarizer.language.function_words import ARTICLES, POSSESSIVES
from summarizer.language.parts import ADJECTIVE, ADVERB, BASE, FINITE, ING, NOUN, PARTICIPLE, parts_of
from summarizer.language.words import stem

PREPOSITIONS = frozenset(
    "from to into onto by on in inside within with without for than of under over before after instead between "
    "through via against behind at".split()
)
_SKIPPED = (
    ARTICLES | POSSESSIVES | frozenset("this that these those some any our own um uh like just really very".split())
)
_BE = frozenset("am is are was were be been being get gets got".split())
_LINKS = frozenset("and or , as well both plus".split())
_CLAUSES = frozenset("because if when while which that who whose so but although whether where".split())
_CAUSES = frozenset("because so but although".split())
_PRONOUNS = frozenset("it this that they them which these those".split())
_SUBJECTS = frozenset("i we you they he she it who have has had".split())
_RELATIVES = frozenset("that which who whom where what".split())
_STOPS = frozenset(".!?;")
NEAR, FAR = 10, 18  # tokens between words that belong together; the second without another word in between
NAME_RARITY = 15.0  # bits; a noun as rare as this may be a name, which stands beside what is said of it
RIVAL_REACH = 12  # tokens of the statement between a preposition and the word that the passage has after it
MIN_ORDERED, MAX_ORDERED = 3, 24  # content words of a statement in which exchanged words are looked for
FIRST_YEAR, LAST_YEAR = 1950, 2100
DENSE = 1.5  # words of a passage for each of a statement that repeats it but for two words
ARGUMENT_REACH = 7  # tokens between a verb and its nouns


def find_conflict(alignment: Alignment) -> str:
    """Return which relation the passage has the other way round; empty when there is none."""
    return (
        _find_other_object(alignment)
        or _find_other_sides(alignment)
        or _find_exchanged(alignment)
        or _find_orphan(alignment)
        or _find_other_number(alignment)
        or _find_salad(alignment)
    )


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
            for j in _list_following(claim, k)
        }
        rivals = [
            j for j in alignment.content
            if j not in governed and claim[j].root not in roots and not claim[j].number and abs(j - i) <= RIVAL_REACH
            and _name_class(claim[j].text) == _name_class(claim[own[0]].text) != ""
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
    """Return the positions of the noun phrase after a preposition; none after "to" with a verb, "by adding", "inside of"."""
    found = _list_following(tokens, at)
    if not found or (at and tokens[at].text == "of" and tokens[at - 1].text in PREPOSITIONS):
        return []
    first = next((j for j in found if ADVERB not in parts_of(tokens[j].text)[:1]), found[0])
    parts = parts_of(tokens[first].text)
    is_verb = ING in parts[:1] or (tokens[at].text == "to" and bool({BASE, FINITE} & set(parts[:2])))
    return [] if is_verb else found


def _choose_heads(tokens: Sequence[Token], phrase: Sequence[int]) -> list[int]:
    """Return the nouns and numbers of a noun phrase; all of its words if it has none."""
    return [j for j in phrase if tokens[j].number or _is_nominal(tokens[j].text)] or list(phrase)


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
            if spoken[at].root != token.root or _is_ambiguous(spoken, at) or _is_ambiguous(claim, i):
                continue  # "it returns a message" and "we get a message from it" are paraphrases with other sides
            before, after = set(_list_nouns(spoken, at, -1)), set(_list_nouns(spoken, at, 1))
            if _is_passive(spoken, at) != passive:
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
    if not (word.endswith("ed") or PARTICIPLE in parts_of(word)):
        return False
    before = at - 1
    while before > 0 and (ADVERB in parts_of(tokens[before].text)[:1] or tokens[before].text == "not"):
        before -= 1
    follows = at + 1 < len(tokens) and tokens[at + 1].text == "by"
    return follows or (before >= 0 and tokens[before].text in _BE)


def _is_ambiguous(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a form may be active or passive: "the pods created by hand" and "they created the pods"."""
    word = tokens[at].text
    if not (word.endswith("ed") or PARTICIPLE in parts_of(word)) or _is_passive(tokens, at):
        return False
    return at == 0 or tokens[at - 1].text not in _SUBJECTS


def _has_clause(tokens: Sequence[Token], start: int, end: int) -> bool:
    return any(token.ends_clause or token.text in _CLAUSES for token in tokens[start:end])


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
    spans = (max(found) - min(other) for found in places[-1:] for other in places[:1])
    firsts = [min(found) for found in places]
    lasts = [max(found) for found in places]
    return min(spans, default=0) >= 0 and max(firsts) - min(lasts) <= DENSE * length


def _may_be_exchanged(claim: Sequence[Token], first: int, second: int) -> bool:
    """Return whether two words of a statement have roles that differ: not those of "A and B" or "A is B"."""
    between = {token.text for token in claim[first + 1 : second]} - _SKIPPED
    if "of" in between and not any(_is_verbal(claim, i) for i in range(first + 1, second)):
        return False
    alike = claim[first].number == claim[second].number
    if not claim[first].number:
        kinds = [_name_class(claim[i].text) for i in (first, second)]
        alike = alike and kinds[0] == kinds[1] != ""
    return alike and bool(between - _LINKS - _BE)


def _name_class(word: str) -> str:
    """Return "noun" or "adjective" for a word that can change places with another one, else nothing."""
    first = parts_of(word)[0]
    return {NOUN: "noun", ADJECTIVE: "adjective"}.get(first, "")


def _turns(alignment: Alignment, first: int, second: int) -> bool:
    """Return whether the voice changes between two words: "A replaces B" and "B is replaced by A"."""
    in_claim = any(_is_passive(alignment.claim, i) for i in range(first, second))
    for at in alignment.places[first]:
        for other in alignment.places[second]:
            start, end = sorted((at, other))
            if {token.text for token in alignment.passage.tokens[start:end]} & _RELATIVES:
                continue
            if any(_is_passive(alignment.passage.tokens, i) for i in range(start, end)) == in_claim:
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


# -- beside one another ----------------------------------------------------------------------------------------------


def _find_orphan(alignment: Alignment) -> str:
    """Find a noun phrase that the passage says, but beside none of the words that are beside it in the statement."""
    claim = alignment.claim
    phrases = _list_phrases(alignment)
    for n, phrase in enumerate(phrases):
        head = claim[phrase[-1]]
        if not (head.number or _name_class(head.text) == "noun"):
            continue
        beside = [
            phrases[m] for m in (n - 1, n + 1)
            if 0 <= m < len(phrases) and _are_linked(claim, phrases[min(m, n)][-1], phrases[max(m, n)][0])
        ]  # fmt: skip
        if not beside or any(_are_near(alignment, phrase, other, NEAR) for other in beside):
            continue
        has_rival = any(
            _stands_for(alignment, phrases[r], phrase, other)
            for other in beside for r in range(len(phrases))
            if phrases[r] not in (phrase, other) and abs(phrases.index(other) - r) > 1
        )  # fmt: skip
        if has_rival:
            return f'"{head.text}" is about something else in the cited segments'
    return ""


def _stands_for(alignment: Alignment, rival: Sequence[int], phrase: Sequence[int], other: Sequence[int]) -> bool:
    """Return whether the passage has a noun phrase of the statement on that side of another where it has this phrase."""
    if _name_class(alignment.claim[rival[-1]].text) != "noun":
        return False
    side = 1 if phrase[0] < other[0] else -1
    return any(
        0 < side * (b - a) <= CLOSE
        for i in rival for a in alignment.places[i]
        for j in other for b in alignment.places[j]
    )  # fmt: skip


def _list_phrases(alignment: Alignment) -> list[tuple[int, ...]]:
    """Return the content words of a statement that the passage has, those of a noun phrase together."""
    claim = alignment.claim
    phrases: list[list[int]] = []
    for i in alignment.content:
        if not alignment.places[i]:
            continue
        joins = bool(phrases) and phrases[-1][-1] == i - 1 and all(_name_class(claim[j].text) for j in (i - 1, i))
        if joins:
            phrases[-1].append(i)
        else:
            phrases.append([i])
    return [tuple(phrase) for phrase in phrases]


def _may_be_name(word: str) -> bool:
    return rarity(stem(word)) >= NAME_RARITY


def _are_linked(claim: Sequence[Token], first: int, second: int) -> bool:
    """Return whether two neighbouring words of a statement are in one clause."""
    return not any(token.ends_clause or token.text in _CLAUSES for token in claim[first:second])


def _are_near(alignment: Alignment, phrase: Sequence[int], other: Sequence[int], most: int) -> bool:
    """Return whether the passage has a word of each of two phrases near each other, and none that turns the subject."""
    spoken = alignment.passage.tokens
    return any(
        abs(a - b) <= most and not _turns_subject(alignment.passage.tokens[min(a, b) + 1 : max(a, b)])
        for i in phrase for a in alignment.places[i]
        for j in other for b in alignment.places[j]
    )  # fmt: skip


def _turns_subject(between: Sequence[Token]) -> bool:
    """Return whether a sentence ends or a reason begins, without a pronoun for what was said before."""
    words = {token.text for token in between}
    return bool(words & (_CAUSES | _STOPS)) and not words & _PRONOUNS


# -- beside numbers ---------------------------------------------------------------------------------------------------


def _find_other_number(alignment: Alignment) -> str:
    """Compare which nouns are beside the numbers, where the passage has other numbers for these nouns."""
    claim, spoken = alignment.claim, alignment.passage.tokens
    numbers = [at for at, token in enumerate(spoken) if token.root.startswith("#")]
    for i, token in enumerate(claim):
        if not token.root.startswith("#") or not alignment.places[i] or (token.text == "one" and not token.number):
            continue
        own = set(alignment.places[i])
        counted = [j for j in _list_following(claim, i)[:2] if alignment.places[j] and not claim[j].number]
        named = [i - 1] if i and claim[i - 1].content and alignment.places[i - 1] and not counted else []
        for j in [*counted[-1:], *named]:
            beside = {_nearest(numbers, at) for at in alignment.places[j]}
            near = any(abs(a - b) <= CLOSE for a in own for b in alignment.places[j])
            adjacent = _counted(spoken, beside, alignment.places[j]) or j in named
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
    near = sum(any(abs(a - b) <= CLOSE for a in alignment.places[i] for b in alignment.places[j]) for i, j in pairs)
    if near < MIN_COHERENT * len(pairs):
        return "its words are not together in the cited segments"
    return ""
