"""Tables of one talk, and the data for its pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from summarizer.digest import escape, timestamp
from summarizer.evidence.places import NEIGHBOURS
from summarizer.evidence.support import find_problem
from summarizer.language.function_words import STOP_WORDS
from summarizer.language.words import numbers, stem, tokens
from summarizer.library.reader import FinishedTalk
from summarizer.records import Claim, Segment

if TYPE_CHECKING:
    from numpy.typing import NDArray

PAUSE = 1.0  # minimum length of a pause, seconds
SILENCE = -60.0  # dBFS; quieter sound is drawn as silence
_COLUMNS = 1500  # of the picture of the sound
# Distances of the marks on a time axis, seconds: round numbers of seconds, minutes and hours.
_TICKS = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_MOST_TICKS = 12


class Rows(tuple[tuple[str, ...], ...]):
    """A table that notebooks render as markdown; the first row is the heading, and all text is escaped."""

    def _repr_markdown_(self) -> str:
        heading, *rest = ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in self]
        return "\n".join([heading, "|" + "---|" * len(self[0]), *rest])


# -- tables ---------------------------------------------------------------------------------------------------


def metadata(talk: FinishedTalk) -> Rows:
    """Metadata of the talk."""
    source = talk.source
    made = talk.transcript.made if talk.transcript else None
    fields = {
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
    return Rows((("field", "value"), *((name, value) for name, value in fields.items() if value)))


def stages(talk: FinishedTalk) -> Rows:
    """The results from which the page was made: for each stage its refusal or file, its size and its duration."""
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
    """The names that the glossary corrected, with their times."""
    rows = [(timestamp(change.time), change.before, change.after, change.why) for change in talk.corrections]
    return Rows((("time", "recognised", "corrected", "reason"), *rows))


def pauses(segments: Sequence[Segment], least: float = PAUSE) -> list[tuple[float, float]]:
    """(start, end) of every gap between segments that lasts at least `least` seconds."""
    return [(a.end, b.start) for a, b in pairwise(segments) if b.start - a.end >= least]


def stretches(segments: Sequence[Segment], least: float = PAUSE) -> list[tuple[float, float]]:
    """(start, length) of the speech between pauses: neighbouring segments are one stretch."""
    joined: list[list[float]] = []
    for segment in segments:
        if joined and segment.start - joined[-1][1] < least:
            joined[-1][1] = max(joined[-1][1], segment.end)
        else:
            joined.append([segment.start, segment.end])
    return [(start, end - start) for start, end in joined]


def tick_seconds(duration: float) -> int:
    """The distance of the marks on a time axis, seconds."""
    return next((ticks for ticks in _TICKS if duration / ticks <= _MOST_TICKS), _TICKS[-1])


def sound_levels(
    samples: NDArray[np.float32], rate: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Times (s), peak and loudness (RMS) of short blocks, in decibels below full scale; at least `SILENCE`."""
    size = max(1, len(samples) // _COLUMNS)
    blocks = np.abs(samples[: len(samples) // size * size], dtype=np.float64).reshape(-1, size)
    times = (np.arange(len(blocks)) + 0.5) * size / rate
    amplitudes = (blocks.max(axis=1), np.sqrt((blocks**2).mean(axis=1)))
    peak, loudness = (20 * np.log10(np.maximum(values, 10 ** (SILENCE / 20))) for values in amplitudes)
    return times, peak, loudness


def words_per_minute(
    segments: Sequence[Segment], duration: float, window: float = 20.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times (s) and the words per minute around each: a Gaussian average with 95 % of its weight within `window` (s).

    Words are spread evenly over their segment. At both ends, the average covers only the time inside the talk.
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


# -- words and their support ----------------------------------------------------------------------------------


def check_words(talk: FinishedTalk, claim: Claim) -> list[tuple[str, str]]:
    """The words of a claim with "cited" (in a cited segment), "beside" (in a neighbour), "absent" or "common"."""
    cited = _stems(talk.segments, claim.evidence)
    beside = _stems(talk.segments, around(talk, claim))
    verdicts = []
    for word in claim.text.split():
        stems = checked_stems(word)
        state = "common" if not stems else "cited" if stems <= cited else "beside" if stems <= beside else "absent"
        verdicts.append((word, state))
    return verdicts


def checked_stems(word: str) -> set[str]:
    """The stems of a word that are searched for: function words are excluded, numbers never are."""
    return {stem(part) for part in tokens(word) if part.lower() not in STOP_WORDS or numbers(part)}


def around(talk: FinishedTalk, claim: Claim) -> list[int]:
    """Ids of the segments that may support a claim: the cited ones and their neighbours."""
    near = {id + step for id in claim.evidence for step in range(-NEIGHBOURS, NEIGHBOURS + 1)}
    return sorted(near & set(range(len(talk.segments))))


def _stems(segments: Sequence[Segment], ids: Iterable[int]) -> set[str]:
    return {stem(word) for id in ids for word in tokens(f"{segments[id].text} {segments[id].speaker or ''}")}


def verdict(talk: FinishedTalk, claim: Claim) -> str:
    """The result of the evidence check of a claim, as text."""
    assert talk.transcript is not None, "claims come from a transcript"  # noqa: S101 - narrows the type
    return find_problem(claim.text, claim.evidence, talk.transcript) or "supported"
