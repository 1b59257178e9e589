"""The places of a talk that a statement cites: citations that are close together are one place.

A statement is supported when one of its places says all of it. Two places do not add up: a sentence of one half of a
talk and one of the other are a new statement that nobody made.
"""

from __future__ import annotations

from collections.abc import Sequence

from summarizer.records import Transcript

MAX_GAP = 2  # segments from one citation to the next of a place
MAX_SEGMENTS = 8  # of a place
MAX_WORDS = 200  # of a place with more segments; captions may have a segment for every few words
NEIGHBOURS = 1  # segments on either side that count as the same moment: a thought often ends in the next one


def split_places(ids: Sequence[int]) -> list[tuple[int, ...]]:
    """Return ascending ids of segments as places."""
    places: list[list[int]] = []
    for id in ids:
        if places and id - places[-1][-1] <= MAX_GAP:
            places[-1].append(id)
        else:
            places.append([id])
    return [tuple(place) for place in places]


def is_too_long(place: Sequence[int], transcript: Transcript) -> bool:
    """Return whether a place is a stretch of the talk rather than a moment."""
    words = sum(len(transcript.segments[id].text.split()) for id in range(place[0], place[-1] + 1))
    return place[-1] - place[0] >= MAX_SEGMENTS and words > MAX_WORDS


def widen(place: Sequence[int], transcript: Transcript) -> range:
    """Return the ids of the segments of a place, those between and the neighbours."""
    return range(max(0, place[0] - NEIGHBOURS), min(len(transcript.segments), place[-1] + NEIGHBOURS + 1))
