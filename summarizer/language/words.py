"""Words, stems and numbers of English text: what claims and segments are compared by."""

from __future__ import annotations

import re
from functools import lru_cache

from summarizer.language.numbers import quantities

STOP = frozenset(
    (
        "a able about above actually after again all also always am an and any are around as at back be because been "
        "before being between both but by came can cannot come could did didn do does doesn doing don done down each else "
        "even every everybody few first for from get gets getting give go goes going gone gonna good got great had has "
        "have having he hello her here hey hi him his how i if in into is isn it its itself just kind know last let lets "
        "like little ll look lot lots made make many may maybe me mean might more most much must my need never new next "
        "no not nothing now of off often oh ok okay on once one only onto or other our out over own people please put "
        "quite re really right said same say see seen she should show since so some something sort still such sure take "
        "talk than thank thanks that the their them then there these they thing things think this those three through "
        "time to today together too two uh um under until up upon us use used using ve very via want wants was wasn way "
        "we welcome well went were what when where whether which while who whole whom why will with without won work "
        "would yeah yes yet you your yourself "
    ).split()
)


def tokens(text: str) -> list[str]:
    """Words as written, without punctuation; "gRPC", "v1.2" and "don't" are one each."""
    return re.findall(r"[^\W_]+(?:[.'’+-][^\W_]+)*\+*", text)


@lru_cache(maxsize=65536)  # talks say the same words again and again
def stem(word: str) -> str:
    """A word without its commonest English endings: enough to match "rollouts" with "rollout" and "measured" with "measure"."""
    word = word.lower().replace("’", "'").removesuffix("'s")
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
    return [stem(word) for word in tokens(text) if word.lower() not in STOP and len(word) > 1 and not word.isdigit()]


def numbers(text: str) -> set[float]:
    """The value of every number in a text, in digits ("1,200", "40%", "2.5") or words ("sixty thousand").

    A plain "one" is left out: it is seldom a figure.
    """
    return {quantity.value for quantity in quantities(text) if not quantity.plain_one and quantity.value >= 0}


def names(text: str) -> list[str]:
    """Words that are names by their look: a capital not only because a sentence starts, or inside the word."""
    found = []
    for match in re.finditer(r"[^\W_]+(?:[.'’+-][^\W_]+)*", text):
        word = match[0]
        starts = not text[: match.start()].strip() or text[: match.start()].rstrip()[-1] in ".!?:"
        inner = any(char.isupper() for char in word[1:])
        if (
            (inner or (word[0].isupper() and not starts))
            and not word.startswith(("I'", "I’"))
            and word.lower() not in STOP
            and len(word) > 1
        ):
            found.append(word)
    return found
