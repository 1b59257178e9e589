"""One pattern for a list of names: what the corrections, the mentions, the scores and the hotwords look for."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=512)  # a glossary's names are looked for in every text, one by one or all together
def term_pattern(names: tuple[str, ...], *, ignore_case: bool = True) -> re.Pattern[str]:
    """A pattern that finds the longest of the names at each place of a text, and only as words of their own.

    A hyphen is part of a word: "Argo" is not in "argo-cd". Without names, nothing matches.
    """
    longest_first = sorted(names, key=len, reverse=True)
    alternatives = "|".join(map(re.escape, longest_first)) or "(?!)"
    return re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])", re.IGNORECASE if ignore_case else 0)
