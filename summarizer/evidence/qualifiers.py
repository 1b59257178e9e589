"""Compare words that bound a statement with the passage: "all", "only", "most", "before", "will", "more".

Such a word has to be said beside the words that it bounds: of "some customers use Terraform", "all customers use
Terraform" and "only customers use Terraform" are other statements, although every content word was said. An order in
time is compared with the order in which a passage tells the events, or with its own "before" and "after".
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from summarizer.evidence.alignment import Alignment
from summarizer.evidence.opposites import are_opposite
from summarizer.evidence.tokens import Token
from summarizer.language.parts import ADJECTIVE, NOUN, parts_of


def _map(classes: dict[str, str]) -> dict[str, str]:
    return {word: name for name, words in classes.items() for word in words.split()}


_QUANTITIES = _map(
    {
        "all": "all every each always everyone everybody everything entire whole entirely completely fully both anything",
        "most": "most mostly usually generally typically majority mainly largely primarily",
        "many": "many lots lot plenty numerous several multiple various often frequently bunch",
        "some": "some sometimes occasionally partly somebody someone",
        "few": "few couple handful",
        "only": "only solely exclusively merely just alone",
        "none": "none nobody never nothing neither nowhere rarely seldom hardly barely no scarcely",
    }
)
# Which quantities of the passage support a quantity of a statement: the same, or more than it says.
_SUPPORTED_BY = {
    "all": {"all"},
    "most": {"most", "all"},
    "many": {"many", "most", "all"},
    "some": {"some", "few", "many", "most", "all"},
    "few": {"few", "some"},
    "only": {"only"},
    "none": {"none"},
}
_MUST_BE_SAID = frozenset(
    {"all", "most", "few", "only", "none"}
)  # the others say little when the passage says nothing else
_ORDERS = _map({"before": "before until", "after": "after", "then": "then afterwards later"})
_BACK = frozenset("that this which it".split())  # "and after that we moved it" tells events in their order
_FUTURE = frozenset("will shall gonna going tomorrow plan plans planning".split())
_UNREAL = _FUTURE | frozenset("should might may could would want wants hope try trying let".split())
_PAST_AUXILIARIES = frozenset("was were did had been".split())
REACH_OF_NOT = 8  # tokens from "not" to what "no" or "nobody" bounds: "you don't have to be on the internet"
REACH, BEHIND = 5, 3  # tokens from a quantity to what it bounds, and from this to a quantity behind it
MODAL_REACH = 4
BESIDE = 4  # tokens between a word and what it describes


BOUNDING_WORDS = frozenset((*_QUANTITIES, *_ORDERS, "not", "without"))


def find_conflict(alignment: Alignment) -> str:
    """Return which bounding word the passage does not say of the same words; empty when there is none."""
    return (
        _find_other_quantity(alignment)
        or _find_other_order(alignment)
        or _find_other_time(alignment)
        or _find_other_pole(alignment)
    )


# -- opposites ------------------------------------------------------------------------------------------------------


def _find_other_pole(alignment: Alignment) -> str:
    """Find a word whose opposite the passage has beside the same words, where the word itself is not said."""
    spoken = alignment.passage.tokens
    for n, i in enumerate(alignment.content):
        token = alignment.claim[i]
        poles = [at for at, other in enumerate(spoken) if are_opposite(token.text, other.text)]
        described = _find_described(alignment, i)
        beside = [alignment.content[m] for m in (n - 1, n + 1) if 0 <= m < len(alignment.content)]
        anchors = [at for j in ([described] if described else beside) for at in alignment.places[j]]
        own = _measure_distance(alignment.places[i], anchors)
        other = _measure_distance(poles, anchors)
        if poles and other <= BESIDE and own > (BESIDE if described else 2 * BESIDE):
            word = min(poles, key=lambda at: _measure_distance([at], anchors))
            return f"the cited segments say {spoken[word].text}, not {token.text}"
    return ""


def _find_described(alignment: Alignment, at: int) -> int:
    """Return the position of the noun directly after an adjective, 0 if there is none."""
    claim = alignment.claim
    following = at + 1
    is_adjective = ADJECTIVE in parts_of(claim[at].text)
    return following if is_adjective and following < len(claim) and claim[following].content else 0


def _measure_distance(places: Sequence[int], anchors: Sequence[int]) -> float:
    return min((abs(a - b) for a in places for b in anchors if a != b), default=float("inf"))


# -- quantities -----------------------------------------------------------------------------------------------------


def _find_other_quantity(alignment: Alignment) -> str:
    spoken = [(at, _QUANTITIES[t.text]) for at, t in enumerate(alignment.passage.tokens) if t.text in _QUANTITIES]
    spoken += [(at, "none") for at, t in enumerate(alignment.passage.tokens) if t.text == "not"]
    for i, token in enumerate(alignment.claim):
        quantity = _QUANTITIES.get(token.text)
        if quantity is None:
            continue
        before = alignment.claim[max(0, i - 1)].text
        if token.text == "just" and before == "not":
            continue
        anchors = [at for anchor in _list_anchors(alignment, i) for at in alignment.places[anchor]]
        reach = REACH_OF_NOT if quantity == "none" else REACH
        near = {name for at, name in spoken if any(-BEHIND <= a - at <= reach for a in anchors)}
        if not anchors:
            near = {name for _, name in spoken}
        if near & _SUPPORTED_BY[quantity]:
            continue
        is_vague = token.text == "just" or (token.text == "few" and before == "a")
        if (quantity in _MUST_BE_SAID and not is_vague) or near - {"only"}:
            return f'"{token.text}" is not said there in the cited segments'
    return ""


def _list_anchors(alignment: Alignment, at: int) -> list[int]:
    """Return the positions of the content words that a token bounds: those after it up to the first noun, or before."""
    after: list[int] = []
    for i in (i for i in alignment.content if i > at):
        after.append(i)
        if len(after) == 2 or NOUN in parts_of(alignment.claim[i].text)[:1]:
            break
    return [i for i in after if alignment.places[i]] or [i for i in alignment.content if i < at][-1:]


# -- the order of events ----------------------------------------------------------------------------------------------


def _find_other_order(alignment: Alignment) -> str:
    for i, token in enumerate(alignment.claim):
        order = _ORDERS.get(token.text)
        if order is None:
            continue
        events = _split_events(alignment, i, order)
        if events is None:
            continue
        first, second = events
        told = _compare_told(alignment, first, second)
        if told < 0:
            return f'the order of "{token.text}" is another one in the cited segments'
    return ""


def _split_events(alignment: Alignment, at: int, order: str) -> tuple[list[int], list[int]] | None:
    """Return the words of the event that a statement puts first, and those of the second one."""
    left = [i for i in alignment.content if i < at and alignment.places[i]]
    right = [i for i in alignment.content if i > at and alignment.places[i]]
    if not left and order != "then":  # "after the upgrade, the disk was slow"
        comma = next((i for i in range(at, len(alignment.claim)) if alignment.claim[i].text == ","), None)
        if comma is None:
            return None
        left, right = [i for i in right if i > comma], [i for i in right if i < comma]
    if not left or not right:
        return None
    left, right = left[-4:], right[:4]
    return (right, left) if order == "after" else (left, right)


def _compare_told(alignment: Alignment, first: Sequence[int], second: Sequence[int]) -> int:
    """Return 1 when the passage tells the events in this order, -1 when in the other one, 0 when it is not clear."""
    shared = {at for i in first for at in alignment.places[i]} & {at for i in second for at in alignment.places[i]}
    own = [at for i in first for at in alignment.places[i] if at not in shared]
    other = [at for i in second for at in alignment.places[i] if at not in shared]
    if not own or not other:
        return 0
    earlier, later = _median(own), _median(other)
    told = 1 if earlier < later else -1
    start, end = sorted((int(earlier), int(later)))
    between = [token.text for token in alignment.passage.tokens[start : end + 1]]
    leading = [token.text for token in alignment.passage.tokens[max(0, start - MODAL_REACH) : start]]
    reversed_after = any(a == "after" and b not in _BACK for a, b in pairwise([*between, ""]))
    if reversed_after or "before" in leading:
        told = -told
    return told


def _median(values: Sequence[int]) -> float:
    return sorted(values)[len(values) // 2]


# -- past and future -------------------------------------------------------------------------------------------------


def _find_other_time(alignment: Alignment) -> str:
    spoken = alignment.passage.tokens
    for i, token in enumerate(alignment.claim):
        places = alignment.places[i]
        if not token.content or not places:
            continue
        before = _texts(alignment.claim, i)
        past = _is_past(token.text, before)
        future = bool(_FUTURE & set(before)) and not past
        said = [(spoken[at].text, _texts(spoken, at)) for at in places]
        if (
            past
            and all(_UNREAL & set(words) and not _PAST_AUXILIARIES & set(words[-2:]) for _, words in said)
            and all(text != token.text for text, _ in said)
        ):
            return f'"{token.text}" is still to come in the cited segments'
        if future and all(_is_past(text, words) and not _UNREAL & set(words) for text, words in said):
            return f'"{token.text}" is past in the cited segments'
    return ""


def _texts(tokens: Sequence[Token], at: int) -> list[str]:
    """Return the words before a position, up to the end of a clause."""
    words: list[str] = []
    for token in reversed(tokens[max(0, at - MODAL_REACH) : at]):
        if token.ends_clause:
            break
        words.insert(0, token.text)
    return words


def _is_past(word: str, before: Sequence[str]) -> bool:
    """Return whether a word is a verb of the past: "moved", "was moved", but not "can be moved"."""
    if {"be", "is", "are", "being", "can", "to"} & set(before[-2:]):
        return False
    return word.endswith("ed") or word in _PAST_FORMS


_PAST_FORMS = frozenset(
    "began broke brought built bought caught chose came drew drove fell felt fought found forgot froze gave went grew "
    "hid held kept knew led left lost made met paid ran rose said saw sold sent shrank spoke spent stood stole struck "
    "took taught told thought threw won wrote became got".split()
)
