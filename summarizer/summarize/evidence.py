"""Does the talk say so? Claims against the segments they cite.

A claim is supported when all its numbers and names, and most of its other content words, are in the cited
segments or one segment to either side (speakers finish a thought in the next breath). That a citation exists is
a weaker fact and is counted apart. This is a check of words, not of meaning: it cannot see a dropped "not".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from summarizer.records import Claim, Evidence, Transcript
from summarizer.summarize.projects import projects_in
from summarizer.summarize.subject import refuse_other_subject
from summarizer.summarize.words import content, names, numbers, stem, tokens

__all__ = ["claim", "measure", "refuse_other_subject", "unsupported"]

NEIGHBOURS = 1  # segments to either side that count as the same moment
WORDS_SUPPORTED = 0.6  # share of a claim's content words that must be there


def unsupported(text: str, evidence: Sequence[int], transcript: Transcript) -> str:
    """Why the cited segments do not support a statement; empty when they do."""
    ids = {
        i for id in evidence for i in range(id - NEIGHBOURS, id + NEIGHBOURS + 1) if 0 <= i < len(transcript.segments)
    }
    cited = " ".join(transcript.segments[i].text for i in sorted(ids))
    speakers = " ".join(transcript.segments[i].speaker or "" for i in sorted(ids))
    there = {stem(word) for word in tokens(f"{cited} {speakers}")}
    joined = "".join(tokens(cited)).lower()  # "open telemetry" supports "OpenTelemetry"
    if missing := sorted(numbers(text) - numbers(cited)):
        return f"the number {missing[0]:g} is not in the cited segments"
    for name in (*names(text), *projects_in(text)):
        if stem(name) not in there and "".join(tokens(name)).lower() not in joined:
            return f"{name} is not in the cited segments"
    words = content(text)
    found = sum(word in there for word in words)
    if words and found / len(words) < WORDS_SUPPORTED:
        return f"only {found} of {len(words)} content words are in the cited segments"
    return ""


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
