"""Is a translation of a checked sentence still that sentence?

The model writes each statement in the language of the talk, where it is checked against the segments, and then once
more in the language of the digest. Words of two languages cannot be compared without a dictionary, so only what needs
none is compared, and strictly: numbers and names in Latin letters. What else the translation says is not checked, and
the page says so.
"""

from __future__ import annotations

import re
import unicodedata

from summarizer.language.terms import projects_in
from summarizer.language.words import names, numbers

# Number words that stand behind digits: "6万", "3 mil", "2 Millionen".
_SCALES = {
    "万": 1e4, "萬": 1e4, "億": 1e8, "亿": 1e8, "千": 1e3, "百": 1e2, "thousand": 1e3, "tausend": 1e3, "mille": 1e3,
    "mil": 1e3, "million": 1e6, "millionen": 1e6, "millones": 1e6, "millón": 1e6, "millions": 1e6, "milhões": 1e6,
    "milhão": 1e6, "billion": 1e9, "milliarde": 1e9, "milliarden": 1e9, "milliard": 1e9, "milliards": 1e9,
}  # fmt: skip
_NUMBER = re.compile(
    rf"(\d+(?:[.,\u00a0\u202f' ]\d+)*)(?:\s?({'|'.join(sorted(_SCALES, key=len, reverse=True))})(?![a-z]))?"
)
# Not a word tokenizer: what is in Latin letters inside a text of any script, with paths in one piece.
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-+./][A-Za-z0-9]+)*")

# Capitals in English that no translation keeps.
_CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december".split()
)


def problem(text: str, translation: str) -> str:
    """What a translation changed of the original; empty when numbers and names are the same."""
    if not translation.strip():
        return "the translation is missing"
    plain = unicodedata.normalize("NFKC", translation)  # full-width digits and letters
    readings = [_readings(match) for match in _NUMBER.finditer(plain)]
    said = numbers(text)
    for found in readings:
        if not found & said and not found <= {0.0, 1.0}:
            return f"the translation has the number {max(found):g}, the original has not"
    for number in sorted(number for number in _digits(text) if not any(number in found for found in readings)):
        return f"the number {number:g} is not in the translation"
    there = _joined(plain)
    for name in (*names(text), *projects_in(text)):
        if _is_latin(name) and name.lower() not in _CALENDAR and _joined(name) not in there:
            return f"{name} is not in the translation"
    original = _joined(text)
    for word in _foreign(plain):
        if _joined(word) not in original:
            return f"the translation names {word}, the original does not"
    return ""


def _foreign(translation: str) -> list[str]:
    """Words of a translation that must come from the original: projects, words like gRPC or v2, and in other scripts
    everything in Latin letters."""
    words = _LATIN.findall(translation)
    letters = [char for char in translation if char.isalpha()]
    latin = sum(char.isascii() for char in letters)
    if latin < len(letters) / 2 and any(ord(char) > 0x36F for char in letters):
        return words
    return [*projects_in(translation), *(word for word in words if re.search(r"[a-z][A-Z]|\d", word))]


def _readings(match: re.Match[str]) -> set[float]:
    """The values that a number may have: "1.200" is 1200 in German and 1.2 in English."""
    digits, scale = match[1], _SCALES.get(match[2] or "", 1.0)
    found = {re.sub(r"\D", "", digits)} if re.fullmatch(r"\d{1,3}(?:\D\d{3})+", digits) else set()
    parts = re.split(r"\D", digits)
    found |= {".".join(parts)} if len(parts) <= 2 else set()
    if not found:  # a version, "1.27.3", or a list, "1, 2": every part counts for itself
        return {float(part) for part in parts}
    return {float(value) * scale for value in found} | ({float(value) for value in found} if scale > 1 else set())


def _digits(text: str) -> set[float]:
    """Numbers that a text writes with digits and reads in one way only."""
    return {float(number.replace(",", "")) for number in re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w]|\.\d)", text)}


def _is_latin(word: str) -> bool:
    return all(ord(char) < 0x250 for char in word)


def _joined(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
