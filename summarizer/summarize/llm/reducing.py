"""The reduce step: turn all notes of a recording of any length into its summary.

Notes that fit into one prompt are arranged directly. Otherwise they are first condensed in a tree: groups of adjacent
notes are merged into half as many, level by level (hierarchical merging, as in Wu et al. 2021 for books). Every part of
the recording stays represented: if the model omits all notes of a part, the most detailed one is kept, and the same
applies to every interval of the recording in the finished summary. New sentences of the model are checked against the
segments of the notes that they cite; where the check fails, the checked notes themselves are used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from summarizer import evidence
from summarizer.config import SummarizeSettings
from summarizer.records import Claim, Section
from summarizer.summarize import form
from summarizer.summarize.limits import TAKEAWAY_WORDS, TLDR_WORDS, shorten
from summarizer.summarize.llm import prompts, translation
from summarizer.summarize.llm.client import Client
from summarizer.summarize.llm.generator import Request
from summarizer.summarize.llm.notes import Note, format_notes, join_duplicates, measure_detail
from summarizer.summarize.llm.schemas import Form, Heading, MapAnswer, ReduceAnswer, Statement
from summarizer.summarize.topics import make_heading

MIN_GROUP = 4  # minimum number of notes in a merge request


@dataclass(frozen=True)
class Reduced:
    """The parts of a summary that the reduce step creates."""

    tldr: Claim
    takeaways: tuple[Claim, ...]
    sections: tuple[Section, ...]


class Reducer:
    """The reduce step of one talk; `language` is that of the translation, or empty."""

    def __init__(
        self, client: Client, checker: evidence.Checker, form: Form, language: str, settings: SummarizeSettings
    ) -> None:
        self.dropped = 0  # new sentences and headings that their notes do not support, or that repeat another one
        self.headings = 0  # headings of the model that were checked and are used
        self._client = client
        self._checker = checker
        self._form = form
        self._language = language
        self._settings = settings

    def reduce(self, notes: Sequence[Note]) -> Reduced:
        """Return a TL;DR, 3 to 5 takeaways if there are enough notes, and sections in order of time."""
        condensed = self._condense(list(notes))
        answer = self._client.ask([self._make_request(condensed)], ReduceAnswer)[0]
        best = max(condensed, key=measure_detail).claim
        tldr = self._make_claim(answer.tldr, condensed, TLDR_WORDS) or shorten(best, TLDR_WORDS, self._checker) or best
        takeaways: list[Claim] = []
        for statement in answer.takeaways:
            claim = self._make_claim(statement, condensed, TAKEAWAY_WORDS)
            if claim and form.repeats(claim.text, [tldr.text, *(other.text for other in takeaways)]):
                self.dropped += 1
            elif claim:
                takeaways.append(claim)
        short = (shorten(note.claim, TAKEAWAY_WORDS, self._checker) for note in condensed)  # checked only as needed
        said = {tldr.text, *(claim.text for claim in takeaways)}
        replacements = (claim for claim in short if claim and claim.text not in said)
        takeaways += islice(replacements, max(0, 3 - len(takeaways)))
        return Reduced(tldr, tuple(takeaways), self._make_sections(answer.sections, condensed))

    # -- the tree ---------------------------------------------------------------------------------------------

    def _condense(self, notes: list[Note]) -> list[Note]:
        """Merge notes until they all fit into one prompt of the reduce step."""
        while not self._fits(notes):
            merged = self._merge_level(notes)
            if len(merged) >= len(notes):  # merging made no progress: keep the better note of each adjacent pair
                merged = [max(notes[i : i + 2], key=measure_detail) for i in range(0, len(notes), 2)]
            notes = merged
        return notes

    def _fits(self, notes: Sequence[Note]) -> bool:
        tokens = self._client.generator.count_tokens(format_notes(notes))
        return len(notes) <= 1 or tokens <= self._settings.llm.chunk_tokens

    def _merge_level(self, notes: Sequence[Note]) -> list[Note]:
        groups = self._split_groups(notes)
        requests = [self._make_merge_request(group) for group in groups]
        merged: list[Note] = []
        for number, (group, answer) in enumerate(zip(groups, self._client.ask(requests, MapAnswer), strict=True)):
            kept = restore_missing_parts(self._make_notes(answer.claims, group), group)
            merged += [note.model_copy(update={"part": number}) for note in kept]  # one part in the next level
        return join_duplicates(merged, self._checker)

    def _split_groups(self, notes: Sequence[Note]) -> list[list[Note]]:
        """Split notes into groups of adjacent notes, each as large as fits into one prompt."""
        groups: list[list[Note]] = [[]]
        for note in notes:
            if len(groups[-1]) >= MIN_GROUP and not self._fits([*groups[-1], note]):
                groups.append([])
            groups[-1].append(note)
        return groups

    def _make_notes(self, statements: Sequence[Statement], group: Sequence[Note]) -> list[Note]:
        """Return the merged notes; one that fails the check is replaced by the most detailed note that it cites."""
        notes: list[Note] = []
        for statement in statements:
            sources = [group[i] for i in statement.evidence if 0 <= i < len(group)]
            if not sources:
                continue
            best = max(sources, key=measure_detail)
            checked = self._check(statement, sources)
            self.dropped += checked is None
            claim = checked or best.claim
            notes.append(best.model_copy(update={"claim": claim.model_copy(update={"command": best.claim.command})}))
        return notes

    def _make_merge_request(self, group: Sequence[Note]) -> Request:
        return Request(
            instructions=prompts.build_instructions("merge", self._form.kind.name, self._language),
            material=f"<notes>\n{format_notes(group)}\n</notes>",
            answer_schema=self._form.build_merge_schema(len(group), max(1, len(group) // 2)),
        )

    # -- the summary ------------------------------------------------------------------------------------------

    def _make_request(self, notes: Sequence[Note]) -> Request:
        settings = self._settings
        sections = max(1, min(settings.max_sections, len(notes) // 2))
        return Request(
            instructions=prompts.build_instructions("reduce", self._form.kind.name, self._language),
            material=f"<notes>\n{format_notes(notes)}\n</notes>",
            answer_schema=self._form.build_reduce_schema(
                len(notes), settings.max_takeaways, sections, settings.points_per_section
            ),
        )

    def _make_sections(self, headings: Sequence[Heading], notes: Sequence[Note]) -> tuple[Section, ...]:
        """Return the model's sections; each note is in the first one that cites it, and every interval has a note."""
        used: set[int] = set()
        grouped: list[tuple[Heading, list[int]]] = []
        for heading in headings:
            numbers = sorted({i for i in heading.notes if 0 <= i < len(notes)} - used)
            used.update(numbers)
            if numbers:
                grouped.append((heading, numbers))
        if not grouped:
            grouped = [(Heading(heading="", notes=[]), [notes.index(max(notes, key=measure_detail))])]
        for missing in find_missing_intervals(notes, used, self._settings.max_sections):
            nearest = min(grouped, key=lambda group: min(abs(missing - number) for number in group[1]))
            nearest[1].append(missing)
        sections = [
            self._make_section(heading, [notes[i] for i in sorted(numbers)], notes) for heading, numbers in grouped
        ]
        return tuple(sorted(sections, key=lambda section: section.start))

    def _make_section(self, heading: Heading, own: Sequence[Note], notes: Sequence[Note]) -> Section:
        claims = tuple(note.claim for note in own)
        cited = sorted({id for claim in claims for id in claim.evidence})
        title, translated = heading.heading.strip(), heading.translation.strip()
        checked = self._checker.check(title, cited)
        if isinstance(checked, Claim):
            title = checked.text
            self.headings += 1
        else:
            self.dropped += bool(title)
            rest = [note.claim.text for note in notes if note not in own]
            title, translated = make_heading([claim.text for claim in claims], rest), ""
        if not self._form.translated or translation.find_problem(title, translated):
            translated = ""
        segments = self._checker.transcript.segments
        return Section(
            heading=title,
            start=claims[0].start,
            end=max(segments[id].end for id in cited),
            translation=translated,
            claims=claims,
        )

    def _make_claim(self, statement: Statement, notes: Sequence[Note], words: int) -> Claim | None:
        """Return a sentence of the reduce step as a claim; None when its notes do not support it or it is too long."""
        claim = self._check(statement, [notes[i] for i in statement.evidence if 0 <= i < len(notes)])
        if claim is None or len(claim.text.split()) > words:
            self.dropped += 1
            return None
        return claim

    def _check(self, statement: Statement, sources: Sequence[Note]) -> Claim | None:
        ids = [id for note in sources for id in note.claim.evidence]
        claim = self._checker.check(statement.text, ids)
        if isinstance(claim, evidence.Unsupported):
            return None
        if not self._form.translated:
            return claim
        problem = translation.find_problem(statement.text, statement.translation)
        return claim if problem else claim.model_copy(update={"translation": statement.translation.strip()})


def restore_missing_parts(merged: Sequence[Note], group: Sequence[Note]) -> list[Note]:
    """Add the most detailed note of every part of the group that no merged note cites."""
    cited = {id for note in merged for id in note.claim.evidence}
    cited_parts = {note.part for note in group if cited & set(note.claim.evidence)}
    missing = dict.fromkeys(note.part for note in group if note.part not in cited_parts)
    return [*merged, *(max((note for note in group if note.part == part), key=measure_detail) for part in missing)]


def find_missing_intervals(notes: Sequence[Note], used: set[int], intervals: int) -> list[int]:
    """Divide the notes into equal intervals; return the number of the best note of each that has no used note."""
    count = max(1, min(intervals, len(notes)))
    edges = [round(i * len(notes) / count) for i in range(count + 1)]
    return [
        max(range(first, last), key=lambda i: measure_detail(notes[i]))
        for first, last in pairwise(edges)
        if not used & set(range(first, last))
    ]
