"""Find where a passage says the words of a statement: every content word in a form of it, all within one window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from summarizer.evidence.tokens import Token, tokenize
from summarizer.language.forms import root

MIN_WINDOW = 80  # tokens of the passage from which a statement may take its words
WINDOW_RATIO = 3  # of the window to the statement
CLOSE = 8  # tokens between words that belong together in speech


class Passage:
    """The tokens of a passage, found by root and by group of paraphrases."""

    def __init__(self, text: str) -> None:
        self.tokens = tokenize(text)
        self.by_root: defaultdict[str, list[int]] = defaultdict(list)
        self.by_group: defaultdict[int, list[int]] = defaultdict(list)
        for at, token in enumerate(self.tokens):
            if token.root:
                self.by_root[token.root].append(at)
                for group in token.groups:
                    self.by_group[group].append(at)
        for at, (first, second) in enumerate(pairwise(self.tokens)):
            if first.root and second.root and not (first.number and second.number):
                self.by_root[root(first.text + second.text)].append(at)  # "open telemetry"

    def find(self, token: Token) -> tuple[int, ...]:
        """Return the positions of the forms and paraphrases of a token, ascending."""
        found = set(self.by_root.get(token.root, ()))
        for group in token.groups:
            found.update(self.by_group.get(group, ()))
        return tuple(sorted(found))

    def find_pair(self, first: Token, second: Token) -> tuple[int, ...]:
        """Return the positions of a word that a statement writes as two: "side car"."""
        return tuple(self.by_root.get(root(first.text + second.text), ()))


@dataclass(frozen=True)
class Alignment:
    """The tokens of a statement, and where the passage has each of them."""

    claim: tuple[Token, ...]
    passage: Passage
    places: tuple[tuple[int, ...], ...]  # for each token of the statement, its positions within the window

    @cached_property
    def content(self) -> tuple[int, ...]:
        """The positions in the statement of what must be said: content words and numbers."""
        return tuple(i for i, token in enumerate(self.claim) if token.content or token.number)

    @cached_property
    def missing(self) -> tuple[int, ...]:
        """The positions in the statement of content words that the window does not have."""
        return tuple(i for i in self.content if not self.places[i] and not self.claim[i].number)


def align(text: str, passage: Passage) -> Alignment:
    """Return the alignment of a statement with the window of the passage that has most of its content words."""
    claim = tokenize(text)
    places = [passage.find(token) if token.root else () for token in claim]
    for i, (first, second) in enumerate(pairwise(claim)):
        if first.root and second.root and (first.content or second.content):
            pair = passage.find_pair(first, second)
            places[i] = places[i] or pair
            places[i + 1] = places[i + 1] or pair
    start, end = _choose_window(claim, places, len(passage.tokens))
    inside = tuple(tuple(at for at in found if start <= at < end) for found in places)
    return Alignment(claim, passage, inside)


def _choose_window(claim: Sequence[Token], places: Sequence[tuple[int, ...]], length: int) -> tuple[int, int]:
    """Return the half-open range of the passage with most of the statement's content words, the first of the best."""
    size = max(MIN_WINDOW, WINDOW_RATIO * len(claim))
    if length <= size:
        return 0, length
    events = sorted(
        (at, i) for i, (token, found) in enumerate(zip(claim, places, strict=True)) for at in found
        if token.content or token.number
    )  # fmt: skip
    best, window = 0, (0, size)
    counts: defaultdict[int, int] = defaultdict(int)
    first = 0
    for at, i in events:
        counts[i] += 1
        while events[first][0] <= at - size:
            counts[events[first][1]] -= 1
            first += 1
        distinct = sum(count > 0 for count in counts.values())
        if distinct > best:
            best, window = distinct, (events[first][0], at)
    middle = sum(window) // 2
    start = max(0, min(middle - size // 2, length - size))
    return start, start + size
