"""Tables of one talk, and the figures that the pictures show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from summarizer.digest import escape, timestamp
from summarizer.evidence.support import NEIGHBOURS, find_problem
from summarizer.language.function_words import STOP_WORDS
from summarizer.language.words import numbers, stem, tokens
from summarizer.library.reader import FinishedTalk
from summarizer.records import Claim, Segment

if TYPE_CHECKING:
    from numpy.typing import NDArray

PAUSE = 1.0  # seconds without a word that count as a pause


class Rows(tuple[tuple[str, ...], ...]):
    """A table that notebooks show as one; the first row is its heading, and foreign text is escaped."""

    def _repr_markdown_(self) -> str:
        heading, *rest = ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in self]
        return "\n".join([heading, "|" + "---|" * len(self[0]), *rest])


# -- tables ---------------------------------------------------------------------------------------------------


def metadata(talk: FinishedTalk) -> Rows:
    """What is known of the talk."""
    source = talk.source
    made = talk.transcript.made if talk.transcript else None
    known = {
        "title": source.title,
        "speakers": ", ".join(source.speakers),
        "channel": source.channel,
        "published": str(source.published or ""),
        "length": timestamp(talk.duration),
        "caption tracks": ", ".join(f"{track.kind} {track.language} {track.format}" for track in source.captions),
        "text from": " ".join(filter(None, (made.backend, made.model))) if made else "",
        "words": str(sum(len(segment.text.split()) for segment in talk.segments)),
        "digest": talk.refusal or (talk.summary.kind if talk.summary else "none yet"),
    }
    return Rows((("field", "value"), *((name, value) for name, value in known.items() if value)))


def stages(talk: FinishedTalk) -> Rows:
    """What the cache holds behind the page: each stage with its verdict or file, and what it cost."""
    rows = [
        (
            entry.stage,
            f"refused: {entry.refusal.message}" if entry.refusal else entry.files[0].name if entry.files else "passed",
            f"{entry.files[0].bytes / 1000:.1f} kB" if entry.files else "",
            f"{entry.seconds:.2f} s",
        )
        for entry in talk.entries
    ]
    return Rows((("stage", "result", "size", "took"), *rows))


def corrections(talk: FinishedTalk) -> Rows:
    """Names that the glossary put right, with their moments."""
    rows = [(timestamp(change.time), change.before, change.after, change.why) for change in talk.corrections]
    return Rows((("time", "heard", "now", "why"), *rows))


def pauses(segments: Sequence[Segment], least: float = PAUSE) -> list[tuple[float, float]]:
    """(start, end) of every stretch of at least so many seconds between segments."""
    return [(a.end, b.start) for a, b in pairwise(segments) if b.start - a.end >= least]


def words_per_minute(
    segments: Sequence[Segment], duration: float, window: float = 20.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times (s) and words a minute around each: a moving average whose Gaussian weights hold 95 % within `window` (s).

    Every word is placed evenly inside its segment. At the ends the average is over the part inside the talk.
    """
    places = [
        segment.start + (i + 0.5) * (segment.end - segment.start) / len(words)
        for segment in segments
        if (words := segment.text.split())
        for i in range(len(words))
    ]
    length = max(duration, 1.0)
    times = np.linspace(0.0, length, 400)
    fine = np.arange(0.0, length, min(0.5, length / 400)) + min(0.25, length / 800)
    counts, _ = np.histogram(places, bins=len(fine), range=(0.0, length))
    weights = np.exp(-0.5 * ((times[:, None] - fine[None, :]) / (window / 4)) ** 2)
    step = length / len(fine)
    return times, 60.0 / step * (weights @ counts) / weights.sum(axis=1)


# -- words and what supports them -----------------------------------------------------------------------------


def check_words(talk: FinishedTalk, claim: Claim) -> list[tuple[str, str]]:
    """Each word of a claim with "cited" (in a cited segment), "beside" (in a neighbour), "absent" or "common"."""
    cited = _stems(talk.segments, claim.evidence)
    beside = _stems(talk.segments, around(talk, claim))
    verdicts = []
    for word in claim.text.split():
        stems = checked_stems(word)
        state = "common" if not stems else "cited" if stems <= cited else "beside" if stems <= beside else "absent"
        verdicts.append((word, state))
    return verdicts


def checked_stems(word: str) -> set[str]:
    """What of a written word is looked for: its parts without function words; numbers always count."""
    return {stem(part) for part in tokens(word) if part.lower() not in STOP_WORDS or numbers(part)}


def around(talk: FinishedTalk, claim: Claim) -> list[int]:
    """Ids of the segments that may support a claim: those it cites and their neighbours."""
    near = {id + step for id in claim.evidence for step in range(-NEIGHBOURS, NEIGHBOURS + 1)}
    return sorted(near & set(range(len(talk.segments))))


def _stems(segments: Sequence[Segment], ids: Iterable[int]) -> set[str]:
    return {stem(word) for id in ids for word in tokens(f"{segments[id].text} {segments[id].speaker or ''}")}


def verdict(talk: FinishedTalk, claim: Claim) -> str:
    """What the evidence check says of a claim, in words."""
    assert talk.transcript is not None, "claims come from a transcript"  # noqa: S101 - narrows the type
    return find_problem(claim.text, claim.evidence, talk.transcript) or "supported"
