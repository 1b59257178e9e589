"""Where a talk turns to something else, and what to call each part."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from summarizer.summarize.background import frequency
from summarizer.summarize.words import STOP, stem, tokens

SENTENCES_PER_SECTION = 6  # of a short talk; a long one is held by the most sections


def split_topics(bags: Sequence[Sequence[str]], most: int) -> list[tuple[int, int]]:
    """Half-open ranges of sentences, cut where the words before and after have least in common (Hearst 1997)."""
    count = len(bags)
    sections = max(1, min(most, count // SENTENCES_PER_SECTION))
    width = max(2, min(12, count // (2 * sections) or 2))
    least = max(2, count // (2 * sections))
    similarity = {gap: _cosine(bags[max(0, gap - width) : gap], bags[gap : gap + width]) for gap in range(1, count)}
    cuts: list[int] = []
    for gap in sorted(similarity, key=lambda gap: (similarity[gap], gap)):
        if len(cuts) == sections - 1:
            break
        if all(abs(gap - other) >= least for other in (0, count, *cuts)):
            cuts.append(gap)
    edges = [0, *sorted(cuts), count]
    return list(pairwise(edges))


def _cosine(left: Sequence[Sequence[str]], right: Sequence[Sequence[str]]) -> float:
    a, b = (Counter(word for bag in side for word in bag) for side in (left, right))
    norm = math.sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values()))
    return sum(n * b[word] for word, n in a.items()) / norm if norm else 0.0


def heading(own: Sequence[str], others: Sequence[str]) -> str:
    """Up to three terms that the section has more of than the rest and than talks at large: "Etcd, disk, write"."""
    inside, outside = _terms(own), _terms(others)
    total = sum(inside.values()) or 1
    share = {
        term: n * math.log2(1 + n / (1 + outside[term])) * _special(term, n / total) * (1.3 if _named(term, own) else 1)
        for term, n in inside.items()
    }
    best = sorted(share, key=lambda term: (-share[term], term))[:3]
    if not best:
        return "In between"
    words = [_as_written(term, own) for term in best]
    text = ", ".join(words)
    return text if any(char.isupper() for char in words[0]) else text[0].upper() + text[1:]


def _special(term: str, share: float) -> float:
    """How much more often a term is said here than in talks at large, bits within 1 and 6."""
    return min(6.0, max(1.0, math.log2(share / frequency(term))))


def _terms(texts: Sequence[str]) -> Counter[str]:
    return Counter(stem(word) for text in texts for word in tokens(text) if _telling(word))


@lru_cache(maxsize=65536)
def _telling(word: str) -> bool:
    """Whether a word may stand in a heading: no small word, no contraction, no number."""
    plain = word.lower().partition("'")[0].partition("’")[0]
    return len(plain) > 2 and not {plain, stem(plain), word.lower()} & STOP and not word[0].isdigit()


def _as_written(term: str, texts: Sequence[str]) -> str:
    """The commonest spelling of a stem, in lower case unless it is a name."""
    forms = Counter(word for text in texts for word in tokens(text)[1:] if stem(word) == term and _telling(word))
    if not forms:
        return next(word.lower() for text in texts for word in tokens(text) if stem(word) == term and _telling(word))
    return forms.most_common(1)[0][0]


def _named(term: str, texts: Sequence[str]) -> bool:
    return any(char.isupper() for char in _as_written(term, texts))
