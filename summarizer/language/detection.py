"""Detect the language of a text by its script and its most frequent words."""

from __future__ import annotations

import re
from collections import Counter

from summarizer.language.function_words import MOST_FREQUENT


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# The most frequent function words: 15 to 50 % of the words of a text in that language, and under 10 % in others.
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
# Letters only, unlike `language.words`: numbers belong to no language and would lower every share.
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
MIN_WORDS = 30  # words that a text needs for its language to be detected
MIN_SCRIPT_SHARE = 0.2  # share of a text's letters that must belong to a script
MIN_FREQUENT_SHARE = 0.12  # share of a text's words that must be frequent words of a language


def detect_language(text: str) -> str:
    """Return the language of a text, ISO 639-1; empty when the text is too short or matches no language."""
    letters = sum(char.isalpha() for char in text) or 1
    for language, script in _SCRIPTS.items():
        if len(script.findall(text)) > MIN_SCRIPT_SHARE * letters:
            return language
    words = _WORD.findall(text.lower())
    if len(words) < MIN_WORDS:
        return ""
    counts = Counter(words)
    shares = {lang: sum(counts[word] for word in frequent) / len(words) for lang, frequent in _FREQUENT.items()}
    best = max(shares, key=lambda lang: shares[lang])
    return best if shares[best] > MIN_FREQUENT_SHARE else ""
