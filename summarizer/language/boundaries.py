"""Find where sentences begin in text without punctuation.

Automatic captions are one stream of words. A logistic regression computes the log odds that a sentence begins at a word
from the three words before it, the word itself and the three after it. Function words are the strongest features ("the
cluster | so we"); a rare word counts by its part of speech. Dynamic programming then finds the best division of the
text, given these odds and the usual length of spoken sentences. `benchmarks/sentence_boundaries.py` learns the weights
in `boundaries.txt` from captions with full stops and edited interviews, and measures precision and recall on other
captions. Larger models are better, but would have to be downloaded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources

from summarizer.language.parts import parts_of

USUAL_LENGTH, MAX_LENGTH = 15, 45  # words in a sentence
PAUSE, STOP = 2.5, 20.0  # log odds added at a pause, and at a full stop or a change of speaker
BIAS = 0.8  # log odds added at every word, because a missed sentence start is worse than a false one
WEIGHT = 16.0  # of the log odds in relation to the cost of a length


def divide(words: Sequence[str], breaks: Sequence[float]) -> list[tuple[int, float]]:
    """Return the indices of words at which sentences begin, each with its completeness; the first is 0.

    The completeness is the probability that a sentence begins here, that it ends before the next index, and that no
    sentence begins in between. `breaks[i]` are additional log odds at word i, for pauses, full stops and changes of
    speaker.
    """
    count = len(words)
    classes = [classify(word) for word in words]
    odds = [log_odds(classes, i) + breaks[i] if i else STOP for i in range(count)]
    gains = [WEIGHT * (value + BIAS) for value in odds]
    best: list[tuple[float, int]] = [(0.0, 0)]  # cost of the first i words, and the start of their last sentence
    for end in range(1, count + 1):
        candidates = range(max(0, end - MAX_LENGTH), end)
        best.append(min((best[i][0] + _length_cost(end - i) - gains[i], i) for i in candidates))
    likely = [1 / (1 + math.exp(-value)) for value in (*odds, STOP)]
    starts = []
    end = count
    while end > 0:
        start = best[end][1]
        inside = max(likely[start + 1 : end], default=0.0)
        starts.append((start, likely[start] * likely[end] * (1 - inside)))
        end = start
    return starts[::-1]


def _length_cost(words: int) -> float:
    """Cost of a sentence length: 0 at the usual length; it grows faster for short sentences, which contain little."""
    return ((words - USUAL_LENGTH) / (6 if words < USUAL_LENGTH else 9)) ** 2


def log_odds(classes: Sequence[str], index: int) -> float:
    """Log odds that a sentence begins at the word at `index`; `classes` are those of all words."""
    weights = _table()[1]
    return weights["bias"] + sum(weights.get(feature, 0.0) for feature in extract_features(classes, index))


def extract_features(classes: Sequence[str], index: int) -> Iterator[str]:
    """Yield the features of a word: the words around it, alone, in pairs and as a triple, with their positions."""
    before3, before2, before, first, second, third, fourth = (
        classes[i] if 0 <= i < len(classes) else "$" for i in range(index - 3, index + 4)
    )
    yield f"-1 {before}"
    yield f"-2 {before2}"
    yield f"+1 {first}"
    yield f"+2 {second}"
    yield f"-2-1 {before2} {before}"
    yield f"-1+1 {before} {first}"
    yield f"+1+2 {first} {second}"
    yield f"+2+3 {second} {third}"
    yield f"+1+2+3 {first} {second} {third}"
    yield f"-3 {before3}"
    yield f"+3 {third}"
    yield f"+4 {fourth}"
    yield f"-3-2-1 {before3} {before2} {before}"
    yield f"-2-1+1 {before2} {before} {first}"
    yield f"-1+1+2 {before} {first} {second}"
    yield f"-2+1 {before2} {first}"
    yield f"-1+2 {before} {second}"


def strip_punctuation(word: str) -> str:
    """Remove the punctuation around a word."""
    return re.sub(r"^\W+|[^\w%]+$", "", word)


def classify(word: str, frequent: frozenset[str] | None = None) -> str:
    """Return the class of a word: the word itself when it is frequent, else its most frequent parts of speech.

    `frequent` replaces the frequent words of the table.
    """
    bare = strip_punctuation(word).lower()
    if bare in (frequent if frequent is not None else _table()[0]):
        return bare
    return f"={parts_of(bare)[:2]}" if bare else "*"


@cache
def _table() -> tuple[frozenset[str], dict[str, float]]:
    """(frequent words, weight by feature)."""
    lines = resources.files(__package__).joinpath("boundaries.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines[2:])
    return frozenset(lines[1].split()), {feature: float(weight) for feature, weight in pairs}
