"""Make a true statement false by changing one number, unit, name or negation."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from summarizer.evaluation.statements import Statement
from summarizer.language.terms import packaged, projects_in
from summarizer.language.words import names

_NUMBER_WORDS = (
    "two three four five six seven eight nine ten eleven twelve fifteen "
    "twenty thirty forty fifty sixty seventy eighty ninety"
).split()
_NUMBER = re.compile(rf"(?<![\w.])(?:\d[\d,]*(?:\.\d+)?|{'|'.join(_NUMBER_WORDS)})(?![\w]|\.\d)", re.IGNORECASE)
_UNITS = (
    ("million", "thousand"), ("billion", "million"), ("thousand", "million"), ("milliseconds", "seconds"), ("seconds", "minutes"),
    ("minutes", "hours"), ("hours", "days"), ("days", "weeks"), ("weeks", "months"), ("months", "years"), ("years", "months"),
    ("percent", "times"), ("gigabytes", "terabytes"), ("megabytes", "gigabytes"), ("dollars", "percent"), ("minute", "hour"),
    ("hour", "minute"), ("second", "minute"), ("day", "week"), ("week", "day"), ("month", "year"), ("year", "month"),
)  # fmt: skip
_UNIT = re.compile(
    rf"(?<![\w.])((?:\d[\d,.]*|{'|'.join(_NUMBER_WORDS)})\s*)({'|'.join(unit for unit, _ in _UNITS)}|%|ms|gb|mb)\b",
    re.IGNORECASE,
)
_SIGNS = {"%": " nodes", "ms": " seconds", "gb": "TB", "mb": "GB"}
_NEGATABLE = re.compile(
    r"\b(is|are|was|were|can|will|should|could|would|has|have|had|do|does|did)\b(?! not|n't)", re.IGNORECASE
)
_NEGATED = re.compile(
    r"\b(is|are|was|were|can|will|should|could|would|has|have|had|do|does|did|wo|ca)(?: not|n['’]t)\b", re.IGNORECASE
)
_OPPOSITES = (
    "faster slower", "more less", "always never", "before after", "increase decrease", "easy difficult", "better worse",
    "higher lower", "public private", "large small", "good bad", "first last", "add remove", "everybody nobody",
)  # fmt: skip


def swap_number(statement: Statement, dice: random.Random, _pool: Sequence[str]) -> str:
    """Change one number; empty if the statement has none."""
    matches = list(_NUMBER.finditer(statement.text))
    if not matches:
        return ""
    match = dice.choice(matches)
    old = match[0]
    if old.lower() in _NUMBER_WORDS:
        new = dice.choice([word for word in _NUMBER_WORDS if word != old.lower()])
    else:
        value = float(old.replace(",", ""))
        choices = {value * 10, value * 2, value + 1, value + dice.randint(2, 50), float(dice.randint(2, 999))}
        new = f"{dice.choice(sorted(choices - {value})):g}" if value < 1e6 else f"{value * 3:.0f}"
    return _replaced(statement.text, match, new)


def swap_unit(statement: Statement, _dice: random.Random, _pool: Sequence[str]) -> str:
    """Change the unit of a number, such as milliseconds to seconds; empty if no number has a unit."""
    match = _UNIT.search(statement.text)
    if not match:
        return ""
    unit = match[2].lower()
    return _replaced(statement.text, match, match[1] + (_SIGNS.get(unit) or dict(_UNITS)[unit]))


def swap_name(statement: Statement, dice: random.Random, pool: Sequence[str]) -> str:
    """Replace one name; empty if the statement has none.

    `pool` has the names in other statements. A project is replaced by another project.
    """
    present = list(dict.fromkeys((*projects_in(statement.text), *names(statement.text))))
    if not present:
        return ""
    old = dice.choice(present)
    projects = [term.name for term in packaged().projects if not term.everyday]
    candidates = projects if old.lower() in {name.lower() for name in projects} else pool
    choices = [name for name in candidates if name.lower() not in statement.text.lower()]
    if not choices:
        return ""
    return (
        re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, statement.text)
        if (new := dice.choice(choices))
        else ""
    )


def negate(statement: Statement, _dice: random.Random, _pool: Sequence[str]) -> str:
    """Add a negation; empty if the statement has no suitable verb or is negated already."""
    match = _NEGATABLE.search(statement.text)
    if not match or re.search(r"\b(?:not|no|never|none|nobody|without)\b|n['’]t\b", statement.text, re.IGNORECASE):
        return ""
    return _replaced(statement.text, match, f"{match[0]} not")


def affirm(statement: Statement, _dice: random.Random, _pool: Sequence[str]) -> str:
    """Remove a negation; empty if the statement has none."""
    match = _NEGATED.search(statement.text)
    if not match:
        return ""
    verb = {"wo": "will", "ca": "can"}.get(match[1].lower(), match[1])
    return _replaced(statement.text, match, verb)


def oppose(statement: Statement, _dice: random.Random, _pool: Sequence[str]) -> str:
    """Replace one word by its opposite; empty if no word of the statement has a listed opposite."""
    for pair in _OPPOSITES:
        for old, new in (pair.split(), pair.split()[::-1]):
            match = re.search(rf"\b{old}\b", statement.text, re.IGNORECASE)
            if match and not re.search(rf"\b{new}\b", statement.text, re.IGNORECASE):
                return _replaced(statement.text, match, new)
    return ""


def _replaced(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


MUTATIONS: dict[str, Callable[[Statement, random.Random, Sequence[str]], str]] = {
    "number swapped": swap_number,
    "unit swapped": swap_unit,
    "name swapped": swap_name,
    "negation added": negate,
    "negation dropped": affirm,
    "opposite word": oppose,
}
