"""Check claims against the transcript segments that they cite.

A claim is supported when its numbers with their units, its names and most of its other words (weighted by rarity) are
in the cited segments or in the segments next to them, and when nothing there contradicts it. The neighbours count
because speakers often finish a thought in the next segment. Whether a citation exists is a weaker fact and is counted
separately. Only words are checked, not meaning: docs/evaluation.md gives the share of errors that the check catches.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from summarizer.evidence.negation import find_contradiction
from summarizer.evidence.quantities import find_missing_quantity
from summarizer.language.frequency import rarity
from summarizer.language.terms import packaged, projects_in
from summarizer.language.words import content, names, stem, tokens
from summarizer.records import Claim, Evidence, Transcript

NEIGHBOURS = 1  # segments on either side that count as the same moment
MIN_WORDS_SHARE = 0.45  # share of the rarity of a claim's content words, in bits, that must be in the source
NAME_RARITY = 17.5  # bits; rarer words are not in the frequency table of talks, so they may be names
_INFLECTED = re.compile(r"(?:ing|ed|ly|s|tion|ment|ness)$")  # endings that names seldom have
MIN_NAME_SIMILARITY = 0.85  # of two spellings of one name
# Short forms that people use for a name.
SHORT_FORMS = {
    "opentelemetry": ("otel",),
    "kubernetes": ("k8s", "kube"),
    "postgresql": ("postgres",),
    "javascript": ("js",),
}


@dataclass(frozen=True)
class Unsupported:
    """The result for a statement that its citations do not support; `reason` is for the model and for people."""

    reason: str


class Checker:
    """`check_claim` for one transcript; every pair of a text and its citations is checked once.

    Language models repeat statements: a takeaway is often identical to a note, and a second answer to the first one.
    """

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self._results: dict[tuple[str, tuple[int, ...]], Claim | Unsupported] = {}

    def check(self, text: str, ids: Iterable[int]) -> Claim | Unsupported:
        """Return the statement as a claim, or why it is not supported; `ids` are those of the cited segments."""
        pair = text, tuple(sorted(set(ids)))
        if pair not in self._results:
            self._results[pair] = check_claim(*pair, self.transcript)
        return self._results[pair]


def check_claim(text: str, ids: Iterable[int], transcript: Transcript) -> Claim | Unsupported:
    """Return a claim with its time when the cited segments all exist and support it; otherwise the reason."""
    cited = tuple(sorted(set(ids)))
    if not content(text) or "..." in text or "…" in text:
        return Unsupported("it says nothing")
    if not cited:
        return Unsupported("it cites no segment")
    if cited[0] < 0 or cited[-1] >= len(transcript.segments):
        return Unsupported("it cites a segment that does not exist")
    if reason := find_problem(text, cited, transcript):
        return Unsupported(reason)
    return Claim(text=text, evidence=cited, start=transcript.segments[cited[0]].start)


def find_problem(text: str, ids: Iterable[int], transcript: Transcript) -> str:
    """Return why the cited segments do not support a text; empty when they do. Ids that do not exist are ignored."""
    near = {i for id in ids for i in range(id - NEIGHBOURS, id + NEIGHBOURS + 1) if 0 <= i < len(transcript.segments)}
    cited = " ".join(transcript.segments[i].text for i in sorted(near))
    speakers = " ".join(transcript.segments[i].speaker or "" for i in sorted(near))
    return _find_missing(text, f"{cited} {speakers}") or find_contradiction(text, cited)


def _find_missing(text: str, cited: str) -> str:
    """Return which number, name or share of words is missing in the cited text; empty when nothing is."""
    if missing := find_missing_quantity(text, cited):
        return f"{missing} in the cited segments"
    spoken = [word.lower() for word in tokens(cited)]
    for name in dict.fromkeys((*names(text), *projects_in(text), *_find_leading_names(text))):
        if not _is_spoken(name, spoken):
            return f"{name} is not in the cited segments"
    spoken_stems = {stem(word) for word in spoken} | {stem(a + b) for a, b in pairwise(spoken)}
    words = set(content(text))
    total = sum(rarity(word) for word in words)
    matched = sum(rarity(word) for word in words if word in spoken_stems)
    if words and matched / total < MIN_WORDS_SHARE:
        return f"only {matched / total:.0%} of its words, weighted by rarity, are in the cited segments"
    return ""


def _find_leading_names(text: str) -> list[str]:
    """Return first words of sentences that are names: a project, or a rare word; any first word has a capital."""
    first_words = [match[1] for match in re.finditer(r"(?:^|[.!?:]\s+)([A-Z][\w.+’'-]*\w)", text)]
    everyday = {term.name for term in packaged().projects if term.everyday}
    return [
        word
        for word in first_words
        if word in everyday or (rarity(stem(word)) > NAME_RARITY and not _INFLECTED.search(word))
    ]


def _is_spoken(name: str, spoken: Sequence[str]) -> bool:
    """Return whether a name is among the words: as one word or several ("open telemetry"), or spelled similarly."""
    joined_name = "".join(tokens(name)).lower()
    spellings = {joined_name, stem(joined_name), *SHORT_FORMS.get(joined_name, ())}
    for length in (1, 2, 3):
        for i in range(len(spoken) - length + 1):
            candidate = "".join(spoken[i : i + length])
            if candidate in spellings or stem(candidate) in spellings or _is_similar(candidate, joined_name):
                return True
    return False


def _is_similar(spoken: str, name: str) -> bool:
    """Return whether two words are spellings of one name, as "graffana"."""
    close = len(name) > 5 and spoken[0] == name[0] and abs(len(spoken) - len(name)) < 3
    return close and difflib.SequenceMatcher(None, spoken, name).ratio() >= MIN_NAME_SIMILARITY


def measure(claims: Sequence[Claim], transcript: Transcript, covered: Iterable[int], dropped: int) -> Evidence:
    """Return the three separate figures over the published claims; `covered` are ids that the summarizer was shown.

    Whether a claim is supported was decided when it was created: it is counted here, not checked again.
    """
    citations = [id for claim in claims for id in claim.evidence]
    ids = sorted(set(covered))
    total = sum(len(segment.text.split()) for segment in transcript.segments) or 1
    words = sum(len(transcript.segments[id].text.split()) for id in ids)
    resolved = sum(0 <= id < len(transcript.segments) for id in citations)
    supported = sum(claim.supported for claim in claims)
    return Evidence(
        citations=len(citations),
        citations_resolve=resolved / len(citations) if citations else 0.0,
        claims=len(claims),
        claims_supported=supported / len(claims) if claims else 0.0,
        dropped=dropped,
        covered_share=words / total,
        covered_start=transcript.segments[ids[0]].start if ids else 0.0,
        covered_end=transcript.segments[ids[-1]].end if ids else 0.0,
    )
