"""Divide a talk into sections by topic, and make a heading for each section."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from summarizer.language.frequency import frequency
from summarizer.language.function_words import STOP_WORDS
from summarizer.language.words import stem, tokens

TERMS = 3  # in a heading
Phrase = tuple[str, ...]  # one stem, or two adjacent stems
SENTENCES_PER_SECTION = 6  # in a short talk; a long talk is limited by the maximum number of sections


def split_topics(bags: Sequence[Sequence[str]], max_sections: int) -> list[tuple[int, int]]:
    """Return half-open ranges of sentences, split where the words before and after differ most (Hearst 1997)."""
    count = len(bags)
    sections = max(1, min(max_sections, count // SENTENCES_PER_SECTION))
    width = max(2, min(12, count // (2 * sections) or 2))
    min_length = max(2, count // (2 * sections))
    similarity = {
        gap: _compare_words(bags[max(0, gap - width) : gap], bags[gap : gap + width]) for gap in range(1, count)
    }
    boundaries: list[int] = []
    for gap in sorted(similarity, key=lambda gap: (similarity[gap], gap)):
        if len(boundaries) == sections - 1:
            break
        if all(abs(gap - boundary) >= min_length for boundary in (0, count, *boundaries)):
            boundaries.append(gap)
    edges = [0, *sorted(boundaries), count]
    return list(pairwise(edges))


def _compare_words(left: Sequence[Sequence[str]], right: Sequence[Sequence[str]]) -> float:
    """Return the cosine similarity of the word counts."""
    a, b = (Counter(word for bag in side for word in bag) for side in (left, right))
    norm = math.sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values()))
    return sum(n * b[word] for word, n in a.items()) / norm if norm else 0.0


def make_heading(section: Sequence[str], rest: Sequence[str]) -> str:
    """Return up to three terms that are more frequent in the section than in the rest and in talks in general.

    An example is "Etcd, slow disk, write". A term that mostly occurs next to the same word is shown with that word.
    """
    inside, outside = _count_terms(section), _count_terms(rest)
    total = sum(inside.values()) or 1
    spellings = _count_spellings(section)
    weights = {
        term: count
        * math.log2(1 + count / (1 + outside[term]))
        * _weigh_rarity(term, count / total)
        * _weigh_form(_choose_spelling(spellings[term,]))
        for term, count in inside.items()
    }
    pairs: dict[Phrase, int] = {
        phrase: forms.total()
        for phrase, forms in spellings.items()
        if len(phrase) == 2 and all(_weigh_form(word) >= 1 for word in _choose_spelling(forms).split())
    }
    chosen: list[Phrase] = []
    for term in sorted(weights, key=lambda term: (-weights[term], term)):
        if len(chosen) < TERMS and not any(term in phrase for phrase in chosen):
            phrase = _extend_to_phrase(term, inside[term], pairs)
            chosen.append((term,) if any(set(phrase) & set(earlier) for earlier in chosen) else phrase)
    if not chosen:
        return "In between"
    words = [_choose_spelling(spellings[phrase]) for phrase in chosen]
    text = ", ".join(words)
    return text if any(char.isupper() for char in words[0].split()[0]) else text[0].upper() + text[1:]


def _extend_to_phrase(term: str, count: int, pairs: Mapping[Phrase, int]) -> Phrase:
    """Return the term with the word that is next to it in at least half of its occurrences and twice; else alone."""
    frequent = {pair: n for pair, n in pairs.items() if term in pair and n >= max(2, count / 2)}
    return max(frequent, key=lambda pair: (frequent[pair], pair), default=(term,))


def _count_spellings(texts: Sequence[str]) -> dict[Phrase, Counter[str]]:
    """Count the spellings of each term and pair of adjacent terms; the capital of a first word is ignored."""
    spellings: dict[Phrase, Counter[str]] = defaultdict(Counter)
    for text in texts:
        words = tokens(text)
        for at, word in enumerate(words):
            if not _is_term(word):
                continue
            first = word if at else word.lower()
            spellings[stem(word),][first] += bool(at)
            following = words[at + 1] if at + 1 < len(words) else ""
            if following and _is_term(following) and stem(following) != stem(word):
                spellings[stem(word), stem(following)][f"{first} {following}"] += bool(at)
    return spellings


def _choose_spelling(forms: Counter[str]) -> str:
    return max(forms, key=lambda form: (forms[form], -len(form), form))


def _weigh_form(form: str) -> float:
    """Return a weight that is high for names and low for participles and adverbs."""
    if any(char.isupper() for char in form):
        return 1.3
    return 0.4 if form.endswith(("ed", "ly")) else 1.0


def _weigh_rarity(term: str, share: float) -> float:
    """Return how much more frequent a term is here than in talks in general, in bits, limited to 1..6."""
    return min(6.0, max(1.0, math.log2(share / frequency(term))))


def _count_terms(texts: Sequence[str]) -> Counter[str]:
    return Counter(stem(word) for text in texts for word in tokens(text) if _is_term(word))


@lru_cache(maxsize=65536)
def _is_term(word: str) -> bool:
    """Return whether a word may be in a heading: stop words, contractions and numbers may not."""
    plain = word.lower().partition("'")[0].partition("’")[0]
    return len(plain) > 2 and not {plain, stem(plain), word.lower()} & STOP_WORDS and not word[0].isdigit()
