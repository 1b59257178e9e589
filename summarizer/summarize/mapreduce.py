"""Chunks to notes to a summary, with any language model, checked at both steps.

Map: every chunk becomes notes that cite its segments. A note that its segments do not support is asked for once more,
with the reason, then dropped and counted. Reduce: the model arranges the notes by number, so what it writes anew (the
TL;DR and the takeaways) is checked against the segments of the notes it names. Times never pass through the model.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from summarizer.errors import Refused
from summarizer.records import Claim, Kind, Made, Section, Segment, Source, Summary, Transcript
from summarizer.settings import SummarizeSettings
from summarizer.summarize import evidence, generation, prompts
from summarizer.summarize.chunking import Chunk, chunks
from summarizer.summarize.generation import Answer, Generator, MapAnswer, Note, ReduceAnswer, Request
from summarizer.summarize.kind import choose_kind
from summarizer.summarize.limits import TAKEAWAY_WORDS, TLDR_WORDS, shorten
from summarizer.summarize.projects import mentions

NOTES_PER_CHUNK = 12
AnswerT = TypeVar("AnswerT", bound=BaseModel)


@dataclass
class _Work:
    """One talk's way through the model: what is counted on the way."""

    transcript: Transcript
    settings: SummarizeSettings
    kind: Kind
    tokens_in: int = 0
    tokens_out: int = 0
    dropped: int = 0
    covered: set[int] = field(default_factory=set)


class MapReduce:
    """The summarizer over a `Generator`."""

    def __init__(self, generator: Generator, model: str, revision: str) -> None:
        self.name = generator.name
        self._generator = generator
        self._model = model
        self._revision = revision

    def summarize(self, transcript: Transcript, source: Source, settings: SummarizeSettings) -> Summary:
        """Raises `Refused`: `prompt_too_long`, `answer_cut`, `bad_answer`, `unsupported`, `another_subject`."""
        started = time.monotonic()
        work = _Work(transcript, settings, choose_kind(source, transcript, settings))
        notes = self._map(work)
        notes = self._condense(work, notes)
        answer = self._reduce(work, notes)
        tldr, takeaways, sections = self._assemble(work, answer, notes)
        decisions, actions = _picked(answer.decisions, notes), _picked(answer.actions, notes)
        claims = [
            tldr,
            *takeaways,
            *decisions,
            *actions,
            *(claim for section in sections for claim in section.claims),
        ]
        evidence.refuse_other_subject([claim.text for claim in claims], transcript)
        return Summary(
            video_id=transcript.video_id,
            kind=work.kind,
            tldr=tldr,
            takeaways=takeaways,
            sections=sections,
            decisions=decisions,
            actions=actions,
            projects=mentions(transcript, source),
            evidence=evidence.measure(claims, transcript, work.covered, work.dropped),
            made=Made(
                backend=self.name,
                model=self._model,
                revision=self._revision,
                prompt_version=prompts.versions(),
                device=self._generator.device,
                seconds=round(time.monotonic() - started, 3),
                tokens_in=work.tokens_in,
                tokens_out=work.tokens_out,
            ),
        )

    # -- map --------------------------------------------------------------------------------------------------

    def _map(self, work: _Work) -> list[Claim]:
        settings = work.settings
        parts = chunks(work.transcript, self._generator.count_tokens, settings.chunk_tokens, settings.overlap_segments)
        requests = [_map_request(part) for part in parts]
        answers = self._ask(work, requests, MapAnswer)
        work.covered.update(segment.id for part in parts for segment in part.own)
        notes: list[Claim] = []
        retries: list[tuple[Request, list[tuple[Note, str]]]] = []
        for request, part, answer in zip(requests, parts, answers, strict=True):
            good, bad = self._sift(work, part, answer)
            notes += good
            if bad:
                retries.append((request, bad))
        notes += self._again(work, retries)
        if not notes:
            raise Refused(
                "unsupported",
                f"none of the model's {work.dropped} statements are supported by the talk",
                "Try a larger summarize.model.",
            )
        return sorted(notes, key=lambda note: note.start)

    def _sift(self, work: _Work, part: Chunk, answer: MapAnswer) -> tuple[list[Claim], list[tuple[Note, str]]]:
        """Notes that hold, and those that do not with the reason."""
        good, bad = [], []
        shown = {segment.id for segment in (*part.overlap, *part.own)}
        for note in answer.claims:
            ids = [id for id in note.evidence if id in shown]
            claim = evidence.claim(note.text, ids, work.transcript) if len(ids) == len(note.evidence) else None
            if claim:
                good.append(claim)
            else:
                bad.append(
                    (
                        note,
                        evidence.unsupported(note.text, ids, work.transcript) or "it cites no such segment",
                    )
                )
        return good, bad

    def _again(self, work: _Work, retries: Sequence[tuple[Request, list[tuple[Note, str]]]]) -> list[Claim]:
        """One second chance for unsupported notes; what fails again is dropped and counted."""
        requests = []
        for request, bad in retries:
            told = "\n".join(f"- {json.dumps(note.text)} cites {note.evidence}: {reason}" for note, reason in bad)
            requests.append(
                request.model_copy(update={"material": f"{request.material}\n{prompts.load('retry').text}\n{told}"})
            )
        notes = []
        for answer, (_, bad) in zip(self._ask(work, requests, MapAnswer), retries, strict=True):
            held = [c for note in answer.claims if (c := evidence.claim(note.text, note.evidence, work.transcript))]
            held = held[: len(bad)]
            work.dropped += len(bad) - len(held)
            notes += held
        return notes

    # -- reduce -----------------------------------------------------------------------------------------------

    def _condense(self, work: _Work, notes: list[Claim]) -> list[Claim]:
        """Fewer notes for a very long talk: those of neighbouring parts are thinned until one prompt holds them all."""
        while len(notes) > 4 and self._generator.count_tokens(_listed(notes)) > work.settings.chunk_tokens:
            notes = [note for i, note in enumerate(notes) if i % 4 != 3]
        return notes

    def _reduce(self, work: _Work, notes: list[Claim]) -> ReduceAnswer:
        settings = work.settings
        schema = generation.reduce_schema(
            range(len(notes)),
            settings.max_takeaways,
            max(1, min(settings.max_sections, len(notes) // 2)),
            settings.points_per_section,
            work.kind == "meeting",
        )
        material = f"Kind of recording: {work.kind}\n<notes>\n{_listed(notes)}\n</notes>"
        request = Request(instructions=prompts.load("reduce").text, material=material, answer_schema=schema)
        return self._ask(work, [request], ReduceAnswer)[0]

    def _assemble(
        self, work: _Work, answer: ReduceAnswer, notes: Sequence[Claim]
    ) -> tuple[Claim, tuple[Claim, ...], tuple[Section, ...]]:
        """The summary's parts: what the model wrote anew if it holds, otherwise the notes themselves."""
        tldr = self._rewritten(work, answer.tldr, notes, TLDR_WORDS) or shorten(notes[0], TLDR_WORDS)
        takeaways = [c for note in answer.takeaways if (c := self._rewritten(work, note, notes, TAKEAWAY_WORDS))]
        spare = [
            claim for note in notes if (claim := shorten(note, TAKEAWAY_WORDS, whole=True)) and claim.text != tldr.text
        ]
        while len(takeaways) < 3 and spare:
            takeaways.append(spare.pop(0))
        sections = []
        for section in answer.sections:
            claims = _picked(section.notes, notes)
            if claims:
                end = max(work.transcript.segments[id].end for claim in claims for id in claim.evidence)
                heading = section.heading.strip() or "Notes"
                sections.append(Section(heading=heading, start=claims[0].start, end=end, claims=claims))
        return tldr, tuple(takeaways), tuple(sorted(sections, key=lambda section: section.start))

    def _rewritten(self, work: _Work, note: Note, notes: Sequence[Claim], words: int) -> Claim | None:
        """A sentence of the reduce step as a claim on its notes' segments; nothing when they do not support it."""
        ids = [id for number in note.evidence if 0 <= number < len(notes) for id in notes[number].evidence]
        claim = evidence.claim(note.text, ids, work.transcript)
        if claim is None or len(claim.text.split()) > words:
            work.dropped += 1
            return None
        return claim

    # -- asking -----------------------------------------------------------------------------------------------

    def _ask(self, work: _Work, requests: Sequence[Request], shape: type[AnswerT]) -> list[AnswerT]:
        """Answers as records; a cut or unreadable one is asked for once more, then the talk is refused."""
        for request in requests:
            self._refuse_long(request, work.settings)
        answers = self._generate(work, requests)
        parsed = [_parse(answer, shape) for answer in answers]
        again = [i for i, found in enumerate(parsed) if found is None]
        for i, answer in zip(again, self._generate(work, [requests[i] for i in again]), strict=True):
            parsed[i] = _parse(answer, shape)
            if parsed[i] is None:
                code = "bad_answer" if answer.finished else "answer_cut"
                what = "is not the JSON that was asked for" if answer.finished else "was cut by the token limit"
                raise Refused(
                    code,
                    f"the model's answer {what}, twice",
                    "Raise summarize.max_new_tokens, or try another model.",
                )
        return [found for found in parsed if found is not None]

    def _refuse_long(self, request: Request, settings: SummarizeSettings) -> None:
        needed = self._generator.count_tokens(request.instructions + request.material) + settings.max_new_tokens
        if needed > self._generator.context_tokens:
            raise Refused(
                "prompt_too_long",
                f"prompt and answer need {needed} tokens, the model holds {self._generator.context_tokens}",
                "Lower summarize.chunk_tokens.",
            )

    def _generate(self, work: _Work, requests: Sequence[Request]) -> list[Answer]:
        answers = self._generator.generate(requests) if requests else []
        work.tokens_in += sum(answer.tokens_in for answer in answers)
        work.tokens_out += sum(answer.tokens_out for answer in answers)
        return answers


def _map_request(part: Chunk) -> Request:
    def line(segment: Segment) -> str:
        speaker = f"{segment.speaker}: " if segment.speaker else ""
        # A transcript could contain the closing line; then it must not close anything.
        return f"[{segment.id}] {speaker}{segment.text}".replace("<", "‹").replace(">", "›")

    listed = "\n".join(line(segment) for segment in (*part.overlap, *part.own))
    ids = [segment.id for segment in (*part.overlap, *part.own)]
    return Request(
        instructions=prompts.load("map").text,
        material=f"<transcript>\n{listed}\n</transcript>",
        answer_schema=generation.map_schema(ids, NOTES_PER_CHUNK),
    )


def _listed(notes: Sequence[Claim]) -> str:
    return "\n".join(f"[{i}] {note.text}".replace("<", "‹").replace(">", "›") for i, note in enumerate(notes))


def _picked(numbers: Sequence[int], notes: Sequence[Claim]) -> tuple[Claim, ...]:
    return tuple(notes[i] for i in sorted({i for i in numbers if 0 <= i < len(notes)}))


def _parse(answer: Answer, shape: type[AnswerT]) -> AnswerT | None:
    if not answer.finished:
        return None
    text = answer.text.strip()
    if text.startswith("```"):  # servers without constrained decoding like to wrap it
        text = text.strip("`").removeprefix("json").strip()
    try:
        # strict=False: grammars let control characters through inside strings; the digest drops them.
        return shape.model_validate(json.loads(text, strict=False))
    except (ValueError, RecursionError, ValidationError):
        return None
