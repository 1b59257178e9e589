"""Check claims against the transcript segments that they cite.

A claim is supported when one place of the talk says all of it: its numbers with their units, its names, and nearly
every other word, in a form of it or in a plain paraphrase (`wording`); when nothing there contradicts it (`negation`,
`qualifiers`); and when the words stand in the same relations (`relations`). The neighbours of the cited segments count
because speakers often finish a thought in the next one. Whether a citation exists is a weaker fact and is counted
separately. Only words and their order are compared, not meaning: docs/evaluation.md gives the share of errors that the
check catches, and what it cannot see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from summarizer.evidence import order, qualifiers, relations, wording
from summarizer.evidence.alignment import Passage, align
from summarizer.evidence.negation import find_contradiction
from summarizer.evidence.places import is_too_long, split_places, widen
from summarizer.evidence.quantities import find_missing_quantity
from summarizer.language.frequency import rarity
from summarizer.language.plain import list_scripts, normalise_statement
from summarizer.language.terms import packaged, projects_in
from summarizer.language.words import names, stem, tokens
from summarizer.records import Claim, Evidence, Transcript

NAME_RARITY = 17.5  # bits; rarer words are not in the frequency table of talks, so they may be names
_INFLECTED = re.compile(r"(?:ing|ed|ly|s|tion|ment|ness)$")  # endings that names seldom have
_ENGLISH = frozenset({"en", "und"})
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
    """Return a claim with its time when the cited segments all exist and a place among them supports it.

    Otherwise return the reason. The claim has the text that was checked (`normalise_statement`) and the citations of
    the places that support it; those of other places are left out.
    """
    text = normalise_statement(text)
    cited = tuple(sorted(set(ids)))
    if not cited:
        return Unsupported("it cites no segment")
    if cited[0] < 0 or cited[-1] >= len(transcript.segments):
        return Unsupported("it cites a segment that does not exist")
    reasons = {place: find_problem(text, place, transcript) for place in split_places(cited)}
    holding = tuple(id for place, reason in reasons.items() if not reason for id in place)
    if not holding:
        return Unsupported(next(iter(reasons.values())))
    return Claim(text=text, evidence=holding, start=transcript.segments[holding[0]].start)


def find_problem(text: str, ids: Iterable[int], transcript: Transcript) -> str:
    """Return why no place among the cited segments supports a text; empty when one does. Missing ids are ignored."""
    text = normalise_statement(text)
    english = transcript.language.split("-")[0] in _ENGLISH
    if reason := wording.find_emptiness(text, english):
        return reason
    cited = sorted({id for id in ids if 0 <= id < len(transcript.segments)})
    reason = "it cites no segment"
    for place in split_places(cited):
        reason = _find_problem_at(text, place, transcript, english)
        if not reason:
            return ""
    return reason


def _find_problem_at(text: str, place: Sequence[int], transcript: Transcript, english: bool) -> str:
    if is_too_long(place, transcript):
        return "it cites more than one moment"
    segments = [transcript.segments[id] for id in widen(place, transcript)]
    spoken = normalise_statement(" ".join(segment.text for segment in segments))
    speakers = " ".join(dict.fromkeys(segment.speaker for segment in segments if segment.speaker))
    if reason := wording.find_foreign(text, spoken, _list_talk_scripts(transcript)):
        return reason
    if reason := _find_missing_facts(text, f"{spoken} {speakers}"):
        return reason
    if not english:
        return wording.find_missing_share(text, f"{spoken} {speakers}")
    statement = _drop_speaker(text, f"{spoken} {speakers}")
    alignment = align(statement, _read_passage(f"{spoken} . {speakers}" if speakers else spoken))
    if wording.is_verbatim(alignment):
        return ""
    return (
        wording.find_missing_words(alignment)
        or find_contradiction(statement, spoken)
        or qualifiers.find_conflict(alignment)
        or relations.find_conflict(alignment)
        or order.find_conflict(alignment)
    )


@lru_cache(maxsize=256)
def _read_passage(text: str) -> Passage:
    return Passage(text)


@lru_cache(maxsize=8)
def _read_scripts(text: str) -> frozenset[str]:
    return list_scripts(text)


def _list_talk_scripts(transcript: Transcript) -> frozenset[str]:
    return _read_scripts(transcript.text)


def _drop_speaker(text: str, spoken: str) -> str:
    """Return a text without the name before it, as in "Ana: we use etcd", where the passage has this name."""
    name, colon, rest = text.partition(": ")
    words = {word.lower() for word in tokens(spoken)}
    named = bool(colon) and len(name.split()) <= 4 and all(word.lower() in words for word in tokens(name))
    return rest if named else text


def _find_missing_facts(text: str, cited: str) -> str:
    """Return which number or name is missing in the cited text; empty when none is."""
    if missing := find_missing_quantity(text, cited):
        return f"{missing} in the cited segments"
    spoken = [word.lower() for word in tokens(cited)]
    for name in dict.fromkeys((*names(text), *projects_in(text), *_find_leading_names(text))):
        if not _is_spoken(name, spoken):
            return f"{name} is not in the cited segments"
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
            if candidate in spellings or stem(candidate) in spellings or wording.is_similar(candidate, joined_name):
                return True
    return False


def measure(
    claims: Sequence[Claim], transcript: Transcript, covered: Iterable[int], dropped: int, headings: int = 0
) -> Evidence:
    """Return the three separate figures over the published claims; `covered` are ids that the summarizer was shown.

    `dropped` is the number of statements that failed the check, `headings` that of headings by a model that passed it:
    they are claims too. Whether a claim is supported was decided when it was created: it is counted here, not checked
    again.
    """
    citations = [id for claim in claims for id in claim.evidence]
    ids = sorted(set(covered))
    total = sum(len(segment.text.split()) for segment in transcript.segments) or 1
    words = sum(len(transcript.segments[id].text.split()) for id in ids)
    resolved = sum(0 <= id < len(transcript.segments) for id in citations)
    supported = sum(claim.supported for claim in claims) + headings
    total_claims = len(claims) + headings
    return Evidence(
        citations=len(citations),
        citations_resolve=resolved / len(citations) if citations else 0.0,
        claims=total_claims,
        claims_supported=supported / total_claims if total_claims else 0.0,
        dropped=dropped,
        covered_share=words / total,
        covered_start=transcript.segments[ids[0]].start if ids else 0.0,
        covered_end=transcript.segments[ids[-1]].end if ids else 0.0,
    )
