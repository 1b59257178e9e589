"""Select the sentences of a summary: the TL;DR, takeaways that stand alone, and the points of sections.

Sentences are selected one after the other, each by its gain over those selected before. The gain is the weight of the
sentence's terms, reduced for terms that are already covered, relative to its length: the greedy solution of a budgeted
coverage problem (Lin and Bilmes 2011).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from summarizer.language.sentences import Sentence
from summarizer.language.words import content
from summarizer.records import Source
from summarizer.summarize.extractive.salience import rate_introduction, rate_readability, weigh_terms
from summarizer.summarize.form import announces, is_vague, repeats, runs_on, stands_alone
from summarizer.summarize.questions import Role

# The next values were chosen on the tuning half of the evaluation talks.
LENGTH_EXPONENT = 0.6  # the gain of a sentence is divided by its length to this power
COMPLETENESS_EXPONENT = 1.5  # its quality is multiplied by the probability that it is complete, to this power
MIN_COMPLETENESS = 0.03  # of a quote
TLDR_COMPLETENESS = 0.12
LIKELY = 0.2  # completeness of a point
POSSIBLE = 0.12  # completeness of the only sentence of a tenth of the talk
MIN_READABILITY = 0.25  # of a point; a section without any other has a worse one
CERTAIN = (0.45, 0.25, 0.12)  # completeness of a TL;DR or a takeaway: no uncertain boundary inside it or around it
MIN_ALONE = 8  # sentences that stand alone, below which the lower completeness suffices
REPEATED_WEIGHT = 0.1  # share of its weight that a term keeps when the summary already contains it
ANSWER_WEIGHT = 0.5  # of what is said in the time for questions
ANNOUNCEMENT_WEIGHT = 0.5  # of what announces or points at something
RUN_ON_WEIGHT = 0.4  # of a sentence in which a full stop may be missing
NEAR_WEIGHT = 0.8  # of a sentence in a tenth of the talk that has one already
TENTHS = 10
MAIN_TERMS = 8  # of a talk; a TL;DR has some of them


class Selection:
    """Selects sentences, none of which repeats an earlier one."""

    def __init__(self, talk_sentences: Sequence[Sentence], roles: Sequence[Role], source: Source) -> None:
        self._sentences = talk_sentences
        self._terms = [set(content(sentence.text)) for sentence in talk_sentences]
        self._lengths = [len(sentence.text.split()) for sentence in talk_sentences]
        self._readability = [rate_readability(sentence.text) for sentence in talk_sentences]
        self._quality = [
            readability
            * math.pow(min(1.0, 1.5 * sentence.completeness), COMPLETENESS_EXPONENT)
            * (ANSWER_WEIGHT if role is Role.ANSWER else 1.0)
            * (ANNOUNCEMENT_WEIGHT if announces(sentence.text) else 1.0)
            * (RUN_ON_WEIGHT if runs_on(sentence.text) else 1.0)
            for sentence, role, readability in zip(talk_sentences, roles, self._readability, strict=True)
        ]
        self._roles = roles
        self._weights = weigh_terms(talk_sentences, source)
        main = set(sorted(self._weights, key=lambda term: (-self._weights[term], term))[:MAIN_TERMS])
        self._introductions = [
            rate_introduction(sentence.text, source, at / len(talk_sentences)) * (1 + 0.5 * len(main & self._terms[at]))
            for at, sentence in enumerate(talk_sentences)
        ]
        self._covered: set[str] = set()
        self._chosen: list[int] = []

    def select_tldr(self, candidates: Sequence[int], max_words: int) -> int:
        """Return the sentence that says best what the talk is about; of the others only when none stands alone."""
        alone = self._find_alone(candidates, max_words, TLDR_COMPLETENESS)
        (best,) = self._select(
            [i for i in alone if not is_vague(self._sentences[i].text)]
            or alone
            or self._limit(candidates, max_words)
            or list(candidates),
            1,
            lambda i: self._introductions[i],
        )
        return best

    def select_takeaways(self, candidates: Sequence[int], count: int, max_words: int) -> list[int]:
        """Return up to `count` sentences that stand alone, from different parts of the talk, best first."""
        alone: list[int] = []
        for completeness in CERTAIN:
            alone = self._find_alone(candidates, max_words, completeness)
            if len(alone) >= MIN_ALONE:
                break
        return self._select(alone, count, lambda i: math.sqrt(self._introductions[i]) * self._weigh_place(i))

    def select_points(self, candidates: Sequence[int], count: int, max_words: int) -> list[int]:
        """Return up to `count` sentences of a section, best first.

        Less likely sentences represent the tenths of the talk that have no other, and a section without any other.
        """
        short = self._limit(candidates, max_words)
        readable = [i for i in short if self._readability[i] >= MIN_READABILITY]
        likely = [i for i in readable if self._sentences[i].completeness >= LIKELY]
        selected = self._select(likely, count, self._weigh_place)
        for tenth in sorted({self._find_tenth(i) for i in readable} - {self._find_tenth(i) for i in self._chosen[1:]}):
            if len(selected) < count:
                possible = [i for i in readable if self._find_tenth(i) == tenth]
                possible = [i for i in possible if self._sentences[i].completeness >= POSSIBLE]
                selected += self._select(possible, 1, self._weigh_place)
        return selected or self._select(short, 1, self._weigh_place)

    def _find_alone(self, candidates: Sequence[int], max_words: int, completeness: float) -> list[int]:
        return [
            i
            for i in self._limit(candidates, max_words)
            if self._roles[i] is Role.TALK
            and self._sentences[i].completeness >= completeness
            and stands_alone(self._sentences[i].text)
        ]

    def _limit(self, candidates: Sequence[int], max_words: int) -> list[int]:
        return [i for i in candidates if self._lengths[i] <= max_words]

    def _weigh_place(self, i: int) -> float:
        """Return a lower weight for a sentence from a tenth of the talk that has a takeaway or a point already."""
        return NEAR_WEIGHT if self._find_tenth(i) in {self._find_tenth(j) for j in self._chosen[1:]} else 1.0

    def _find_tenth(self, i: int) -> int:
        return TENTHS * i // len(self._sentences)

    def _select(self, candidates: Sequence[int], count: int, weigh: Callable[[int], float]) -> list[int]:
        selected: list[int] = []
        remaining = [i for i in candidates if i not in self._chosen]
        while remaining and len(selected) < count:
            best = max(remaining, key=lambda i: (self._compute_gain(i) * weigh(i), -i))
            remaining.remove(best)
            if repeats(self._sentences[best].text, [self._sentences[i].text for i in self._chosen]):
                continue
            selected.append(best)
            self._chosen.append(best)
            self._covered |= self._terms[best]
        return selected

    def _compute_gain(self, i: int) -> float:
        weight = sum(
            self._weights.get(term, 0.0) * (REPEATED_WEIGHT if term in self._covered else 1.0)
            for term in self._terms[i]
        )
        return (self._quality[i] + 0.01) * weight / math.pow(self._lengths[i] + 4, LENGTH_EXPONENT)
