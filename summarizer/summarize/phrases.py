"""The phrases of `phrases.toml`, by which sentences are judged."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources


@cache
def _lists() -> dict[str, str]:
    return tomllib.loads(resources.files(__package__).joinpath("phrases.toml").read_text(encoding="utf-8"))


@cache
def phrases(name: str, anywhere: bool = True) -> re.Pattern[str]:
    """Return a case-insensitive expression for a list of phrases, at the start of a text unless `anywhere`."""
    expressions = "|".join(line for line in _lists()[name].splitlines() if line)
    start = r"\b" if anywhere else "^"
    return re.compile(rf"(?i){start}(?:{expressions})(?!\w)")


def words(name: str) -> frozenset[str]:
    """Return a list of words."""
    return frozenset(_lists()[name].split())
