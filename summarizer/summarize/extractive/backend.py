"""The back end without a model: the talk in its own words.

Sections are found where the vocabulary changes (TextTiling: Hearst 1997), sentences chosen by how much they tell of
what is special to the talk and its title, each for what it adds to those before (`Choice`), among those that can stand
alone (`salience`). It cannot invent, it is instant, and it reads like a set of quotes, because that is what it is.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence

from summarizer import evidence
from summarizer.config import SummarizeSettings
from summarizer.errors import BackendError, Refused
from summarizer.language.sentences import Sentence, sentences
from summarizer.language.words import content
from summarizer.records import Claim, Made, Section, Source, Summary, Transcript
from summarizer.stage import Answers, Backend, Opening
from summarizer.summarize.base import Summarizer
from summarizer.summarize.extractive import meeting
from summarizer.summarize.extractive.salience import readable, weights
from summarizer.summarize.kinds import choose_kind
from summarizer.summarize.topics import heading, split_topics

TLDR_WORDS, TAKEAWAY_WORDS, POINT_WORDS = 25, 20, 34
LEAST_WORDS = 5
LENGTH = 0.6  # how much of its length a sentence is charged; chosen on the half for tuning, as are the next two
WHOLE = 0.7  # how much it costs to be, perhaps, no whole sentence: the probability to this power
SAID_BEFORE = 0.1  # what a term is still worth when the summary has it already
WORTH_QUOTING = 0.35  # readability below which a section does without: greetings, housekeeping, halves of sentences


class Extractive:
    """Sentences of the talk, chosen and ordered."""

    def __init__(self, settings: SummarizeSettings) -> None:
        self._settings = settings

    def summarize(self, transcript: Transcript, source: Source, _answers: Answers | None = None) -> Summary:
        """Quotes with their evidence; raises `Refused("too_little")` when there are no whole sentences to quote."""
        started = time.monotonic()
        settings = self._settings
        found = sentences(transcript)
        choice = Choice(found, source)
        checker = evidence.Checker(transcript)
        # A quote is true by nature, but what the check cannot confirm (a name cut by clean-up) is not published either.
        quotes = {
            i: claim
            for i, sentence in enumerate(found)
            if LEAST_WORDS <= len(sentence.text.split()) <= POINT_WORDS
            and isinstance(claim := checker.check(sentence.text, sentence.segments), Claim)
        }
        if len(quotes) < 3:
            raise Refused(
                "too_little",
                f"only {len(quotes)} whole sentences can be quoted, 3 are needed",
                "Nothing to do.",
            )
        kind = choose_kind(source, transcript, settings.kind)
        (tldr,) = choice.best(list(quotes), 1, TLDR_WORDS)
        takeaways = choice.best([i for i in quotes if i != tldr], settings.max_takeaways, TAKEAWAY_WORDS)
        sections = self._sections(found, choice, quotes, {tldr, *takeaways}, settings)
        decisions, actions = meeting.decisions_and_actions(found, checker) if kind.lists_decisions else ((), ())
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
            made=Made(backend=EXTRACTIVE.name, seconds=round(time.monotonic() - started, 3)),
        )

    def _sections(
        self,
        found: Sequence[Sentence],
        choice: Choice,
        quotes: Mapping[int, Claim],
        taken: set[int],
        settings: SummarizeSettings,
    ) -> tuple[Section, ...]:
        sections = []
        ranges = split_topics([content(sentence.text) for sentence in found], settings.max_sections)
        for first, last in ranges:
            worthy = [i for i in quotes if first <= i < last and choice.quality[i] >= WORTH_QUOTING]
            # A takeaway is said again only where its section would be empty without it.
            inside = [i for i in worthy if i not in taken] or worthy
            chosen = sorted(choice.best(inside, settings.points_per_section, POINT_WORDS))
            if not chosen:
                continue
            own = [found[i].text for i in range(first, last)]
            others = [found[i].text for i in range(len(found)) if not first <= i < last]
            sections.append(
                Section(
                    heading=heading(own, others),
                    start=found[first].start,
                    end=found[last - 1].end,
                    claims=tuple(quotes[i] for i in chosen),
                )
            )
        return tuple(sections)


class Choice:
    """Sentences picked one after the other, each for what it adds to those before.

    What a sentence adds is the weight of its terms, less where they were said already, for its length: the greedy
    answer to a budgeted coverage problem (Lin and Bilmes 2011).
    """

    def __init__(self, found: Sequence[Sentence], source: Source) -> None:
        self.lengths = [len(sentence.text.split()) for sentence in found]
        self.bags = [set(content(sentence.text)) for sentence in found]
        self.quality = [readable(sentence.text) * math.pow(min(1.0, 1.5 * sentence.whole), WHOLE) for sentence in found]
        self.weights = weights(found, source)
        self.said: set[str] = set()

    def best(self, candidates: Sequence[int], count: int, most_words: int) -> list[int]:
        """Up to `count` sentences of at most `most_words` words, best first; what cannot stand alone only at need.

        Falls back to longer sentences only for the very first, so that there is always one.
        """
        short = [i for i in candidates if self.lengths[i] <= most_words] or list(candidates)[:1]
        left = [i for i in short if self.quality[i] > 0] or short
        chosen: list[int] = []
        while left and len(chosen) < count:
            best = max(left, key=lambda i: (self._gain(i), -i))
            chosen.append(best)
            self.said |= self.bags[best]
            left.remove(best)
        return chosen

    def _gain(self, i: int) -> float:
        new = sum(self.weights.get(word, 0.0) * (SAID_BEFORE if word in self.said else 1.0) for word in self.bags[i])
        return (self.quality[i] + 0.01) * new / math.pow(self.lengths[i] + 4, LENGTH)


def _open(opening: Opening) -> Summarizer:
    settings = opening.config.summarize
    if settings.language:
        raise BackendError(
            f"the extractive back end quotes the talk and cannot write in {settings.language!r}",
            "Set summarize.backend to transformers or openai, or leave summarize.language empty.",
        )
    return Extractive(settings)


EXTRACTIVE: Backend[Summarizer] = Backend(name="extractive", open=_open, settings=lambda _config: {})
