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
from dataclasses import dataclass
from itertools import pairwise

from summarizer.evidence.negation import contradiction
from summarizer.evidence.quantities import missing_quantity
from summarizer.language.frequency import rarity
from summarizer.language.terms import packaged, projects_in
from summarizer.language.words import content, names, stem, tokens
from summarizer.records import Claim, Evidence, Transcript

NEIGHBOURS = 1  # segments to either side that count as the same moment
WORDS_SUPPORTED = 0.45  # share of what a claim's content words tell, in bits, that must be there
USUAL = 17.5  # bits; the table of talks lacks what is rarer
_INFLECTED = re.compile(r"(?:ing|ed|ly|s|tion|ment|ness)$")  # endings that names seldom have
SAME_NAME = 0.85  # similarity of two spellings of one name
# What people say for a name.
SHORT = {"opentelemetry": ("otel",), "kubernetes": ("k8s", "kube"), "postgresql": ("postgres",), "javascript": ("js",)}


@dataclass(frozen=True)
class Unsupported:
    """A statement that its citations do not support; `reason` says why, in words that a model or a person can use."""

    reason: str


class Checker:
    """`check_claim` for one transcript: every pair of a text and its citations is checked once.

    Language models repeat statements: a takeaway is often a note word for word, and a second answer the first one.
    """

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self._checked: dict[tuple[str, tuple[int, ...]], Claim | Unsupported] = {}

    def check(self, text: str, ids: Iterable[int]) -> Claim | Unsupported:
        """The statement as a claim, or why it is none; `ids` are those of the cited segments."""
        pair = text, tuple(sorted(set(ids)))
        if pair not in self._checked:
            self._checked[pair] = check_claim(*pair, self.transcript)
        return self._checked[pair]


def check_claim(text: str, ids: Iterable[int], transcript: Transcript) -> Claim | Unsupported:
    """A claim with its time, when the segments that it cites all exist and support it; otherwise the reason."""
    cited = tuple(sorted(set(ids)))
    if not text.strip():
        return Unsupported("it has no text")
    if not cited:
        return Unsupported("it cites no segment")
    if cited[0] < 0 or cited[-1] >= len(transcript.segments):
        return Unsupported("it cites no such segment")
    if reason := find_problem(text, cited, transcript):
        return Unsupported(reason)
    return Claim(text=text, evidence=cited, start=transcript.segments[cited[0]].start)


def find_problem(text: str, ids: Iterable[int], transcript: Transcript) -> str:
    """Why the cited segments do not support a text; empty when they do. Ids that do not exist count for nothing."""
    near = {i for id in ids for i in range(id - NEIGHBOURS, id + NEIGHBOURS + 1) if 0 <= i < len(transcript.segments)}
    cited = " ".join(transcript.segments[i].text for i in sorted(near))
    speakers = " ".join(transcript.segments[i].speaker or "" for i in sorted(near))
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


def measure(claims: Sequence[Claim], transcript: Transcript, covered: Iterable[int], dropped: int) -> Evidence:
    """The three separate figures over the claims that are left; `covered` are ids that the summarizer was shown.

    Whether a claim is supported was found out when it was made: it is counted here, not checked again.
    """
    cited = [id for claim in claims for id in claim.evidence]
    seen = sorted(set(covered))
    total = sum(len(segment.text.split()) for segment in transcript.segments) or 1
    words = sum(len(transcript.segments[id].text.split()) for id in seen)
    resolve = sum(0 <= id < len(transcript.segments) for id in cited)
    supported = sum(claim.supported for claim in claims)
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
