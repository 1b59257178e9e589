"""The back end without a model: it quotes the talk.

Sections begin where the vocabulary changes (TextTiling: Hearst 1997). Sentences that can be understood alone
(`salience`) are selected one after the other, each by how many important terms it adds to the earlier ones
(`Selection`). Nothing can be invented and it takes less than a second, but the result reads like a list of quotes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence

from summarizer import evidence
from summarizer.config import SummarizeSettings
from summarizer.errors import Refused
from summarizer.language.sentences import Sentence, sentences
from summarizer.language.words import content
from summarizer.records import Claim, Provenance, Section, Source, Summary, Transcript
from summarizer.stage import Answers
from summarizer.summarize.extractive import EXTRACTIVE, meeting
from summarizer.summarize.extractive.salience import rate_readability, weigh_terms
from summarizer.summarize.kinds import choose_kind
from summarizer.summarize.limits import TAKEAWAY_WORDS, TLDR_WORDS
from summarizer.summarize.topics import make_heading, split_topics

POINT_WORDS = 34  # maximum length of a point in a section
MIN_WORDS = 5
# The next three were chosen on the tuning half of the evaluation talks.
LENGTH_EXPONENT = 0.6  # the gain of a sentence is divided by its length to this power
COMPLETENESS_EXPONENT = 0.7  # its quality is multiplied by the probability that it is complete, to this power
REPEATED_WEIGHT = 0.1  # share of its weight that a term keeps when the summary already contains it
MIN_QUALITY = 0.35  # sections omit sentences below this: greetings, housekeeping, incomplete sentences


class Extractive:
    """Selects sentences of the talk and arranges them."""

    def __init__(self, settings: SummarizeSettings) -> None:
        self._settings = settings

    def summarize(self, transcript: Transcript, source: Source, _answers: Answers | None = None) -> Summary:
        """Return quotes with their evidence; raise `Refused("too_little")` when too few sentences can be quoted."""
        started = time.monotonic()
        settings = self._settings
        talk_sentences = sentences(transcript)
        selection = Selection(talk_sentences, source)
        checker = evidence.Checker(transcript)
        # Quotes are checked like all claims: the clean-up of a sentence may have removed part of a name.
        quotes = {
            i: claim
            for i, sentence in enumerate(talk_sentences)
            if MIN_WORDS <= len(sentence.text.split()) <= POINT_WORDS
            and isinstance(claim := checker.check(sentence.text, sentence.segments), Claim)
        }
        if len(quotes) < 3:
            raise Refused(
                "too_little",
                f"only {len(quotes)} complete sentences can be quoted, 3 are needed",
                "Nothing to do.",
            )
        kind = choose_kind(source, transcript, settings.kind)
        (tldr,) = selection.select(list(quotes), 1, TLDR_WORDS)
        takeaways = selection.select([i for i in quotes if i != tldr], settings.max_takeaways, TAKEAWAY_WORDS)
        sections = self._make_sections(talk_sentences, selection, quotes, {tldr, *takeaways}, settings)
        decisions, actions = (
            meeting.find_decisions_and_actions(talk_sentences, checker) if kind.lists_decisions else ((), ())
        )
        summary_claims = [quotes[i] for i in (tldr, *sorted(takeaways))]
        claims = [
            *summary_claims,
            *decisions,
            *actions,
            *(claim for section in sections for claim in section.claims),
        ]
        return Summary(
            video_id=transcript.video_id,
            kind=kind.name,
            quoted=True,
            tldr=summary_claims[0],
            takeaways=tuple(summary_claims[1:]),
            sections=sections,
            decisions=decisions,
            actions=actions,
            evidence=evidence.measure(claims, transcript, range(len(transcript.segments)), dropped=0),
            made=Provenance(backend=EXTRACTIVE.name, seconds=round(time.monotonic() - started, 3)),
        )

    def _make_sections(
        self,
        talk_sentences: Sequence[Sentence],
        selection: Selection,
        quotes: Mapping[int, Claim],
        used: set[int],
        settings: SummarizeSettings,
    ) -> tuple[Section, ...]:
        sections = []
        ranges = split_topics([content(sentence.text) for sentence in talk_sentences], settings.max_sections)
        for first, last in ranges:
            readable = [i for i in quotes if first <= i < last and selection.quality[i] >= MIN_QUALITY]
            # A takeaway is repeated in a section only if the section would otherwise be empty.
            candidates = [i for i in readable if i not in used] or readable
            chosen = sorted(selection.select(candidates, settings.points_per_section, POINT_WORDS))
            if not chosen:
                continue
            inside = [talk_sentences[i].text for i in range(first, last)]
            outside = [talk_sentences[i].text for i in range(len(talk_sentences)) if not first <= i < last]
            sections.append(
                Section(
                    heading=make_heading(inside, outside),
                    start=talk_sentences[first].start,
                    end=talk_sentences[last - 1].end,
                    claims=tuple(quotes[i] for i in chosen),
                )
            )
        return tuple(sections)


class Selection:
    """Selects sentences one after the other, each by its gain over those selected before.

    The gain is the weight of the sentence's terms, reduced for terms that are already covered, relative to its length:
    the greedy solution of a budgeted coverage problem (Lin and Bilmes 2011).
    """

    def __init__(self, talk_sentences: Sequence[Sentence], source: Source) -> None:
        self.lengths = [len(sentence.text.split()) for sentence in talk_sentences]
        self.terms = [set(content(sentence.text)) for sentence in talk_sentences]
        self.quality = [
            rate_readability(sentence.text) * math.pow(min(1.0, 1.5 * sentence.completeness), COMPLETENESS_EXPONENT)
            for sentence in talk_sentences
        ]
        self.weights = weigh_terms(talk_sentences, source)
        self.covered: set[str] = set()

    def select(self, candidates: Sequence[int], count: int, max_words: int) -> list[int]:
        """Return up to `count` sentences of at most `max_words` words, best first.

        Sentences that cannot be understood alone are used only when there are no others, and a longer sentence only
        when there is no short one, so that the result is empty only without candidates.
        """
        short = [i for i in candidates if self.lengths[i] <= max_words] or list(candidates)[:1]
        remaining = [i for i in short if self.quality[i] > 0] or short
        chosen: list[int] = []
        while remaining and len(chosen) < count:
            best = max(remaining, key=lambda i: (self._compute_gain(i), -i))
            chosen.append(best)
            self.covered |= self.terms[best]
            remaining.remove(best)
        return chosen

    def _compute_gain(self, i: int) -> float:
        weight = sum(
            self.weights.get(term, 0.0) * (REPEATED_WEIGHT if term in self.covered else 1.0) for term in self.terms[i]
        )
        return (self.quality[i] + 0.01) * weight / math.pow(self.lengths[i] + 4, LENGTH_EXPONENT)
