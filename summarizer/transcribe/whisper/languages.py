"""Meetings in more than one language: which windows were recognised in the wrong one.

A recording gets one language, the likeliest over several windows. Whisper that is told the wrong language writes with
little confidence, so only windows with a low mean log probability are looked at again, and only as long as that pays:
after `PATIENCE` looks that found nothing else, the rest is taken for what it seems to be. A talk in one language thus
costs a few encoder passes at most, whatever its length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

LOW = -0.7  # mean log probability per token below which a window may be in another language; good speech is above -0.4
SURE = 0.8  # probability that another language must have
PATIENCE = 6  # looks without another language in a row

Place = TypeVar("Place")  # where a window lies, as the recogniser knows it


class Confidence(NamedTuple, Generic[Place]):
    """A recognised window, and how sure the model was of its words."""

    place: Place
    log_probability: float  # mean over the tokens


def others(
    windows: Sequence[Confidence[Place]], language: str, detect: Callable[[Place], Mapping[str, float]]
) -> dict[int, str]:
    """Windows, by their index, that are in another language than the recording's: ISO 639-1.

    `detect` gives every language's probability for a window. The least certain windows are asked about first.
    """
    doubtful = sorted(
        (i for i, window in enumerate(windows) if window.log_probability < LOW),
        key=lambda i: windows[i].log_probability,
    )
    found: dict[int, str] = {}
    in_vain = 0
    for i in doubtful:
        if in_vain >= PATIENCE:
            break
        scores = detect(windows[i].place)
        best = max(scores, key=lambda name: scores[name], default=language)
        if best != language and scores[best] >= SURE:
            found[i], in_vain = best, 0
        else:
            in_vain += 1
    return found
