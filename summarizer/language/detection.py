"""Which language a text is in, by its script and its most frequent words."""

from __future__ import annotations

import re
from collections import Counter

from summarizer.language.function_words import MOST_FREQUENT


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# The most frequent function words; a running text of a language has 15 to 50 % of them, other languages under 10 %.
_FREQUENT = {
    "en": MOST_FREQUENT,
    "de": _listed(
        "der die das und ist nicht ich wir sie ein eine zu mit auf für von den es auch so dass wie im dem werden haben"
    ),
    "es": _listed("de la que el en y los se del las un por con no una su para es lo como más pero esto muy hay está"),
    "fr": _listed(
        "de la le et les des en un une est que pour qui dans ce pas sur au avec plus nous vous il on c'est ça"
    ),
    "pt": _listed("de que e o a do da em um para com não uma os no se na por mais as dos como mas ao isso você"),
    "it": _listed("di che e la il un a per in una sono mi si con non ho lo da le della come ma più questo anche del"),
}
_SCRIPTS = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
}
# Letters only, unlike `language.words`: numbers belong to no language, and would lower every share.
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
LEAST_WORDS = 30  # of a text whose language can be told
SCRIPT_SHARE = 0.2  # of a text's letters that have to be of a script
FREQUENT_SHARE = 0.12  # of a text's words that have to be frequent ones of a language


def language_of(text: str) -> str:
    """The language that the words look like, ISO 639-1; empty when too short or unlike all we know."""
    letters = sum(char.isalpha() for char in text) or 1
    for language, script in _SCRIPTS.items():
        if len(script.findall(text)) > SCRIPT_SHARE * letters:
            return language
    words = _WORD.findall(text.lower())
    if len(words) < LEAST_WORDS:
        return ""
    counts = Counter(words)
    shares = {lang: sum(counts[word] for word in frequent) / len(words) for lang, frequent in _FREQUENT.items()}
    best = max(shares, key=lambda lang: shares[lang])
    return best if shares[best] > FREQUENT_SHARE else ""
