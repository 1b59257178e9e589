"""The summarizer whose model edits passages."""

from __future__ import annotations

import time
from collections.abc import Sequence

from summarizer import evidence
from summarizer.config import SummarizeSettings
from summarizer.language.sentences import Sentence, sentences
from summarizer.language.words import content
from summarizer.records import Claim, Provenance, Section, Source, Summary, Transcript
from summarizer.stage import Answers
from summarizer.summarize import form
from summarizer.summarize.chapters import Stretch, split_by_chapters
from summarizer.summarize.extractive import meeting
from summarizer.summarize.extractive.backend import Extractive
from summarizer.summarize.extractive.salience import rate_readability, weigh_terms
from summarizer.summarize.kinds import Kind, choose_kind
from summarizer.summarize.llm import prompts
from summarizer.summarize.llm.client import Client
from summarizer.summarize.llm.editing.arranging import Arranger, choose_takeaways, rank
from summarizer.summarize.llm.editing.passages import Passage, choose_passages
from summarizer.summarize.llm.editing.writing import Writer
from summarizer.summarize.llm.generator import Generator, MemoryAnswers
from summarizer.summarize.questions import find_questions, find_roles
from summarizer.summarize.topics import make_heading, split_topics

MIN_WRITTEN = 0.4  # share of the passages with a sentence by the model; with fewer, the page consists of quotes
MAX_QUOTE_WORDS = 34
MIN_COMPLETENESS = 0.2  # probability that a quote is a whole sentence, as for the points of a page without a model
TAKEAWAY_SHARE = 3  # a third of a short talk's statements are takeaways, the others are points of its sections


class Editing:
    """The summarizer over a `Generator` for English talks; other languages have no check of form yet."""

    def __init__(self, generator: Generator, settings: SummarizeSettings, revision: str = "", name: str = "") -> None:
        """`revision` is that of the model, `name` the one for the page."""
        self._generator = generator
        self._settings = settings
        self._revision = revision
        self._name = name or settings.llm.model
        self._identity = f"{generator.name} {settings.llm.model} {revision}"

    def summarize(self, transcript: Transcript, source: Source, answers: Answers | None = None) -> Summary:
        """Summarize a transcript; quote it where the model writes nothing that the talk supports.

        Raises `Failed` for what another model or setting may do better, and `Refused("too_little")`.
        """
        started = time.monotonic()
        settings = self._settings
        client = Client(
            self._generator,
            self._identity,
            settings.llm.max_new_tokens,
            MemoryAnswers() if answers is None else answers,
        )
        talk_sentences = sentences(transcript)
        checker = evidence.Checker(transcript)
        roles = find_roles(talk_sentences)
        weights = weigh_terms(talk_sentences, source)
        stretches = _divide(talk_sentences, source, settings.max_sections)
        passages = choose_passages(talk_sentences, roles, stretches, weights, settings.points_per_section)
        writer = Writer(client, checker, weights)
        written = writer.write(passages)
        if sum(claim is not None for claim in written) < max(3, MIN_WRITTEN * len(passages)):
            return self._quote(transcript, source, client, started, writer.dropped)

        claims, quotes = _complete(passages, written, checker)
        ranked = rank(list(claims.values()), weights)
        arranger = Arranger(client, checker, source.title)
        tldr = arranger.write_tldr(ranked)
        others = [claim for claim in ranked if not form.repeats(claim.text, [tldr.text])]
        takeaways = choose_takeaways(others, min(settings.max_takeaways, max(3, len(others) // TAKEAWAY_SHARE)))
        used = [tldr.text, *(claim.text for claim in takeaways)]
        sections = _make_sections(stretches, talk_sentences, passages, claims, used, arranger)
        kind = choose_kind(source, transcript, settings.kind)
        decisions, actions = _find_decisions(kind, talk_sentences, checker)
        questions = find_questions(talk_sentences, roles, checker)
        points = [claim for section in sections for claim in section.claims]
        published = [tldr, *takeaways, *decisions, *actions, *points, *questions]
        quotes |= {claim.text for claim in (*decisions, *actions, *questions)}
        evidence.refuse_other_subject([claim.text for claim in published], transcript)
        return Summary(
            video_id=transcript.video_id,
            kind=kind.name,
            tldr=tldr,
            takeaways=tuple(takeaways),
            sections=sections,
            decisions=decisions,
            actions=actions,
            questions=questions,
            evidence=evidence.measure(
                published, transcript, range(len(transcript.segments)), writer.dropped
            ).model_copy(update={"quotes": sum(claim.text in quotes for claim in published)}),
            made=self._describe(client, started),
        )

    def _quote(self, transcript: Transcript, source: Source, client: Client, started: float, dropped: int) -> Summary:
        """Return a summary of quotes, because too few of the model's sentences hold."""
        summary = Extractive(self._settings).summarize(transcript, source)
        checks = summary.evidence.model_copy(update={"dropped": dropped})
        return summary.model_copy(update={"evidence": checks, "made": self._describe(client, started)})

    def _describe(self, client: Client, started: float) -> Provenance:
        return Provenance(
            backend=self._generator.name,
            model=self._name,
            revision=self._revision,
            prompt_version=f"edit={prompts.load('edit').version}",
            device=self._generator.device,
            seconds=round(time.monotonic() - started, 3),
            tokens_in=client.tokens_in,
            tokens_out=client.tokens_out,
        )


def _complete(
    passages: Sequence[Passage], written: Sequence[Claim | None], checker: evidence.Checker
) -> tuple[dict[int, Claim], set[str]]:
    """Return the statement of each passage by its number, and which are quotes.

    A passage without a sentence by the model gets a quote; one whose statement repeats an earlier one gets none.
    """
    claims: dict[int, Claim] = {}
    quotes: set[str] = set()
    for number, (passage, claim) in enumerate(zip(passages, written, strict=True)):
        statement = claim or _choose_quote(passage, checker)
        if statement is None or form.repeats(statement.text, [other.text for other in claims.values()]):
            continue
        claims[number] = statement
        if claim is None:
            quotes.add(statement.text)
    return claims, quotes


def _choose_quote(passage: Passage, checker: evidence.Checker) -> Claim | None:
    """Return the best sentence of the passage that can be understood alone; None if there is none."""
    candidates = [
        sentence
        for sentence in passage.sentences
        if len(sentence.text.split()) <= MAX_QUOTE_WORDS
        and sentence.completeness >= MIN_COMPLETENESS
        and form.stands_alone(sentence.text)
    ]
    for sentence in sorted(candidates, key=lambda s: -rate_readability(s.text) * s.completeness):
        if isinstance(claim := checker.check(sentence.text, sentence.segments), Claim):
            return claim
    return None


def _divide(talk_sentences: Sequence[Sentence], source: Source, max_sections: int) -> list[Stretch]:
    """Return the stretches of the video's chapters, or else those of its topics, which have no heading yet."""
    chapters = split_by_chapters(source.chapters, [sentence.start for sentence in talk_sentences])
    topics = [] if chapters else split_topics([content(sentence.text) for sentence in talk_sentences], max_sections)
    return chapters or [Stretch(first, last, heading="") for first, last in topics]


def _make_sections(
    stretches: Sequence[Stretch],
    talk_sentences: Sequence[Sentence],
    passages: Sequence[Passage],
    claims: dict[int, Claim],
    used: Sequence[str],
    arranger: Arranger,
) -> tuple[Section, ...]:
    """Return the sections with statements that are not `used` above, and all chapters; any other belongs to the last.

    The titles of chapters are their headings; the model writes the others.
    """
    groups: list[tuple[Stretch, list[Claim], list[Claim]]] = []  # with all its statements, and those not used above
    for number, stretch in enumerate(stretches):
        own = [claims[i] for i, passage in enumerate(passages) if passage.section == number and i in claims]
        unused = [claim for claim in own if not form.repeats(claim.text, used)]
        if unused or stretch.heading:
            groups.append((stretch, own, unused))
    if not groups:  # a talk of a few sentences: all of them are used
        groups = [(stretches[0], list(claims.values()), list(claims.values()))]
    written = iter(arranger.write_headings([own for stretch, own, _ in groups if not stretch.heading]))
    starts = [talk_sentences[stretch.first if i else 0].start for i, (stretch, _, _) in enumerate(groups)]
    ends = [*starts[1:], talk_sentences[-1].end]
    return tuple(
        Section(
            heading=stretch.heading
            or next(written)
            or _make_heading(own, [c.text for _, other, _ in groups if other is not own for c in other]),
            start=start,
            end=end,
            claims=tuple(sorted(unused, key=lambda claim: claim.start)),
        )
        for (stretch, own, unused), start, end in zip(groups, starts, ends, strict=True)
    )


def _make_heading(own: Sequence[Claim], rest: Sequence[str]) -> str:
    return make_heading([claim.text for claim in own], rest)


def _find_decisions(
    kind: Kind, talk_sentences: Sequence[Sentence], checker: evidence.Checker
) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    return meeting.find_decisions_and_actions(talk_sentences, checker) if kind.lists_decisions else ((), ())
