"""Build one pattern for a list of names; used for corrections, mentions, scores and hotwords."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=512)  # the names of a glossary are searched in every text, alone or together
def term_pattern(names: tuple[str, ...], *, ignore_case: bool = True) -> re.Pattern[str]:
    """Compile a pattern that matches the longest name at each position of a text, and only as complete words.

    A hyphen belongs to a word: "Argo" does not match in "argo-cd". With an empty list, nothing matches.
    """
    longest_first = sorted(names, key=len, reverse=True)
    alternatives = "|".join(map(re.escape, longest_first)) or "(?!)"
    return re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])", re.IGNORECASE if ignore_case else 0)
