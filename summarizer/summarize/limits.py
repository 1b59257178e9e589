"""How long the quick reference may be, and how to get there without leaving a fragment."""

from __future__ import annotations

import re

from summarizer import evidence
from summarizer.records import Claim

TLDR_WORDS, TAKEAWAY_WORDS = 25, 20


def shorten(claim: Claim, words: int, checker: evidence.Checker) -> Claim | None:
    """A claim of at most `words` words: cut at the end of a clause, and checked anew if it was cut.

    None when no clause ends there, or what is left is not supported: a fragment says something nobody said.
    """
    if len(claim.text.split()) <= words:
        return claim
    for match in reversed(list(re.finditer(r"[,;:–—]\s|\s(?=(?:because|which|while|but|so that)\s)", claim.text))):
        head = claim.text[: match.start()].rstrip(" ,;:–—")
        if 6 <= len(head.split()) <= words:
            checked = checker.check(f"{head}.", claim.evidence)
            return claim.model_copy(update={"text": checked.text}) if isinstance(checked, Claim) else None
    return None
