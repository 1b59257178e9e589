"""Length limits of the TL;DR and the takeaways, and how to shorten a claim without creating a fragment."""

from __future__ import annotations

import re

from summarizer import evidence
from summarizer.records import Claim

TLDR_WORDS, TAKEAWAY_WORDS = 25, 20  # maximum lengths


def shorten(claim: Claim, words: int, checker: evidence.Checker) -> Claim | None:
    """Return a claim of at most `words` words, shortened at the end of a clause and then checked again.

    None when no clause ends within the limit, or when the shortened text is not supported: a fragment may state
    something that nobody said.
    """
    if len(claim.text.split()) <= words:
        return claim
    for match in reversed(list(re.finditer(r"[,;:–—]\s|\s(?=(?:because|which|while|but|so that)\s)", claim.text))):
        head = claim.text[: match.start()].rstrip(" ,;:–—")
        if 6 <= len(head.split()) <= words:
            checked = checker.check(f"{head}.", claim.evidence)
            return claim.model_copy(update={"text": checked.text}) if isinstance(checked, Claim) else None
    return None
