"""Find decisions and action items of a meeting by the phrases that people use for them."""

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
_NO_ACTION = re.compile(r"\b(?:I can(?: not|'t|not)|I will not|I won't)\b", re.IGNORECASE)
MAX_WORDS = 40


def find_decisions_and_actions(
    sentences: Sequence[Sentence], checker: evidence.Checker
) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """Return (decisions, actions) as quotes; an action begins with the name of its speaker when that is known."""
    decisions: list[Claim | evidence.Unsupported] = []
    actions: list[Claim | evidence.Unsupported] = []
    for sentence in sentences:
        if len(sentence.text.split()) > MAX_WORDS:
            continue
        if _DECISION.search(sentence.text):
            decisions.append(checker.check(sentence.text, sentence.segments))
        elif _ACTION.search(sentence.text) and not _NO_ACTION.search(sentence.text):
            prefix = f"{sentence.speaker}: " if sentence.speaker else ""
            actions.append(checker.check(prefix + sentence.text, sentence.segments))
    return _choose_claims(decisions), _choose_claims(actions)


def _choose_claims(results: Sequence[Claim | evidence.Unsupported]) -> tuple[Claim, ...]:
    """Leave out what its own segments do not support, as a sentence with an address."""
    return tuple(result for result in results if isinstance(result, Claim))
