"""Words, stems, names and numbers of English text; claims and segments are compared by them."""

from __future__ import annotations

import re
from functools import lru_cache

from summarizer.language.function_words import STOP_WORDS
from summarizer.language.numbers import quantities

# A word as written: "gRPC", "v1.2", "don't", "co-founder" and "C++" are one word each.
_TOKEN = re.compile(r"[^\W_]+(?:[.'’+-][^\W_]+)*\+*")
# Here, hyphens and pluses separate words, because names are spoken and recognised with and without them.
WORD_PATTERN = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
# Here, every punctuation mark separates words: text that repeats itself does not always have the same punctuation.
_WORD_PART = re.compile(r"[^\W_]+")


def tokens(text: str) -> list[str]:
    """Words as written, without punctuation; "gRPC", "v1.2" and "don't" are one word each."""
    return _TOKEN.findall(text)


def words(text: str) -> list[str]:
    """Words in lower case; hyphens and slashes separate words, dots and apostrophes inside a word do not."""
    return [normalise(match[0]) for match in WORD_PATTERN.finditer(text)]


def normalise(word: str) -> str:
    """A word in lower case and with the ASCII apostrophe."""
    return word.lower().replace("’", "'")


def word_parts(text: str) -> list[str]:
    """Runs of letters and digits in lower case: "don't" is "don", "t"."""
    return _WORD_PART.findall(text.lower())


@lru_cache(maxsize=65536)  # talks repeat the same words
def stem(word: str) -> str:
    """Remove common English endings, so that "rollouts" matches "rollout", and "measured" matches "measure"."""
    word = normalise(word).removesuffix("'s")
    for ending, shortest in (
        ("ations", 5),
        ("ation", 5),
        ("ings", 4),
        ("ing", 4),
        ("ies", 4),
        ("ied", 4),
        ("ed", 4),
        ("es", 4),
        ("s", 4),
        ("ly", 5),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= shortest - 1 and not word.endswith("ss"):
            word = word[: -len(ending)] + ("y" if ending in {"ies", "ied"} else "")
            break
    return word.removesuffix("e")


def content(text: str) -> list[str]:
    """Stems of the words that are not stop words, in order, with repeats."""
    return [
        stem(word) for word in tokens(text) if word.lower() not in STOP_WORDS and len(word) > 1 and not word.isdigit()
    ]


def numbers(text: str) -> set[float]:
    """Values of all numbers in a text, in digits ("1,200", "40%", "2.5") or words ("sixty thousand").

    A "one" without a unit is omitted, because it is rarely a quantity.
    """
    return {quantity.value for quantity in quantities(text) if not quantity.plain_one and quantity.value >= 0}


def names(text: str) -> list[str]:
    """Words that look like names: with an inner capital, or capitalised and not at the start of a sentence."""
    result = []
    for match in _TOKEN.finditer(text):
        word = match[0].rstrip("+")
        starts = not text[: match.start()].strip() or text[: match.start()].rstrip()[-1] in ".!?:"
        inner = any(char.isupper() for char in word[1:])
        if (
            (inner or (word[0].isupper() and not starts))
            and not word.startswith(("I'", "I’"))
            and word.lower() not in STOP_WORDS
            and len(word) > 1
        ):
            result.append(word)
    return result
