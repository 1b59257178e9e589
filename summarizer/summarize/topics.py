"""Divide a talk into sections by topic, and make a heading for each section."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise

from summarizer.language.frequency import frequency
from summarizer.language.function_words import STOP_WORDS
from summarizer.language.parts import NOUN, noun_phrases, parts_of
from summarizer.language.words import stem, tokens
from summarizer.summarize.phrases import words as list_words

MAX_PHRASE_WORDS = 3
# Weight of a phrase by its number of words: two or three words say more than one.
LENGTH_WEIGHTS = {1: 0.8, 2: 3.0, 3: 3.2, 4: 2.6}
MIN_SECOND, MIN_SECOND_COUNT = (
    0.55,
    3,
)  # share of the weight of a heading's first phrase, and occurrences, of its second
MAX_HEADING_WORDS = 6
EARLIER_WEIGHT = 0.3  # of a phrase that shares a word with an earlier heading
MAX_CONNECTED_WORDS = 6  # of two phrases and the preposition and article between them
_CONNECTIONS = [
    [word, *article]
    for word in ("of", "for", "with", "in", "on", "to", "from")
    for article in ([], ["the"], ["a"], ["our"])
]
Phrase = tuple[str, ...]  # one to three adjacent stems
# Nouns and adjectives that say nothing about the subject of a section.
_WEAK = list_words("weak_words")
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


def make_heading(section: Sequence[str], rest: Sequence[str], earlier: Collection[str] = ()) -> str:
    """Return one or two noun phrases that are frequent in the section, compared with the rest and talks in general.

    An example is "Slow disks and etcd". The phrases are spelled as in the talk; a phrase of the headings in `earlier`
    is used only when there is no other one. "In between" when the section has no noun.
    """
    inside, outside = _count_phrases(section), _count_phrases(rest)
    repeated = any(count > 1 for count in inside.values())
    words = Counter(stem(word) for text in section for word in tokens(text))
    total = words.total() or 1
    spellings = _count_spellings(section)
    used = {stem(word) for heading in earlier for word in tokens(heading)}
    weights = {
        phrase: count**0.7
        * math.log2(1 + count / (0.7 + outside[phrase]))
        * LENGTH_WEIGHTS[min(len(phrase), max(LENGTH_WEIGHTS))]
        * sum(_weigh_rarity(word, words[word] / total) for word in phrase)
        / len(phrase)
        * (1.3 if any(char.isupper() for char in _choose_spelling(spellings[phrase])) else 1.0)
        * (EARLIER_WEIGHT if used & set(phrase) else 1.0)
        for phrase, count in inside.items()
        if count > 1 or not repeated
    }
    ranked = sorted(weights, key=lambda phrase: (-weights[phrase], phrase))
    taken = {heading.lower() for heading in earlier}
    chosen = [phrase for phrase in ranked if _choose_spelling(spellings[phrase]).lower() not in taken][:1]
    for phrase in ranked[1:]:
        # A second phrase, when it is nearly as important: "Slow disks and etcd".
        if weights[phrase] < MIN_SECOND * weights[chosen[0]]:
            break
        if inside[phrase] >= MIN_SECOND_COUNT and not set(phrase) & set(chosen[0]) and not _connects(phrase, chosen[0]):
            chosen.append(phrase)
            break
    if not chosen:
        return "In between"
    text = " and ".join(_choose_spelling(spellings[phrase]) for phrase in chosen)
    return text if any(char.isupper() for char in text.split()[0]) else text[0].upper() + text[1:]


def _connects(*phrases: Phrase) -> bool:
    """Return whether phrases are too long for one heading."""
    return sum(map(len, phrases)) >= MAX_HEADING_WORDS


@lru_cache(maxsize=8192)  # the sentences of a talk are read for each of its sections
def _list_phrases(text: str) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """Return the noun phrases of a text, their parts that end with its noun, and pairs that a preposition connects.

    Each has whether it begins the text.
    """
    words = tokens(text)
    lower = [word.lower() for word in words]
    found: list[tuple[tuple[str, ...], bool]] = []
    before: tuple[int, int] | None = None
    for start, end in noun_phrases(lower):
        while start < end and not _is_term(words[start]):
            start += 1
        if start == end or not all(_is_term(word) for word in words[start:end]):
            before = None
            continue
        firsts = range(max(start, end - MAX_PHRASE_WORDS), end)
        found += [
            (tuple(words[first:end]), first == 0)
            for first in firsts
            if parts_of(lower[end - 1])[0] == NOUN or end - first > 1
        ]
        if before and lower[before[1] : start] in _CONNECTIONS and end - before[0] <= MAX_CONNECTED_WORDS:
            found.append(((*words[before[0] : before[1]], lower[before[1]], *words[start:end]), before[0] == 0))
        before = (start, end)
    return tuple(found)


def _count_phrases(texts: Sequence[str]) -> Counter[Phrase]:
    return Counter(
        tuple(stem(word) for word in phrase)
        for text in texts
        for phrase, _ in _list_phrases(text)
        if len({stem(word) for word in phrase}) == len(phrase)
    )


def _count_spellings(texts: Sequence[str]) -> dict[Phrase, Counter[str]]:
    """Count the spellings of each phrase; the capital of a first word counts only when there is no other spelling."""
    spellings: dict[Phrase, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for phrase, first in _list_phrases(text):
            inner_capital = any(char.isupper() for char in phrase[0][1:])
            words = (phrase[0].lower(), *phrase[1:]) if first and not inner_capital else phrase
            spellings[tuple(stem(word) for word in words)][" ".join(words)] += 1
    return spellings


def _choose_spelling(forms: Counter[str]) -> str:
    return max(forms, key=lambda form: (forms[form], -len(form), form))


def _weigh_rarity(term: str, share: float) -> float:
    """Return how much more frequent a term is here than in talks in general, in bits, limited to 1..6."""
    return min(6.0, max(1.0, math.log2(share / frequency(term)))) if share else 1.0


def _is_term(word: str) -> bool:
    """Return whether a word may be in a heading: stop words, contractions, numbers and weak words may not."""
    plain = word.lower().replace("’", "'")
    return (
        len(plain) > 1
        and "'" not in plain
        and not plain[0].isdigit()
        and not {plain, stem(plain)} & (STOP_WORDS | _WEAK)
    )
