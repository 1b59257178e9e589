"""Find numbers with units in text: "40 ms", "forty milliseconds", "1.5 million users", "v1.27"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from summarizer.language.function_words import NOT_COUNTED

_SMALL = {
    word: float(n)
    for n, word in enumerate(
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
            "sixteen seventeen eighteen nineteen"
        ).split()
    )
}
_TENS = {word: 10.0 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHORT_SCALES = {"k": 1e3, "bn": 1e9}
_FIXED = {"dozen": (12.0, ""), "half": (50.0, "percent"), "twice": (2.0, "times"), "double": (2.0, "times")}
_NUMERALS = frozenset((*_SMALL, *_TENS, *_SCALES, *_FIXED))
# Unit to (dimension, size in its base unit).
UNITS = {
    unit: (dimension, size)
    for dimension, size, units in (
        ("percent", 1.0, "% percent pct percentage"),
        ("time", 1e-9, "ns nanosecond nanoseconds"),
        ("time", 1e-6, "us µs microsecond microseconds"),
        ("time", 1e-3, "ms msec millisecond milliseconds millis"),
        ("time", 1.0, "s sec secs second seconds"),
        ("time", 60.0, "min mins minute minutes"),
        ("time", 3600.0, "h hr hrs hour hours"),
        ("time", 86400.0, "day days"),
        ("time", 604800.0, "week weeks"),
        ("months", 1.0, "month months"),
        ("months", 12.0, "year years"),
        ("bytes", 1.0, "byte bytes"),
        ("bytes", 1e3, "kb kib kilobyte kilobytes"),
        ("bytes", 1e6, "mb mib meg megs megabyte megabytes"),
        ("bytes", 1e9, "gb gib gig gigs gigabyte gigabytes"),
        ("bytes", 1e12, "tb tib terabyte terabytes"),
        ("bytes", 1e15, "pb petabyte petabytes"),
        ("money", 1.0, "$ € £ dollar dollars euro euros buck bucks"),
        ("times", 1.0, "x times fold"),
    )
    for unit in units.split()
}
MAX_DIGITS = 15  # longer numbers are treated as ids
# Unlike in `language.words`, numbers, unit signs and the ends of sentences are separate tokens.
_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)*|[%$€£]|[^\W\d_]+\d\w*|[^\W\d_]+(?:['’][^\W\d_]+)?|[.!?;](?=\s|$)")


class Quantity(NamedTuple):
    """A number in a text."""

    text: str  # the digits as written, without separators; empty for a number in words
    value: float
    dimension: str = ""  # "time", "percent", ...; empty for a count
    size: float = 1.0  # of the unit, in the base unit of its dimension
    noun: str = ""  # the word after it, where there is no unit
    plain_one: bool = False  # "one" in words and without a unit, which is rarely a quantity


def quantities(text: str) -> list[Quantity]:
    """Return all numbers of a text, in order."""
    words = _split(text)
    located: list[tuple[Quantity, int, int]] = []
    index = 0
    while index < len(words):
        number = parse_number(words, index)
        if number is None:
            index += 1
            continue
        digits, value, end = number
        located.append((_add_unit(words, index, end, digits, value), index, end))
        index = end
    return list(_complete_ranges(words, located))


def _split(text: str) -> list[str]:
    """Split a text into tokens in lower case: numbers, unit signs, words, ends of sentences.

    "40ms" is two tokens, "k8s" is one.
    """
    text = re.sub(r"(?<=\w)-(?=\w)", " ", text.lower())
    text = re.sub(r"\bv(?=\d)", "", text)
    return _TOKEN.findall(text)


def parse_number(words: Sequence[str], start: int) -> tuple[str, float, int] | None:
    """Parse the number at `start`: (digits as written, value, index after it), or None."""
    word = words[start]
    if word[0].isdecimal():
        digits = word.replace(",", "")
        if digits.count(".") > 1 or len(digits) > MAX_DIGITS:
            return digits, -1.0, start + 1  # a version or an id is compared as written
        value, end = float(digits), start + 1
        if end < len(words) and words[end] in _SHORT_SCALES:
            return "", value * _SHORT_SCALES[words[end]], end + 1
        while end < len(words) and words[end] in _SCALES:
            value, digits, end = value * _SCALES[words[end]], "", end + 1
        return digits, value, end
    if word in _FIXED:
        return "", _FIXED[word][0], start + 1
    if word in _SMALL or word in _TENS or (word in _SCALES and (not start or words[start - 1] == "a")):
        value, end = _parse_words(words, start)
        return "", value, end
    return None


def _parse_words(words: Sequence[str], start: int) -> tuple[float, int]:
    """Parse a number in words, as "two hundred and fifty thousand" or "three point five": (value, index after it)."""
    total, current, last, end = 0.0, 0.0, "", start
    while end < len(words):
        word = words[end]
        if word in _SMALL and (not last or last in _SCALES or (last in _TENS and 0 < _SMALL[word] < 10)):
            current += _SMALL[word]
        elif word in _TENS and (not last or last in _SCALES):
            current += _TENS[word]
        elif word == "hundred" and not (last and last in _SCALES):
            current = max(current, 1) * 100
        elif word in _SCALES and word != "hundred":
            total, current = total + max(current, 1) * _SCALES[word], 0.0
        elif word == "and" and last in _SCALES and end + 1 < len(words) and words[end + 1] in _SMALL | _TENS:
            end += 1
            continue
        elif word == "point" and last and end + 1 < len(words) and words[end + 1] in _SMALL:
            return total + current + _SMALL[words[end + 1]] / 10, end + 2
        else:
            break
        last, end = word, end + 1
    return total + current, end


def _add_unit(words: Sequence[str], start: int, end: int, digits: str, value: float) -> Quantity:
    """Make a `Quantity` of the number in words [start, end) and of the unit or noun beside it."""
    if words[start] in _FIXED and _FIXED[words[start]][1]:
        return Quantity(digits, value, _FIXED[words[start]][1])
    if start and words[start - 1] in {"$", "€", "£"}:
        return Quantity(digits, value, "money")
    following = words[end] if end < len(words) else ""
    if following == "per" and words[end + 1 : end + 2] == ["cent"]:
        following = "percent"
    decade = following == "s" and 1900 <= value < 2100
    if following in UNITS and not decade:
        return Quantity(digits, value, *UNITS[following])
    noun = following if following.isalpha() and following not in NOT_COUNTED | _NUMERALS and not decade else ""
    return Quantity(digits, value, noun=noun, plain_one=words[start] == "one" and end == start + 1)


def _complete_ranges(words: Sequence[str], located: Sequence[tuple[Quantity, int, int]]) -> Iterator[Quantity]:
    """Give the first number of a range the unit of the second: "10 to 40 ms"."""
    for i, (quantity, _, end) in enumerate(located):
        if i + 1 < len(located) and not quantity.dimension and not quantity.noun:
            following, start, _ = located[i + 1]
            joined = start == end or (start == end + 1 and words[end] in {"to", "or", "and"})
            if joined and following.dimension:
                quantity = quantity._replace(dimension=following.dimension, size=following.size, plain_one=False)
        yield quantity
