"""The reduce step: from all notes of a recording to its summary, however long the recording.

Notes that fit one prompt are arranged at once. More of them are condensed first, in a tree: groups of neighbouring
notes are merged into half as many, level by level (hierarchical merging, as in Wu et al. 2021 for books). No part of
the recording loses its voice on the way up: a part whose notes the model left out keeps its most detailed one, and so
does every stretch of the recording in the finished summary. What a model writes anew is checked against the segments
of the notes that it names; where that fails the notes themselves are used, which were checked before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from summarizer import evidence
from summarizer.config import SummarizeSettings
from summarizer.records import Claim, Section
from summarizer.summarize.limits import TAKEAWAY_WORDS, TLDR_WORDS, shorten
from summarizer.summarize.llm import prompts, translation
from summarizer.summarize.llm.client import Asker
from summarizer.summarize.llm.generator import Request
from summarizer.summarize.llm.notes import Note, detail, joined, listed
from summarizer.summarize.llm.schemas import Form, Heading, MapAnswer, ReduceAnswer, Statement
from summarizer.summarize.topics import heading

PER_GROUP = 4  # fewest notes that are worth a merge request


@dataclass(frozen=True)
class Reduced:
    """The parts of a summary that the reduce step makes."""

    tldr: Claim
    takeaways: tuple[Claim, ...]
    sections: tuple[Section, ...]


class Reducer:
    """The reduce step of one talk; `language` is that of the translation, or empty."""

    def __init__(
        self, asker: Asker, checker: evidence.Checker, form: Form, language: str, settings: SummarizeSettings
    ) -> None:
        self.dropped = 0  # sentences written anew that their notes do not support
        self._asker = asker
        self._checker = checker
        self._form = form
        self._language = language
        self._settings = settings

    def reduce(self, notes: Sequence[Note]) -> Reduced:
        """A TL;DR, 3 to 5 takeaways where there are so many notes, and sections in order of time."""
        chosen = self._condense(list(notes))
        answer = self._asker.ask([self._request(chosen)], ReduceAnswer)[0]
        best = max(chosen, key=detail).claim
        tldr = self._rewritten(answer.tldr, chosen, TLDR_WORDS) or shorten(best, TLDR_WORDS, self._checker) or best
        takeaways = [c for one in answer.takeaways if (c := self._rewritten(one, chosen, TAKEAWAY_WORDS))]
        short = (shorten(note.claim, TAKEAWAY_WORDS, self._checker) for note in chosen)  # checked only as needed
        spare = (claim for claim in short if claim and claim.text != tldr.text)
        takeaways += islice(spare, max(0, 3 - len(takeaways)))
        return Reduced(tldr, tuple(takeaways), self._sections(answer.sections, chosen))

    # -- the tree ---------------------------------------------------------------------------------------------

    def _condense(self, notes: list[Note]) -> list[Note]:
        """So many notes that one reduce prompt holds them all."""
        while not self._fits(notes):
            fewer = self._merge_level(notes)
            if len(fewer) >= len(notes):  # nothing left to merge: one voice for each pair of neighbours
                fewer = [max(notes[i : i + 2], key=detail) for i in range(0, len(notes), 2)]
            notes = fewer
        return notes

    def _fits(self, notes: Sequence[Note]) -> bool:
        tokens = self._asker.generator.count_tokens(listed(notes))
        return len(notes) <= 1 or tokens <= self._settings.llm.chunk_tokens

    def _merge_level(self, notes: Sequence[Note]) -> list[Note]:
        groups = self._groups(notes)
        requests = [self._merge_request(group) for group in groups]
        merged: list[Note] = []
        for number, (group, answer) in enumerate(zip(groups, self._asker.ask(requests, MapAnswer), strict=True)):
            kept = with_all_voices(self._merged(answer.claims, group), group)
            merged += [note.model_copy(update={"part": number}) for note in kept]  # one part of the next level
        return joined(merged, self._checker)

    def _groups(self, notes: Sequence[Note]) -> list[list[Note]]:
        """Runs of neighbouring notes, each as long as one prompt holds."""
        groups: list[list[Note]] = [[]]
        for note in notes:
            if len(groups[-1]) >= PER_GROUP and not self._fits([*groups[-1], note]):
                groups.append([])
            groups[-1].append(note)
        return groups

    def _merged(self, statements: Sequence[Statement], group: Sequence[Note]) -> list[Note]:
        """Merged notes; one that does not hold is replaced by the best of those that it was to stand for."""
        found: list[Note] = []
        for statement in statements:
            sources = [group[i] for i in statement.evidence if 0 <= i < len(group)]
            if not sources:
                continue
            best = max(sources, key=detail)
            claim = self._checked(statement, sources) or best.claim
            found.append(best.model_copy(update={"claim": claim.model_copy(update={"command": best.claim.command})}))
        return found

    def _merge_request(self, group: Sequence[Note]) -> Request:
        return Request(
            instructions=prompts.instructions("merge", self._form.kind.name, self._language),
            material=f"<notes>\n{listed(group)}\n</notes>",
            answer_schema=self._form.merged(len(group), max(1, len(group) // 2)),
        )

    # -- the summary ------------------------------------------------------------------------------------------

    def _request(self, notes: Sequence[Note]) -> Request:
        settings = self._settings
        sections = max(1, min(settings.max_sections, len(notes) // 2))
        return Request(
            instructions=prompts.instructions("reduce", self._form.kind.name, self._language),
            material=f"<notes>\n{listed(notes)}\n</notes>",
            answer_schema=self._form.summary(len(notes), settings.max_takeaways, sections, settings.points_per_section),
        )

    def _sections(self, answered: Sequence[Heading], notes: Sequence[Note]) -> tuple[Section, ...]:
        """The model's sections; each note stands in the first that names it, and no stretch goes without a word."""
        used: set[int] = set()
        grouped: list[tuple[Heading, list[int]]] = []
        for section in answered:
            numbers = sorted({i for i in section.notes if 0 <= i < len(notes)} - used)
            used.update(numbers)
            if numbers:
                grouped.append((section, numbers))
        if not grouped:
            grouped = [(Heading(heading="", notes=[]), [notes.index(max(notes, key=detail))])]
        for missing in silent_stretches(notes, used, self._settings.max_sections):
            nearest = min(grouped, key=lambda group: min(abs(missing - number) for number in group[1]))
            nearest[1].append(missing)
        sections = [self._section(section, [notes[i] for i in sorted(numbers)], notes) for section, numbers in grouped]
        return tuple(sorted(sections, key=lambda section: section.start))

    def _section(self, answered: Heading, own: Sequence[Note], notes: Sequence[Note]) -> Section:
        claims = tuple(note.claim for note in own)
        cited = sorted({id for claim in claims for id in claim.evidence})
        title, translated = answered.heading.strip(), answered.translation.strip()
        if isinstance(self._checker.check(title, cited), evidence.Unsupported):
            others = [note.claim.text for note in notes if note not in own]
            title, translated = heading([claim.text for claim in claims], others), ""
        elif not self._form.translated or translation.problem(title, translated):
            translated = ""
        segments = self._checker.transcript.segments
        return Section(
            heading=title,
            start=claims[0].start,
            end=max(segments[id].end for id in cited),
            translation=translated,
            claims=claims,
        )

    def _rewritten(self, statement: Statement, notes: Sequence[Note], words: int) -> Claim | None:
        """A sentence of the reduce step as a claim on its notes' segments; nothing when they do not support it."""
        claim = self._checked(statement, [notes[i] for i in statement.evidence if 0 <= i < len(notes)])
        if claim is None or len(claim.text.split()) > words:
            self.dropped += 1
            return None
        return claim

    def _checked(self, statement: Statement, sources: Sequence[Note]) -> Claim | None:
        ids = [id for note in sources for id in note.claim.evidence]
        claim = self._checker.check(statement.text, ids)
        if isinstance(claim, evidence.Unsupported):
            return None
        if not self._form.translated:
            return claim
        changed = translation.problem(statement.text, statement.translation)
        return claim if changed else claim.model_copy(update={"translation": statement.translation.strip()})


def with_all_voices(merged: Sequence[Note], group: Sequence[Note]) -> list[Note]:
    """The merged notes, and of every part of the group that none of them cites its most detailed note."""
    cited = {id for note in merged for id in note.claim.evidence}
    heard = {note.part for note in group if cited & set(note.claim.evidence)}
    silent = dict.fromkeys(note.part for note in group if note.part not in heard)
    return [*merged, *(max((note for note in group if note.part == part), key=detail) for part in silent)]


def silent_stretches(notes: Sequence[Note], used: set[int], stretches: int) -> list[int]:
    """Of each of so many equal stretches of the notes that has none in use, the number of its most detailed note."""
    count = max(1, min(stretches, len(notes)))
    edges = [round(i * len(notes) / count) for i in range(count + 1)]
    return [
        max(range(first, last), key=lambda i: detail(notes[i]))
        for first, last in pairwise(edges)
        if not used & set(range(first, last))
    ]
