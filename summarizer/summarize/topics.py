"""Where a talk turns to something else, and what to call each part."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from summarizer.language.frequency import frequency
from summarizer.language.function_words import STOP_WORDS
from summarizer.language.words import stem, tokens

TERMS = 3  # of a heading
Phrase = tuple[str, ...]  # one stem, or two side by side
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
    """Up to three terms that the section has more of than the rest and than talks at large: "Etcd, slow disk, write".

    A term that is mostly said beside the same other word brings it along.
    """
    inside, outside = _terms(own), _terms(others)
    total = sum(inside.values()) or 1
    spelt = _spellings(own)
    share = {
        term: n * math.log2(1 + n / (1 + outside[term])) * _special(term, n / total) * _nominal(_written(spelt[term,]))
        for term, n in inside.items()
    }
    pairs: dict[Phrase, int] = {
        phrase: forms.total()
        for phrase, forms in spelt.items()
        if len(phrase) == 2 and all(_nominal(word) >= 1 for word in _written(forms).split())
    }
    chosen: list[Phrase] = []
    for term in sorted(share, key=lambda term: (-share[term], term)):
        if len(chosen) < TERMS and not any(term in phrase for phrase in chosen):
            phrase = _phrase(term, inside[term], pairs)
            chosen.append((term,) if any(set(phrase) & set(other) for other in chosen) else phrase)
    if not chosen:
        return "In between"
    words = [_written(spelt[phrase]) for phrase in chosen]
    text = ", ".join(words)
    return text if any(char.isupper() for char in words[0].split()[0]) else text[0].upper() + text[1:]


def _phrase(term: str, count: int, pairs: Mapping[Phrase, int]) -> Phrase:
    """The term with the word that is beside it in at least half of its places, and twice; else alone."""
    beside = {pair: n for pair, n in pairs.items() if term in pair and n >= max(2, count / 2)}
    return max(beside, key=lambda pair: (beside[pair], pair), default=(term,))


def _spellings(texts: Sequence[str]) -> dict[Phrase, Counter[str]]:
    """How each term, and each two side by side, are written; a sentence's first capital shows nothing."""
    found: dict[Phrase, Counter[str]] = defaultdict(Counter)
    for text in texts:
        words = tokens(text)
        for at, word in enumerate(words):
            if not _telling(word):
                continue
            first = word if at else word.lower()
            found[stem(word),][first] += bool(at)
            following = words[at + 1] if at + 1 < len(words) else ""
            if following and _telling(following) and stem(following) != stem(word):
                found[stem(word), stem(following)][f"{first} {following}"] += bool(at)
    return found


def _written(forms: Counter[str]) -> str:
    return max(forms, key=lambda form: (forms[form], -len(form), form))


def _nominal(form: str) -> float:
    """Names make the best headings, participles and adverbs the worst."""
    if any(char.isupper() for char in form):
        return 1.3
    return 0.4 if form.endswith(("ed", "ly")) else 1.0


def _special(term: str, share: float) -> float:
    """How much more often a term is said here than in talks at large, bits within 1 and 6."""
    return min(6.0, max(1.0, math.log2(share / frequency(term))))


def _terms(texts: Sequence[str]) -> Counter[str]:
    return Counter(stem(word) for text in texts for word in tokens(text) if _telling(word))


@lru_cache(maxsize=65536)
def _telling(word: str) -> bool:
    """Whether a word may stand in a heading: no small word, no contraction, no number."""
    plain = word.lower().partition("'")[0].partition("’")[0]
    return len(plain) > 2 and not {plain, stem(plain), word.lower()} & STOP_WORDS and not word[0].isdigit()
