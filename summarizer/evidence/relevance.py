"""Is a summary about this talk, or about something else?

A language model that was given nothing writes fluently about another subject. So every word of the summary is asked:
is it more likely from this talk, or from talks at large? A word said often here and seldom elsewhere speaks for the
talk by many bits, one that was never said speaks against it by one, and "Kubernetes" says nothing either way. The mean
over the distinct words is the log-likelihood ratio of a query under a smoothed language model (Ponte and Croft 1998;
Zhai and Lafferty 2004). Its natural threshold, 0, lies in the middle of the gap between summaries labelled by hand.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from summarizer.errors import Refused
from summarizer.language.frequency import frequency
from summarizer.language.words import content, stem, tokens
from summarizer.records import Transcript

OWN = 0.5  # weight of the talk's own words in the mixture; chosen on the half for tuning
SAME_SUBJECT = 0.0  # bits a word; below, the words are more likely from talks at large
SAME_WORDS = 0.4  # share of words found, where there is no table of the language


class Spoken:
    """What a talk said, counted once for any number of summaries held against it."""

    def __init__(self, transcript: Transcript) -> None:
        said = [word.lower() for word in tokens(transcript.text)]
        self.total = max(len(said), 1)
        self.counts = Counter(stem(word) for word in said)
        self.counts.update({stem(a + b) for a, b in pairwise(said)} - set(self.counts))  # "open telemetry"

    def bits(self, text: str) -> float:
        """Mean evidence of a text's distinct content words that it is about this talk, bits a word; 0 without words."""
        words = set(content(text))
        bits = (math.log2(1 - OWN + OWN * self.counts[w] / self.total / frequency(w)) for w in words)
        return sum(bits) / len(words) if words else 0.0

    def share(self, text: str) -> float:
        """Share of a text's distinct content words that were said, 0..1."""
        words = set(content(text))
        return sum(self.counts[word] > 0 for word in words) / len(words) if words else 0.0


def refuse_other_subject(texts: Sequence[str], transcript: Transcript) -> None:
    """Raise `Refused("another_subject")` when a summary's words are more likely those of another talk."""
    text = " ".join(texts)
    spoken = Spoken(transcript)
    remedy = "Try a larger summarize.llm.model."
    if transcript.language.split("-")[0] not in {"en", "und"}:
        share = spoken.share(text)
        if share < SAME_WORDS:
            raise Refused(
                "another_subject",
                f"only {share:.0%} of the summary's words occur in the talk, {SAME_WORDS:.0%} are needed",
                remedy,
            )
        return
    bits = spoken.bits(text)
    if bits < SAME_SUBJECT:
        raise Refused(
            "another_subject",
            f"the summary's words speak for another talk by {-bits:.2f} bits a word",
            remedy,
        )
