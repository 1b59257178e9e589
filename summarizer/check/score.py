"""Score a text by its form; this is cheap enough to do for every caption track before any expensive step.

The score is the mean of coverage, pace, punctuation and glossary terms, each scaled to 0..1 with fixed scales that were
chosen by hand. It detects tracks that stop early, tracks that are faster or slower than speech, and raw machine output;
it does not detect single wrong words. `docs/benchmarks.md` has its distribution over real automatic captions.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from summarizer.language.matcher import term_pattern
from summarizer.records import TextScore, Transcript

PACE = (60.0, 110.0, 200.0, 320.0)  # words per minute: 1 between the inner two, 0 below the first and above the last
SENTENCE_ENDS = 5.0  # per 100 words; this many or more score 1
TERMS = 10.0  # glossary terms per 1,000 words; this many or more score 1
_ENDS = re.compile(r"(?<![.!?。？！])[.!?。？！]+(?=\s|$)|[。？！]")


def score(transcript: Transcript, duration: float | None, terms: Collection[str] = ()) -> TextScore:
    """Score a text. `duration` is that of the video, seconds; `terms` are glossary names, empty to skip that part."""
    text = transcript.text
    words = len(text.split()) or 1
    timed = sum(segment.end - segment.start for segment in transcript.segments)
    marked = sum(span.end - span.start for span in transcript.spans)
    length = duration or transcript.duration or timed or 1.0
    coverage = min(1.0, (timed + marked) / length)
    pace = len(text.split()) / (timed / 60) if timed else 0.0
    ends = 100 * len(_ENDS.findall(text)) / words
    hits = 1000 * len(term_pattern(tuple(terms)).findall(text)) / words if terms else None
    parts = [coverage, _score_pace(pace), min(1.0, ends / SENTENCE_ENDS)]
    parts += [min(1.0, hits / TERMS)] if hits is not None else []
    return TextScore(
        score=round(sum(parts) / len(parts), 3),
        coverage=round(coverage, 3),
        words_per_minute=round(pace, 1),
        punctuation=round(ends, 2),
        glossary=None if hits is None else round(hits, 2),
    )


def _score_pace(pace: float) -> float:
    """Return 1 for the pace of ordinary speech, falling linearly to 0 at paces at which nobody speaks."""
    lowest, slow, fast, highest = PACE
    return max(0.0, min(1.0, (pace - lowest) / (slow - lowest), (highest - pace) / (highest - fast)))
