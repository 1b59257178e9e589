"""The back end without a model: it quotes the talk.

Sections begin where the vocabulary changes (TextTiling: Hearst 1997). Only sentences whose form is good (`form`) and
which belong to the talk (`questions`) can be quoted. They are selected one after the other, each by how many important
terms it adds to the earlier ones (`Selection`). Nothing can be invented and it takes less than a second, but the result
reads like a list of quotes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from summarizer import evidence
from summarizer.config import SummarizeSettings
from summarizer.errors import Refused
from summarizer.language.sentences import Sentence, sentences
from summarizer.language.words import content
from summarizer.records import Claim, Provenance, Section, Source, Summary, Transcript
from summarizer.stage import Answers
from summarizer.summarize.chapters import Stretch, split_by_chapters
from summarizer.summarize.extractive import EXTRACTIVE, meeting
from summarizer.summarize.extractive.selection import MIN_COMPLETENESS, Selection
from summarizer.summarize.form import find_fault
from summarizer.summarize.kinds import choose_kind
from summarizer.summarize.limits import TAKEAWAY_WORDS, TLDR_WORDS
from summarizer.summarize.questions import Role, find_questions, find_roles
from summarizer.summarize.topics import make_heading, split_topics

POINT_WORDS = 34  # maximum length of a point in a section
MIN_WORDS = 5
MIN_QUOTES = 3  # in a summary


def _explain_too_little(language: str) -> str:
    if language.startswith(("en", "und")):
        return "It may be too short; a language model (summarize.backend) also summarizes unfinished sentences."
    return "Set summarize.backend to a language model: quotes are made of English talks only."


class Extractive:
    """Selects sentences of the talk and arranges them."""

    def __init__(self, settings: SummarizeSettings) -> None:
        self._settings = settings

    def summarize(self, transcript: Transcript, source: Source, _answers: Answers | None = None) -> Summary:
        """Return quotes with their evidence; raise `Refused("too_little")` when too few sentences can be quoted."""
        started = time.monotonic()
        settings = self._settings
        talk_sentences = sentences(transcript)
        roles = find_roles(talk_sentences)
        checker = evidence.Checker(transcript)
        quotes = _find_quotes(talk_sentences, roles, checker)
        if len(quotes) < MIN_QUOTES:
            raise Refused(
                "too_little",
                f"only {len(quotes)} complete sentences can be quoted, {MIN_QUOTES} are needed",
                _explain_too_little(transcript.language),
            )
        kind = choose_kind(source, transcript, settings.kind)
        selection = Selection(talk_sentences, roles, source)
        tldr = selection.select_tldr(list(quotes), TLDR_WORDS)
        takeaways = sorted(selection.select_takeaways(list(quotes), settings.max_takeaways, TAKEAWAY_WORDS))
        people = [*source.speakers, source.title.partition(" - ")[2]]
        chapters = split_by_chapters(source.chapters, [sentence.start for sentence in talk_sentences])
        sections = _make_sections(talk_sentences, transcript, selection, quotes, people, settings, chapters)
        decisions, actions = (
            meeting.find_decisions_and_actions(talk_sentences, checker) if kind.lists_decisions else ((), ())
        )
        summary_claims = [quotes[i] for i in (tldr, *takeaways)]
        questions = find_questions(talk_sentences, roles, checker)
        claims = [
            *summary_claims,
            *decisions,
            *actions,
            *(claim for section in sections for claim in section.claims),
            *questions,
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
            questions=questions,
            evidence=evidence.measure(claims, transcript, range(len(transcript.segments)), dropped=0),
            made=Provenance(backend=EXTRACTIVE.name, seconds=round(time.monotonic() - started, 3)),
        )


def _find_quotes(
    talk_sentences: Sequence[Sentence], roles: Sequence[Role], checker: evidence.Checker
) -> dict[int, Claim]:
    """Return the sentences that can be quoted, by index.

    They are checked like all claims: the clean-up of a sentence may have removed part of a name.
    """
    return {
        i: claim
        for i, (sentence, role) in enumerate(zip(talk_sentences, roles, strict=True))
        if MIN_WORDS <= len(sentence.text.split()) <= POINT_WORDS
        and role in {Role.TALK, Role.ANSWER}
        and sentence.completeness >= MIN_COMPLETENESS
        and not find_fault(sentence.text)
        and isinstance(claim := checker.check(sentence.text, sentence.segments), Claim)
    }


def _make_sections(
    talk_sentences: Sequence[Sentence],
    transcript: Transcript,
    selection: Selection,
    quotes: Mapping[int, Claim],
    people: Sequence[str],
    settings: SummarizeSettings,
    chapters: Sequence[Stretch],
) -> tuple[Section, ...]:
    """Return the sections of the complete recording: each begins where the earlier one ends.

    A stretch without a quote belongs to the section before it, and at the start to the one after it; a chapter of the
    video is a section in any case. Names of `people` are no headings.
    """
    titles = {chapter.first: chapter.heading for chapter in chapters}
    ranges = [(first, last) for first, last, _ in chapters] or split_topics(
        [content(sentence.text) for sentence in talk_sentences], settings.max_sections
    )
    filled: list[tuple[int, int, list[int]]] = []
    for first, last in ranges:
        inside = [i for i in quotes if first <= i < last]
        chosen = sorted(selection.select_points(inside, settings.points_per_section, POINT_WORDS))
        if chosen or chapters or not filled:
            begin = 0 if not filled else first
            filled.append((begin, last, chosen))
        else:
            filled[-1] = (filled[-1][0], last, filled[-1][2])
    if len(filled) > 1 and not filled[0][2] and not chapters:
        filled[:2] = [(filled[0][0], filled[1][1], filled[1][2])]
    sections: list[Section] = []
    for number, (first, last, chosen) in enumerate(filled):
        own = [sentence.text for sentence in talk_sentences[first:last]]
        rest = [sentence.text for i, sentence in enumerate(talk_sentences) if not first <= i < last]
        is_last = number + 1 == len(filled)
        start = sections[-1].end if sections else transcript.segments[0].start
        end = transcript.segments[-1].end if is_last else max(start, talk_sentences[last].start)
        heading = titles.get(first) or make_heading(own, rest, [*people, *(section.heading for section in sections)])
        sections.append(Section(heading=heading, start=start, end=end, claims=tuple(quotes[i] for i in chosen)))
    return tuple(section for section in sections if section.claims or chapters)
