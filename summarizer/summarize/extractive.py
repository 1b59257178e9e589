"""The back end without a model: the talk in its own words.

Sections are found where the vocabulary changes (TextTiling: Hearst 1997), sentences chosen by how much they
share with the rest of the talk and with its title (centroid scoring: Radev et al. 2004), and chosen apart from
one another (maximal marginal relevance: Carbonell and Goldstein 1998). It cannot invent, it is instant, and it
reads like a set of quotes, because that is what it is.
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Sequence

from summarizer.errors import Refused
from summarizer.records import Claim, Made, Section, Source, Summary, Transcript
from summarizer.settings import SummarizeSettings
from summarizer.summarize import evidence, meeting
from summarizer.summarize.kind import choose_kind
from summarizer.summarize.sentences import Sentence, sentences
from summarizer.summarize.topics import heading, split_topics
from summarizer.summarize.words import content, numbers

TLDR_WORDS, TAKEAWAY_WORDS, POINT_WORDS = 25, 20, 40
_CUE = re.compile(
    r"\b(lesson|learned|important|key|best|problem|solution|decided|because|instead|found|should|must|never|always|means"
    r"|result|recommend|advice|first|goal|reason|faster|smaller|agreed)\b",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"\b(thank|thanks|welcome|hello|good morning|good afternoon|my name|i'm|i am|question|raise your hand|next slide"
    r"|subscribe|today (?:i|we)|talk about|agenda|this talk|here we|see you)\b",
    re.IGNORECASE,
)
_DEICTIC = re.compile(
    r"^(and|but|so|or|this|that|these|those|it|its|they|he|she|here|there|which|then)\b", re.IGNORECASE
)


class Extractive:
    """Sentences of the talk, chosen and ordered."""

    name = "extractive"

    def summarize(
        self, transcript: Transcript, source: Source, settings: SummarizeSettings, _parts: object = None
    ) -> Summary:
        """Quotes with their evidence; raises `Refused("too_little")` when there are no whole sentences to quote."""
        started = time.monotonic()
        found = sentences(transcript)
        scores = score(found, source)
        usable = [i for i, sentence in enumerate(found) if 5 <= len(sentence.text.split()) <= POINT_WORDS]
        if len(usable) < 3:
            raise Refused(
                "too_little",
                f"only {len(usable)} whole sentences can be quoted, 3 are needed",
                "Nothing to do.",
            )
        kind = choose_kind(source, transcript, settings)
        tldr = pick(found, scores, usable, 1, TLDR_WORDS)[0]
        takeaways = pick(found, scores, [i for i in usable if i != tldr], settings.max_takeaways, TAKEAWAY_WORDS)
        sections = self._sections(found, scores, usable, {tldr}, transcript, settings)
        decisions, actions = meeting.decisions_and_actions(found, transcript) if kind == "meeting" else ((), ())
        summary_claims = [_claim(found[i], transcript) for i in (tldr, *sorted(takeaways))]
        claims = [
            *summary_claims,
            *decisions,
            *actions,
            *(claim for section in sections for claim in section.claims),
        ]
        return Summary(
            video_id=transcript.video_id,
            kind=kind,
            tldr=summary_claims[0],
            takeaways=tuple(summary_claims[1:]),
            sections=sections,
            decisions=decisions,
            actions=actions,
            evidence=evidence.measure(claims, transcript, range(len(transcript.segments)), dropped=0),
            made=Made(backend=self.name, seconds=round(time.monotonic() - started, 3)),
        )

    def _sections(
        self,
        found: Sequence[Sentence],
        scores: Sequence[float],
        usable: Sequence[int],
        taken: set[int],
        transcript: Transcript,
        settings: SummarizeSettings,
    ) -> tuple[Section, ...]:
        sections = []
        ranges = split_topics([content(sentence.text) for sentence in found], settings.max_sections)
        for first, last in ranges:
            inside = [i for i in usable if first <= i < last and i not in taken]
            chosen = sorted(pick(found, scores, inside, settings.points_per_section, POINT_WORDS))
            if not chosen:
                continue
            own = [found[i].text for i in range(first, last)]
            others = [found[i].text for i in range(len(found)) if not first <= i < last]
            sections.append(
                Section(
                    heading=heading(own, others),
                    start=found[first].start,
                    end=found[last - 1].end,
                    claims=tuple(_claim(found[i], transcript) for i in chosen),
                )
            )
        return tuple(sections)


def _claim(sentence: Sentence, transcript: Transcript) -> Claim:
    supported = not evidence.unsupported(sentence.text, sentence.segments, transcript)
    return Claim(text=sentence.text, evidence=sentence.segments, start=sentence.start, supported=supported)


def score(found: Sequence[Sentence], source: Source) -> list[float]:
    """How much each sentence says about the talk; higher is better, comparable within one talk only."""
    bags = [Counter(content(sentence.text)) for sentence in found]
    frequency = Counter(word for bag in bags for word in bag)
    centroid = {word: math.log1p(count) for word, count in frequency.items() if count > 1}
    wanted = set(content(f"{source.title.partition(' - ')[0]} {source.description}"))
    scores = []
    for sentence, bag in zip(found, bags, strict=True):
        length = len(sentence.text.split())
        central = sum(centroid.get(word, 0.0) for word in bag) / math.sqrt(length + 4)
        relevant = 0.8 * len(wanted & set(bag)) / math.sqrt(length + 4) * 2
        total = central + relevant + 0.5 * bool(_CUE.search(sentence.text)) + 0.3 * bool(numbers(sentence.text))
        total -= 1.5 * bool(_EMPTY.search(sentence.text)) + 0.5 * bool(_DEICTIC.match(sentence.text))
        total -= 0.6 * sentence.text.endswith("?") + 0.4 * (length < 7)
        scores.append(total)
    return scores


def pick(
    found: Sequence[Sentence], scores: Sequence[float], candidates: Sequence[int], count: int, most_words: int
) -> list[int]:
    """Up to `count` sentences of at most `most_words` words: the best first, each unlike those before it.

    Falls back to longer sentences only for the very first, so that there is always one.
    """
    short = [i for i in candidates if len(found[i].text.split()) <= most_words] or list(candidates)[:1]
    bags = {i: set(content(found[i].text)) for i in short}
    chosen: list[int] = []
    while short and len(chosen) < count:
        best = max(
            short,
            key=lambda i: (
                scores[i] - 3.0 * max((_overlap(bags[i], bags[j]) for j in chosen), default=0),
                -i,
            ),
        )
        chosen.append(best)
        short.remove(best)
    return chosen


def _overlap(one: set[str], other: set[str]) -> float:
    """Jaccard similarity."""
    return len(one & other) / len(one | other) if one | other else 0.0
