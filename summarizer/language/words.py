"""Words, stems and numbers of English text: what claims and segments are compared by."""

from __future__ import annotations

import re
from functools import lru_cache

from summarizer.language.function_words import STOP_WORDS
from summarizer.language.numbers import quantities

# A word as it is written: "gRPC", "v1.2", "don't", "co-founder" and "C++" are one each.
_AS_WRITTEN = re.compile(r"[^\W_]+(?:[.'’+-][^\W_]+)*\+*")
# Hyphens and pluses part words here: names are said, and heard, with and without them.
PARTED_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
# Every mark parts words here: a recogniser that repeats itself does not set marks the same way each time.
_WORD_PART = re.compile(r"[^\W_]+")


def tokens(text: str) -> list[str]:
    """Words as written, without punctuation; "gRPC", "v1.2" and "don't" are one each."""
    return _AS_WRITTEN.findall(text)


def words(text: str) -> list[str]:
    """Words in lower case; hyphens and slashes part them, dots and apostrophes inside do not."""
    return [normalise(match[0]) for match in PARTED_WORD.finditer(text)]


def normalise(word: str) -> str:
    """A word in lower case and with the plain apostrophe."""
    return word.lower().replace("’", "'")


def word_parts(text: str) -> list[str]:
    """Runs of letters and digits in lower case: "don't" is "don", "t"."""
    return _WORD_PART.findall(text.lower())


@lru_cache(maxsize=65536)  # talks say the same words again and again
def stem(word: str) -> str:
    """A word without its commonest English endings, so that "rollouts" matches "rollout" and "measured" "measure"."""
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
    """Stems of the words that carry meaning, in order, with repeats."""
    return [
        stem(word) for word in tokens(text) if word.lower() not in STOP_WORDS and len(word) > 1 and not word.isdigit()
    ]


def numbers(text: str) -> set[float]:
    """The value of every number in a text, in digits ("1,200", "40%", "2.5") or words ("sixty thousand").

    A plain "one" is left out: it is seldom a figure.
    """
    return {quantity.value for quantity in quantities(text) if not quantity.plain_one and quantity.value >= 0}


def names(text: str) -> list[str]:
    """Words that are names by their look: a capital not only because a sentence starts, or inside the word."""
    found = []
    for match in _AS_WRITTEN.finditer(text):
        word = match[0].rstrip("+")
        starts = not text[: match.start()].strip() or text[: match.start()].rstrip()[-1] in ".!?:"
        inner = any(char.isupper() for char in word[1:])
        if (
            (inner or (word[0].isupper() and not starts))
            and not word.startswith(("I'", "I’"))
            and word.lower() not in STOP_WORDS
            and len(word) > 1
        ):
            found.append(word)
    return found
