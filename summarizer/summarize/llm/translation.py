"""Check that a translation has the same numbers and names as the checked original.

The model generates each statement in the language of the talk, which is checked against the segments, and then in the
language of the digest. Words of two languages cannot be compared without a dictionary, so only numbers and names in
Latin letters are compared, and these strictly. The rest of the translation is not checked, and the page states this.
"""

from __future__ import annotations

import re
import unicodedata

from summarizer.language.terms import projects_in
from summarizer.language.words import names, numbers

# Number words after digits: "6万", "3 mil", "2 Millionen".
_SCALES = {
    "万": 1e4, "萬": 1e4, "億": 1e8, "亿": 1e8, "千": 1e3, "百": 1e2, "thousand": 1e3, "tausend": 1e3, "mille": 1e3,
    "mil": 1e3, "million": 1e6, "millionen": 1e6, "millones": 1e6, "millón": 1e6, "millions": 1e6, "milhões": 1e6,
    "milhão": 1e6, "billion": 1e9, "milliarde": 1e9, "milliarden": 1e9, "milliard": 1e9, "milliards": 1e9,
}  # fmt: skip
_NUMBER = re.compile(
    rf"(\d+(?:[.,\u00a0\u202f' ]\d+)*)(?:\s?({'|'.join(sorted(_SCALES, key=len, reverse=True))})(?![a-z]))?"
)
# Sequences of Latin letters in a text of any script; a path is one match, unlike with a word tokenizer.
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-+./][A-Za-z0-9]+)*")

# Capitalised English words that every translation changes.
_CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december".split()
)


def find_problem(text: str, translation: str) -> str:
    """Return which number or name a translation changed; empty when all are the same as in the original."""
    if not translation.strip():
        return "the translation is missing"
    plain = unicodedata.normalize("NFKC", translation)  # full-width digits and letters
    readings = [_read_number(match) for match in _NUMBER.finditer(plain)]
    in_original = numbers(text)
    for values in readings:
        if not values & in_original and not values <= {0.0, 1.0}:
            return f"the number {max(values):g} is in the translation, but not in the original"
    for number in sorted(number for number in _find_digits(text) if not any(number in values for values in readings)):
        return f"the number {number:g} is not in the translation"
    translated_letters = _reduce_to_letters(plain)
    for name in (*names(text), *projects_in(text)):
        if _is_latin(name) and name.lower() not in _CALENDAR and _reduce_to_letters(name) not in translated_letters:
            return f"{name} is not in the translation"
    original_letters = _reduce_to_letters(text)
    for word in _find_names(plain):
        if _reduce_to_letters(word) not in original_letters:
            return f"the name {word} is in the translation, but not in the original"
    return ""


def _find_names(translation: str) -> list[str]:
    """Return the words of a translation that must be in the original.

    These are projects, words such as gRPC or v2, and in texts of other scripts all words in Latin letters.
    """
    words = _LATIN.findall(translation)
    letters = [char for char in translation if char.isalpha()]
    latin = sum(char.isascii() for char in letters)
    if latin < len(letters) / 2 and any(ord(char) > 0x36F for char in letters):
        return words
    return [*projects_in(translation), *(word for word in words if re.search(r"[a-z][A-Z]|\d", word))]


def _read_number(match: re.Match[str]) -> set[float]:
    """Return the values that a number may have: "1.200" is 1200 in German and 1.2 in English."""
    digits, scale = match[1], _SCALES.get(match[2] or "", 1.0)
    values = {re.sub(r"\D", "", digits)} if re.fullmatch(r"\d{1,3}(?:\D\d{3})+", digits) else set()
    parts = re.split(r"\D", digits)
    values |= {".".join(parts)} if len(parts) <= 2 else set()
    if not values:  # a version ("1.27.3") or a list ("1, 2"): every part is a number
        return {float(part) for part in parts}
    return {float(value) * scale for value in values} | ({float(value) for value in values} if scale > 1 else set())


def _find_digits(text: str) -> set[float]:
    """Return the numbers in a text that consist of digits and have only one reading."""
    return {float(number.replace(",", "")) for number in re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w]|\.\d)", text)}


def _is_latin(word: str) -> bool:
    return all(ord(char) < 0x250 for char in word)


def _reduce_to_letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
