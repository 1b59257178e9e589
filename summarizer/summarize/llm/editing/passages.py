"""Choose the passages of a talk that the model edits: every stretch of the talk has one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from summarizer.language.sentences import Sentence
from summarizer.language.words import content
from summarizer.summarize.chapters import Stretch
from summarizer.summarize.extractive.salience import rate_readability
from summarizer.summarize.questions import Role

PASSAGE_WORDS = 90  # maximum length; with 150, small models leave out more and join facts that do not belong together
STRETCH_WORDS = 100  # about the minimum length of the stretch of the talk from which one passage is chosen
BASE_QUALITY = 0.15  # share of its weight that a sentence keeps when it cannot be quoted


@dataclass(frozen=True)
class Passage:
    """Adjacent sentences of one section."""

    sentences: tuple[Sentence, ...]
    section: int  # number of the section

    @property
    def text(self) -> str:
        """The text of all sentences."""
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def segments(self) -> tuple[int, ...]:
        """The ids of the segments of all sentences, ascending."""
        return tuple(sorted({id for sentence in self.sentences for id in sentence.segments}))

    def choose_half(self, weights: Mapping[str, float]) -> Passage | None:
        """The half with more weight, for another attempt; None if the passage is a single sentence."""
        if len(self.sentences) < 2:
            return None
        middle = len(self.sentences) // 2
        halves = self.sentences[middle:], self.sentences[:middle]
        return Passage(max(halves, key=lambda half: sum(_rate(s, weights) for s in half)), self.section)


def choose_passages(
    talk_sentences: Sequence[Sentence],
    roles: Sequence[Role],
    sections: Sequence[Stretch],
    weights: Mapping[str, float],
    per_section: int,
) -> list[Passage]:
    """Return passages in the order of the talk, up to `per_section` for each section.

    They contain only what belongs to the talk by its role. `weights` are those of the talk's terms
    (`salience.weigh_terms`).
    """
    passages = []
    for number, section in enumerate(sections):
        own = [talk_sentences[i] for i in range(section.first, section.last) if roles[i] in {Role.TALK, Role.ANSWER}]
        passages += [Passage(_choose_window(stretch, weights), number) for stretch in _divide(own, per_section)]
    return passages


def _divide(section: Sequence[Sentence], most: int) -> list[Sequence[Sentence]]:
    """Divide a section into stretches of about equal numbers of words, each of about `STRETCH_WORDS` or more."""
    lengths = [len(sentence.text.split()) for sentence in section]
    count = max(1, min(most, round(sum(lengths) / STRETCH_WORDS)))
    stretches: list[list[Sentence]] = [[] for _ in range(count)]
    before = 0
    for sentence, length in zip(section, lengths, strict=True):
        stretches[min(count - 1, int((before + length / 2) * count / max(sum(lengths), 1)))].append(sentence)
        before += length
    return [stretch for stretch in stretches if stretch]


def _choose_window(stretch: Sequence[Sentence], weights: Mapping[str, float]) -> tuple[Sentence, ...]:
    """Return the adjacent sentences of at most `PASSAGE_WORDS` words with the highest sum of weights."""
    values = [_rate(sentence, weights) for sentence in stretch]
    lengths = [len(sentence.text.split()) for sentence in stretch]
    best, chosen = (-math.inf, 0), (0, 1)
    for first in range(len(stretch)):
        words, value = 0, 0.0
        for last in range(first, len(stretch)):
            words += lengths[last]
            if words > PASSAGE_WORDS and last > first:
                break
            value += values[last]
            if (value, words) > best:
                best, chosen = (value, words), (first, last + 1)
    return tuple(stretch[slice(*chosen)])


def _rate(sentence: Sentence, weights: Mapping[str, float]) -> float:
    quality = BASE_QUALITY + rate_readability(sentence.text)
    return quality * sum(weights.get(term, 0.0) for term in set(content(sentence.text)))
