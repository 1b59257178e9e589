"""Words that the recogniser should expect: names in the title and the description, jargon of the glossary first.

About ten terms. The list stands in the decoder's prompt, and a long one makes recognition worse, not better: the more
names a model is given, the more often it hears one that was not said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from summarizer.language.function_words import CAPITALISED_IN_TITLES
from summarizer.language.matcher import term_pattern
from summarizer.language.terms import Glossary, Term

LIMIT = 10  # terms
TOKENS = 60  # of Whisper's prompt, which holds 223: ten terms of six tokens
DESCRIPTION = 2000  # characters of the description that are looked at
# Capitalised in titles and at the start of sentences without being names.
_NOT_NAMES = CAPITALISED_IN_TITLES | frozenset(
    """
    day deep dive introduction join keynote learn panel session talk track tutorial welcome
    america europe gmbh inc llc north
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    """.split()
)
# Not a word tokenizer: from one ASCII letter to another or a digit, and not behind a slash, "@" or a full stop.
_NAME = re.compile(r"(?<![\w/@.])[A-Za-z][\w+-]*[A-Za-z0-9]")


def hotwords(
    title: str,
    description: str,
    speakers: tuple[str, ...],
    glossary: Glossary | None = None,
    tokens: Callable[[str], int] | None = None,
) -> str:
    """At most ten terms, most telling first, separated by ", "; empty when there are none.

    Ranked by where they stand and what they are: a glossary's term weighs most, then words with a capital or a digit
    inside ("gRPC", "k8s"), then capitalised words that do not only begin a sentence, and the speakers' names. The title
    weighs three times the description. `tokens` counts the model's tokens of a text; without it four letters count as
    one. Terms that would not fit into `TOKENS` are left out.
    """
    scores: dict[str, float] = {}
    spelt = {term.name.lower(): term.name for term in glossary.terms} if glossary else {}
    for text, weight in ((title, 3.0), (description[:DESCRIPTION], 1.0)):
        found = [*_of_glossary(text, glossary), *_names(text, in_title=weight > 1)] if text else []
        for term, worth in found:
            name = spelt.get(term.lower(), term)
            scores[name] = scores.get(name, 0.0) + weight * worth
    for name in (name for speaker in speakers for name in speaker.split() if len(name) > 2):
        scores[name] = max(scores.get(name, 0.0), 2.0)
    return ", ".join(_fitting(sorted(_apart(scores), key=lambda term: -scores[term]), tokens or _estimate))


def _of_glossary(text: str, glossary: Glossary | None) -> Iterator[tuple[str, float]]:
    """Terms of the glossary, in any case; everyday words only with their capital."""
    if glossary is None:
        return
    known: dict[str, Term] = {term.name.lower(): term for term in glossary.terms}
    for match in term_pattern(tuple(known)).finditer(text):
        term = known[match[0].lower()]
        if not term.everyday or match[0] == term.name:
            yield term.name, 3.0


def _names(text: str, in_title: bool) -> Iterator[tuple[str, float]]:
    """Words that look like names; a capital at the start of a sentence is none, except in a title."""
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


def _apart(scores: dict[str, float]) -> list[str]:
    """Without words that are part of a longer term of the list: "Argo" beside "Argo CD"."""
    parts = {part for term in scores if " " in term for part in term.lower().split()}
    return [term for term in scores if term.lower() not in parts]


def _fitting(ranked: list[str], tokens: Callable[[str], int]) -> list[str]:
    """The first terms that fit into the prompt together."""
    chosen: list[str] = []
    for term in ranked:
        if len(chosen) < LIMIT and tokens(", ".join([*chosen, term])) <= TOKENS:
            chosen.append(term)
    return chosen


def _estimate(text: str) -> int:
    return -(-len(text) // 4)
