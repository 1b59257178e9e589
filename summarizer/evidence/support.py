"""Does the talk say so? Claims against the segments they cite.

A claim is supported when its numbers with their units, its names, and most of its other words, weighed by how much they
tell, are in the cited segments or within a few seconds of them (speakers finish a thought in the next breath), and when
nothing there turns it around. That a citation exists is a weaker fact and is counted apart. This is a check of words,
not of meaning: docs/evaluation.md says how much of what is wrong it catches.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from summarizer.evidence.negation import contradiction
from summarizer.evidence.relevance import refuse_other_subject
from summarizer.language.frequency import rarity
from summarizer.language.numbers import missing_quantity
from summarizer.language.projects import projects_in
from summarizer.language.terms import packaged
from summarizer.language.words import content, names, stem, tokens
from summarizer.records import Claim, Evidence, Transcript

__all__ = ["claim", "measure", "refuse_other_subject", "unsupported"]

NEIGHBOURS = 1  # segments to either side that count as the same moment
WORDS_SUPPORTED = 0.45  # share of what a claim's content words tell, in bits, that must be there
USUAL = 17.5  # bits; the table of talks lacks what is rarer
_INFLECTED = re.compile(r"(?:ing|ed|ly|s|tion|ment|ness)$")  # endings that names seldom have
SAME_NAME = 0.85  # similarity of two spellings of one name
# What people say for a name.
SHORT = {"opentelemetry": ("otel",), "kubernetes": ("k8s", "kube"), "postgresql": ("postgres",), "javascript": ("js",)}


def unsupported(text: str, evidence: Sequence[int], transcript: Transcript) -> str:
    """Why the cited segments do not support a statement; empty when they do."""
    ids = {
        i for id in evidence for i in range(id - NEIGHBOURS, id + NEIGHBOURS + 1) if 0 <= i < len(transcript.segments)
    }
    cited = " ".join(transcript.segments[i].text for i in sorted(ids))
    speakers = " ".join(transcript.segments[i].speaker or "" for i in sorted(ids))
    return _unsaid(text, f"{cited} {speakers}") or contradiction(text, cited)


def _unsaid(text: str, cited: str) -> str:
    """The number, the name or the share of words that the cited text does not have."""
    if missing := missing_quantity(text, cited):
        return f"{missing} in the cited segments"
    said = [word.lower() for word in tokens(cited)]
    for name in dict.fromkeys((*names(text), *projects_in(text), *_leading_names(text))):
        if not _named(name, said):
            return f"{name} is not in the cited segments"
    there = {stem(word) for word in said} | {stem(a + b) for a, b in pairwise(said)}
    words = set(content(text))
    told = sum(rarity(word) for word in words)
    found = sum(rarity(word) for word in words if word in there)
    if words and found / told < WORDS_SUPPORTED:
        return f"only {found / told:.0%} of what its words tell is in the cited segments"
    return ""


def _leading_names(text: str) -> list[str]:
    """First words of sentences that are names, though their capital does not show it: a project, or no usual word."""
    firsts = [match[1] for match in re.finditer(r"(?:^|[.!?:]\s+)([A-Z][\w.+’'-]*\w)", text)]
    everyday = {term.name for term in packaged().projects if term.everyday}
    return [word for word in firsts if word in everyday or (rarity(stem(word)) > USUAL and not _INFLECTED.search(word))]


def _named(name: str, said: Sequence[str]) -> bool:
    """Whether a name was said, in one word or several ("open telemetry"), or in nearly the same letters."""
    wanted = "".join(tokens(name)).lower()
    spellings = {wanted, stem(wanted), *SHORT.get(wanted, ())}
    for length in (1, 2, 3):
        for i in range(len(said) - length + 1):
            spoken = "".join(said[i : i + length])
            if spoken in spellings or stem(spoken) in spellings or _alike(spoken, wanted):
                return True
    return False


def _alike(one: str, other: str) -> bool:
    """Whether two words are one name in nearly the same letters: "graffana"."""
    close = len(other) > 5 and one[0] == other[0] and abs(len(one) - len(other)) < 3
    return close and difflib.SequenceMatcher(None, one, other).ratio() >= SAME_NAME


def claim(text: str, evidence: Iterable[int], transcript: Transcript) -> Claim | None:
    """A claim whose citations all exist and support it, with its time; otherwise nothing."""
    ids = tuple(sorted(set(evidence)))
    if not ids or not text.strip() or any(not 0 <= id < len(transcript.segments) for id in ids):
        return None
    if unsupported(text, ids, transcript):
        return None
    return Claim(text=text, evidence=ids, start=transcript.segments[ids[0]].start)


def measure(claims: Sequence[Claim], transcript: Transcript, covered: Iterable[int], dropped: int) -> Evidence:
    """The three separate figures over the claims that are left; `covered` are ids that the summarizer was shown."""
    cited = [id for claim in claims for id in claim.evidence]
    seen = sorted(set(covered))
    total = sum(len(segment.text.split()) for segment in transcript.segments) or 1
    words = sum(len(transcript.segments[id].text.split()) for id in seen)
    resolve = sum(0 <= id < len(transcript.segments) for id in cited)
    supported = sum(not unsupported(claim.text, claim.evidence, transcript) for claim in claims)
    return Evidence(
        citations=len(cited),
        citations_resolve=resolve / len(cited) if cited else 0.0,
        claims=len(claims),
        claims_supported=supported / len(claims) if claims else 0.0,
        dropped=dropped,
        covered_share=words / total,
        covered_start=transcript.segments[seen[0]].start if seen else 0.0,
        covered_end=transcript.segments[seen[-1]].end if seen else 0.0,
    )
