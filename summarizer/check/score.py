"""What a text looks like, as a score: cheap enough to take of every caption track before anything is spent on it.

The score is the mean of coverage, pace, punctuation and jargon, each scaled to 0..1 with fixed, hand-chosen scales. It
sees tracks that stop early, tracks of another speed than speech, and raw machine output; it does not see single wrong
words. `docs/benchmarks.md` has its distribution over real automatic captions.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from summarizer.language.matcher import term_pattern
from summarizer.records import TextScore, Transcript

PACE = (60.0, 110.0, 200.0, 320.0)  # words a minute: impossible below, ordinary between the inner two, impossible above
SENTENCE_ENDS = 5.0  # for every 100 words; as many count as full punctuation
TERMS = 10.0  # glossary terms for every 1,000 words that count as full marks
_ENDS = re.compile(r"[.!?。？！]+(?=\s|$)|[。？！]")


def score(transcript: Transcript, duration: float | None, terms: Collection[str] = ()) -> TextScore:
    """Rate a text. `duration` is the video's, seconds; `terms` are a glossary's names, none meaning not to look."""
    text = transcript.text
    words = len(text.split()) or 1
    timed = sum(segment.end - segment.start for segment in transcript.segments)
    marked = sum(span.end - span.start for span in transcript.spans)
    length = duration or transcript.duration or timed or 1.0
    coverage = min(1.0, (timed + marked) / length)
    pace = len(text.split()) / (timed / 60) if timed else 0.0
    ends = 100 * len(_ENDS.findall(text)) / words
    hits = 1000 * len(term_pattern(tuple(terms)).findall(text)) / words if terms else None
    parts = [coverage, _pace_share(pace), min(1.0, ends / SENTENCE_ENDS)]
    parts += [min(1.0, hits / TERMS)] if hits is not None else []
    return TextScore(
        score=round(sum(parts) / len(parts), 3),
        coverage=round(coverage, 3),
        words_per_minute=round(pace, 1),
        punctuation=round(ends, 2),
        glossary=None if hits is None else round(hits, 2),
    )


def _pace_share(pace: float) -> float:
    """1 at the speed of speech, falling to 0 where nobody speaks that slowly or fast."""
    none, slow, fast, impossible = PACE
    return max(0.0, min(1.0, (pace - none) / (slow - none), (impossible - pace) / (impossible - fast)))
