"""Where sentences begin in text that nobody punctuated.

Automatic captions are one stream of words. How likely a sentence begins at a word is judged from the two words before
it and the three from it on, by a logistic regression whose weights stand in `boundaries.txt`: function words tell most
of it ("the cluster | so we"). The best division of the stream is then found by dynamic programming over these odds and
the lengths that spoken sentences have. `benchmarks/sentence_boundaries.py` learns the weights from captions that do
have full stops, and says how well they do on others. Larger models do better, and have to be downloaded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources

USUAL, LONGEST = 15, 45  # words of a sentence
PAUSE, STOP = 2.5, 20.0  # log odds that a pause adds, and a full stop or a change of speaker
BIAS = 0.8  # log odds added for the division alone: a missed beginning is worse than a false one
WEIGHT = 16.0  # of the odds against the lengths
OTHERS = (("#", r".*\d"), ("-ing", r".+ing$"), ("-ed", r".+ed$"), ("-ly", r".+ly$"), ("-s", r".+s$"))


def divide(words: Sequence[str], breaks: Sequence[float]) -> list[tuple[int, float]]:
    """Indices at which sentences begin, the first being 0, each with the probability that one does.

    `breaks[i]` are log odds from outside at word i: pauses, full stops, changes of speaker.
    """
    count = len(words)
    kinds = [kind(word) for word in words]
    odds = [log_odds(kinds, i) + breaks[i] if i else STOP for i in range(count)]
    gains = [WEIGHT * (one + BIAS) for one in odds]
    best: list[tuple[float, int]] = [(0.0, 0)]  # cost of the first i words, and where their last sentence begins
    for end in range(1, count + 1):
        reach = range(max(0, end - LONGEST), end)
        best.append(min((best[i][0] + _length_cost(end - i) - gains[i], i) for i in reach))
    starts = []
    at = count
    while at > 0:
        at = best[at][1]
        starts.append((at, 1 / (1 + math.exp(-odds[at]))))
    return starts[::-1]


def _length_cost(words: int) -> float:
    """Nothing at the usual length, more the further away; short ones are worst, they say least."""
    return ((words - USUAL) / (6 if words < USUAL else 9)) ** 2


def log_odds(kinds: Sequence[str], at: int) -> float:
    """Log odds that a sentence begins at a word; `kinds` are those of all words."""
    weights = _table()[1]
    return weights["bias"] + sum(weights.get(feature, 0.0) for feature in features(kinds, at))


def features(kinds: Sequence[str], at: int) -> Iterator[str]:
    """What the odds depend on: single words and pairs around the place, by their position."""
    before2, before, first, second, third = (kinds[i] if 0 <= i < len(kinds) else "$" for i in range(at - 2, at + 3))
    yield f"-1 {before}"
    yield f"-2 {before2}"
    yield f"+1 {first}"
    yield f"+2 {second}"
    yield f"-2-1 {before2} {before}"
    yield f"-1+1 {before} {first}"
    yield f"+1+2 {first} {second}"
    yield f"+2+3 {second} {third}"
    yield f"+1+2+3 {first} {second} {third}"


def without_marks(word: str) -> str:
    """A word without the punctuation around it."""
    return re.sub(r"^\W+|[^\w%]+$", "", word)


def kind(word: str, known: frozenset[str] | None = None) -> str:
    """A word as the table knows it: itself when frequent, else how it ends. `known` replaces the table's words."""
    bare = without_marks(word).lower()
    if bare in (known if known is not None else _table()[0]):
        return bare
    return next((name for name, form in OTHERS if re.match(form, bare)), "*")


@cache
def _table() -> tuple[frozenset[str], dict[str, float]]:
    """(frequent words, weight by feature)."""
    lines = resources.files(__package__).joinpath("boundaries.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines[2:])
    return frozenset(lines[1].split()), {feature: float(weight) for feature, weight in pairs}
