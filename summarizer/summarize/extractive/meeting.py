"""Decisions and action items of a meeting, by the words people use for them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from summarizer import evidence
from summarizer.language.sentences import Sentence
from summarizer.records import Claim

_DECISION = re.compile(
    r"\b(?:we (?:have )?(?:agreed|decided)|agreed to|decision is|consensus (?:is|was)|let's go with|we(?:'ll| will) go with)\b",
    re.IGNORECASE,
)
_ACTION = re.compile(
    r"\b(?:I(?:'ll| will| can)|action item|(?:we|you|[A-Z][a-z]+) will (?:ask|write|open|send|file|follow|look|create|update|review|prepare|talk|check))\b"
)
_NOT = re.compile(r"\b(?:I can(?: not|'t|not)|I will not|I won't)\b", re.IGNORECASE)
MOST_WORDS = 40


def decisions_and_actions(
    found: Sequence[Sentence], checker: evidence.Checker
) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """(decisions, actions) as quotes; an action begins with the name of whoever said it, where that is known."""
    decisions, actions = [], []
    for sentence in found:
        if len(sentence.text.split()) > MOST_WORDS:
            continue
        if _DECISION.search(sentence.text):
            decisions.append(_claim(sentence, checker, ""))
        elif _ACTION.search(sentence.text) and not _NOT.search(sentence.text):
            actions.append(_claim(sentence, checker, f"{sentence.speaker}: " if sentence.speaker else ""))
    return tuple(decisions), tuple(actions)


def _claim(sentence: Sentence, checker: evidence.Checker, prefix: str) -> Claim:
    text = prefix + sentence.text
    checked = checker.check(text, sentence.segments)
    if isinstance(checked, Claim):
        return checked
    return Claim(text=text, evidence=sentence.segments, start=sentence.start, supported=False)
