"""Find windows of a recording that are in another language than the rest, for meetings in several languages.

A recording has one main language, the most probable one over several windows. Text that Whisper writes in the wrong
language has a low mean log probability, so the language is detected again only in windows with a low value. The search
ends after `MAX_MISSES` detections in a row without another language. A talk in one language therefore costs at most
`MAX_MISSES` encoder passes, whatever its length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

# Mean log probability per token below which a window may be in another language. With Whisper base, windows of clear
# readings in the recording's language are at -0.06 to -0.25, and those in another language at -0.6 to -1.5.
MAX_LOG_PROBABILITY = -0.5
MIN_PROBABILITY = 0.8  # of another language, for a window to be recognised again in it
MAX_MISSES = 6  # detections in a row without another language, after which the search ends

WindowT = TypeVar("WindowT")  # the caller's own type of window


class RecognisedWindow(NamedTuple, Generic[WindowT]):
    """A recognised window, and how probable the model considers its text."""

    window: WindowT
    log_probability: float  # mean over the tokens


def find_windows_in_other_languages(
    windows: Sequence[RecognisedWindow[WindowT]], language: str, detect: Callable[[WindowT], Mapping[str, float]]
) -> dict[int, str]:
    """Return the language, ISO 639-1, of each window that is not in `language`, by the index of the window.

    `detect` returns the probability of each language for a window. It is called for the least probable windows first.
    """
    candidates = sorted(
        (i for i, window in enumerate(windows) if window.log_probability < MAX_LOG_PROBABILITY),
        key=lambda i: windows[i].log_probability,
    )
    languages: dict[int, str] = {}
    misses = 0
    for i in candidates:
        if misses >= MAX_MISSES:
            break
        probabilities = detect(windows[i].window)
        best = max(probabilities, key=lambda name: probabilities[name], default=language)
        if best != language and probabilities[best] >= MIN_PROBABILITY:
            languages[i], misses = best, 0
        else:
            misses += 1
    return languages
