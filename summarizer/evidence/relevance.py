"""Decide whether a summary is about this talk or about another subject.

A language model without usable input writes fluently about another subject. Each distinct word of the summary is
therefore scored by how much more likely it is in this talk than in talks in general. A word that is frequent here and
rare elsewhere counts many bits for the talk, a word that does not occur here counts one bit against it, and a word
that is frequent in all talks, such as "Kubernetes", counts about nothing. The mean over the words is the log-likelihood
ratio of a query under a smoothed language model (Ponte and Croft 1998; Zhai and Lafferty 2004). The threshold is 0,
where both are equally likely; it is in the middle of the gap between genuine and invented summaries that were labelled
by hand.
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

TALK_WEIGHT = 0.5  # weight of the talk's own word frequencies in the mixture; chosen on the tuning half
MIN_BITS = 0.0  # bits per word; below this, the words are more likely in talks in general
MIN_SHARE = 0.4  # share of words that must occur in the talk, for languages without a frequency table


class Vocabulary:
    """The word counts of a talk, computed once for any number of summaries."""

    def __init__(self, transcript: Transcript) -> None:
        words = [word.lower() for word in tokens(transcript.text)]
        self.total = max(len(words), 1)
        self.counts = Counter(stem(word) for word in words)
        self.counts.update({stem(a + b) for a, b in pairwise(words)} - set(self.counts))  # "open telemetry"

    def compute_bits(self, text: str) -> float:
        """Return the mean evidence that a text is about this talk, bits per distinct content word; 0 without words."""
        words = set(content(text))
        bits = (math.log2(1 - TALK_WEIGHT + TALK_WEIGHT * self.counts[w] / self.total / frequency(w)) for w in words)
        return sum(bits) / len(words) if words else 0.0

    def compute_share(self, text: str) -> float:
        """Return the share of a text's distinct content words that occur in the talk, 0..1."""
        words = set(content(text))
        return sum(self.counts[word] > 0 for word in words) / len(words) if words else 0.0


def refuse_other_subject(texts: Sequence[str], transcript: Transcript) -> None:
    """Raise `Refused("another_subject")` when the words of a summary are more likely those of another talk."""
    text = " ".join(texts)
    vocabulary = Vocabulary(transcript)
    remedy = "Try a larger summarize.llm.model."
    if transcript.language.split("-")[0] not in {"en", "und"}:
        share = vocabulary.compute_share(text)
        if share < MIN_SHARE:
            raise Refused(
                "another_subject",
                f"only {share:.0%} of the summary's words occur in the talk, {MIN_SHARE:.0%} are needed",
                remedy,
            )
        return
    bits = vocabulary.compute_bits(text)
    if bits < MIN_BITS:
        raise Refused(
            "another_subject",
            f"the summary's words indicate another talk by {-bits:.2f} bits a word",
            remedy,
        )
