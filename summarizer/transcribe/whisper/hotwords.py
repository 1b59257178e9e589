"""Choose the terms that the decoder should expect: glossary terms and names from the title and the description.

The terms go into the decoder's prompt. The list is short, about ten terms: the more names the prompt contains, the more
often the model writes one that was not said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from summarizer.language.function_words import CAPITALISED_IN_TITLES
from summarizer.language.matcher import term_pattern
from summarizer.language.terms import Glossary, Term

MAX_TERMS = 10
MAX_TOKENS = 60  # ten terms of six tokens; Whisper's prompt holds 223
MAX_DESCRIPTION = 2000  # characters of the description that are searched
# Words that are capitalised in titles and at the start of sentences although they are not names.
_NOT_NAMES = CAPITALISED_IN_TITLES | frozenset(
    """
    day deep dive introduction join keynote learn panel session talk track tutorial welcome
    america europe gmbh inc llc north
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    """.split()
)
# Stricter than a tokenizer: from an ASCII letter to a letter or digit, and not after a slash, "@" or a full stop.
_NAME = re.compile(r"(?<![\w/@.])[A-Za-z][\w+-]*[A-Za-z0-9]")


def choose_hotwords(
    title: str,
    description: str,
    speakers: tuple[str, ...],
    glossary: Glossary | None = None,
    count_tokens: Callable[[str], int] | None = None,
) -> str:
    """Return at most ten terms, the most important first, separated by ", "; an empty string when there are none.

    A term's score depends on its kind and its position. Glossary terms score highest, then words with an inner capital
    or a digit ("gRPC", "k8s") and speakers' names, then words that are capitalised inside a sentence. A term in the
    title counts three times as much as in the description. `count_tokens` returns the number of the model's tokens in a
    text; by default four characters count as one token. Terms that exceed `MAX_TOKENS` are omitted.
    """
    scores: dict[str, float] = {}
    spellings = {term.name.lower(): term.name for term in glossary.terms} if glossary else {}
    for text, weight in ((title, 3.0), (description[:MAX_DESCRIPTION], 1.0)):
        terms = [*_find_glossary_terms(text, glossary), *_find_names(text, in_title=weight > 1)] if text else []
        for term, score in terms:
            name = spellings.get(term.lower(), term)
            scores[name] = scores.get(name, 0.0) + weight * score
    for name in (name for speaker in speakers for name in speaker.split() if len(name) > 2):
        scores[name] = max(scores.get(name, 0.0), 2.0)
    ranked = sorted(_drop_contained(scores), key=lambda term: -scores[term])
    return ", ".join(_take_fitting(ranked, count_tokens or _estimate_tokens))


def _find_glossary_terms(text: str, glossary: Glossary | None) -> Iterator[tuple[str, float]]:
    """Yield (name, score) of glossary terms, ignoring case, except for everyday words: they need their capital."""
    if glossary is None:
        return
    terms: dict[str, Term] = {term.name.lower(): term for term in glossary.terms}
    for match in term_pattern(tuple(terms)).finditer(text):
        term = terms[match[0].lower()]
        if not term.everyday or match[0] == term.name:
            yield term.name, 3.0


def _find_names(text: str, in_title: bool) -> Iterator[tuple[str, float]]:
    """Yield (word, score) of words that look like names; a capital at the start of a sentence counts only in titles."""
    for match in _NAME.finditer(text):
        word = match[0]
        starts = match.start() == 0 or text[: match.start()].rstrip()[-1:] in {".", "!", "?", ":", "\n"}
        inner = any(char.isupper() or char.isdigit() for char in word[1:])
        if word.lower() in _NOT_NAMES or len(word) > 30:
            continue
        if inner and not word.isupper():
            yield word, 2.0
        elif inner or (word[0].isupper() and (in_title or not starts)):
            yield word, 1.0


def _drop_contained(scores: dict[str, float]) -> list[str]:
    """Return the terms without those that are a word of a longer term: no "Argo" beside "Argo CD"."""
    parts = {part for term in scores if " " in term for part in term.lower().split()}
    return [term for term in scores if term.lower() not in parts]


def _take_fitting(ranked: list[str], count_tokens: Callable[[str], int]) -> list[str]:
    """Return the first terms that fit into the limits; a term that is too long is skipped."""
    chosen: list[str] = []
    for term in ranked:
        if len(chosen) < MAX_TERMS and count_tokens(", ".join([*chosen, term])) <= MAX_TOKENS:
            chosen.append(term)
    return chosen


def _estimate_tokens(text: str) -> int:
    return -(-len(text) // 4)
