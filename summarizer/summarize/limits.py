"""How long the quick reference may be, and how to get there without leaving a fragment."""

from __future__ import annotations

import re
from typing import Literal, overload

from summarizer.records import Claim

TLDR_WORDS, TAKEAWAY_WORDS = 25, 20


@overload
def shorten(claim: Claim, words: int) -> Claim: ...
@overload
def shorten(claim: Claim, words: int, whole: Literal[True]) -> Claim | None: ...
def shorten(claim: Claim, words: int, whole: bool = False) -> Claim | None:
    """A claim of at most `words` words: cut at the end of a clause where there is one.

    Where there is none it is left long, or (`whole`) given up: a fragment says something nobody said.
    """
    if len(claim.text.split()) <= words:
        return claim
    for match in reversed(list(re.finditer(r"[,;:–—]\s|\s(?=(?:because|which|while|but|so that)\s)", claim.text))):
        head = claim.text[: match.start()].rstrip(" ,;:–—")
        if 6 <= len(head.split()) <= words:
            return claim.model_copy(update={"text": f"{head}."})
    return None if whole else claim
