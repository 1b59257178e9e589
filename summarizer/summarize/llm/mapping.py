"""The map step: turn every chunk of the transcript into notes that its segments support.

For a statement that its segments do not support, the request is repeated once with the reason. Every statement that
failed is dropped and counted, whether another one took its place or not. A decision without words of deciding in its
segments is a point. A translation that changes a number or a name is retried in the same
way; if it is wrong again, the checked original is used without a translation.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from summarizer import evidence
from summarizer.evidence import roles
from summarizer.language.function_words import UNNAMED_PERSONS
from summarizer.language.words import tokens
from summarizer.records import Claim, Transcript
from summarizer.summarize.llm import prompts, translation
from summarizer.summarize.llm.chunking import Chunk, format_line, remove_markup
from summarizer.summarize.llm.client import Client
from summarizer.summarize.llm.generator import Request
from summarizer.summarize.llm.notes import Note
from summarizer.summarize.llm.schemas import Form, MapAnswer, Statement

# Statements that are never content. A small model often gives them the role "point" instead of "aside".
_ASIDE = re.compile(
    r"\b(?:our (?:\w+ )?sponsors?\b|sponsored by\b|(?:visit|come|stop|swing)\b.{0,20}\bbooth\b|booth (?:number )?\w?\d"
    r"|we are hiring|we're hiring|\b(?:free )?swag\b|raffle|giveaway"
    r"|thanks? (?:you )?(?:all |everyone )?for (?:coming|joining|having))",
    re.IGNORECASE,
)
# Values that models give as the owner of an action without an owner.
_NO_OWNER = UNNAMED_PERSONS | {"", "unknown", "n/a", "team"}


@dataclass
class Mapped:
    """The result of the map step."""

    notes: list[Note] = field(default_factory=list)
    covered: tuple[int, ...] = ()  # ids of segments whose words were all in prompts that were answered
    dropped: int = 0  # different statements that the model wrote, in its first answer or the retry, and that failed
    chunks: int = 0


@dataclass(frozen=True)
class _Rejected:
    """A statement that failed the check, and why; `fallback` is the note to use if the retry fails too."""

    statement: Statement
    reason: str
    fallback: Note | None = None


class Mapper:
    """The map step of one talk; `language` is that of the translation, or empty."""

    def __init__(self, client: Client, checker: evidence.Checker, form: Form, language: str) -> None:
        self._client = client
        self._checker = checker
        self._form = form
        self._instructions = prompts.build_instructions("map", form.kind.name, language)

    def map(self, chunks: Sequence[Chunk]) -> Mapped:
        """Return the notes of all chunks, in order of time."""
        result = Mapped(chunks=len(chunks))
        requests = [self.make_request(chunk) for chunk in chunks]
        retries: list[tuple[int, Request, list[_Rejected]]] = []
        failed: set[tuple[int, str]] = set()  # (number of the chunk, text)
        for number, (request, answer) in enumerate(zip(requests, self._client.ask(requests, MapAnswer), strict=True)):
            notes, rejected = self._check_statements(chunks[number], number, answer.claims)
            result.notes += notes
            failed |= {(number, item.statement.text) for item in rejected if item.fallback is None}
            if rejected:
                retries.append((number, _make_retry(request, rejected), rejected))
        answers = self._client.ask([request for _, request, _ in retries], MapAnswer)
        for (number, _, rejected), answer in zip(retries, answers, strict=True):
            notes, rejected_again = self._check_statements(chunks[number], number, answer.claims)
            failed |= {(number, item.statement.text) for item in rejected_again if item.fallback is None}
            # A fallback whose translation is now correct is joined later with the translated note.
            result.notes += notes[: len(rejected)] + [
                item.fallback for item in (*rejected_again, *rejected) if item.fallback
            ]
        result.dropped = len(failed)
        result.notes.sort(key=lambda note: note.claim.start)
        result.covered = find_covered(self._checker.transcript, chunks, requests)
        return result

    def make_request(self, chunk: Chunk) -> Request:
        """Return the request for one chunk. Segments are numbered from 0, so that equal chunks make equal requests."""
        before = "\n".join(remove_markup(segment.text) for segment in chunk.overlap)
        context = f"<before>\n{before}\n</before>\n" if before else ""
        lines = "\n".join(format_line(number, segment) for number, segment in enumerate(chunk.own))
        speakers = list(dict.fromkeys(segment.speaker for segment in chunk.own if segment.speaker))
        return Request(
            instructions=self._instructions,
            material=f"{context}<transcript>\n{lines}\n</transcript>",
            answer_schema=self._form.build_map_schema(len(chunk.own), speakers),
        )

    def _check_statements(
        self, chunk: Chunk, number: int, statements: Iterable[Statement]
    ) -> tuple[list[Note], list[_Rejected]]:
        """Return the notes that passed the check and the statements that failed; asides are in neither list."""
        notes: list[Note] = []
        rejected: list[_Rejected] = []
        for statement in statements:
            if statement.role == "aside" or _ASIDE.search(statement.text):
                continue
            result = self._check_statement(chunk, number, statement)
            if isinstance(result, Note):
                notes.append(result)
            else:
                rejected.append(result)
        return notes, rejected

    def _check_statement(self, chunk: Chunk, number: int, statement: Statement) -> Note | _Rejected:
        if any(not 0 <= id < len(chunk.own) for id in statement.evidence):
            return _Rejected(statement, "it cites a segment that does not exist")
        cited = [chunk.own[id] for id in statement.evidence]
        owner = "" if statement.owner.strip().lower() in _NO_OWNER else statement.owner.strip()
        person = owner or statement.speaker.strip()
        text = f"{person}: {statement.text}" if person else statement.text
        reason = (
            _check_person(statement.speaker, [segment.speaker or "" for segment in cited])
            or (owner and roles.find_owner_problem(owner, cited, self._checker.transcript))
            or roles.find_command_problem(statement.command, cited)
        )
        if reason:
            return _Rejected(statement, reason)
        claim = self._checker.check(text, [segment.id for segment in cited])
        if isinstance(claim, evidence.Unsupported):
            return _Rejected(statement, claim.reason)
        role = statement.role if statement.role in self._form.kind.roles else "point"
        if role == "decision" and not roles.is_decided(cited):
            role = "point"
        note = Note(claim=claim.model_copy(update={"command": statement.command.strip()}), part=number, role=role)
        if not self._form.translated:
            return note
        problem = translation.find_problem(statement.text, statement.translation)
        if problem:
            return _Rejected(statement, problem, fallback=note)
        return note.model_copy(update={"claim": _add_translation(note.claim, person, statement.translation)})


def find_covered(transcript: Transcript, chunks: Sequence[Chunk], requests: Sequence[Request]) -> tuple[int, ...]:
    """Return the ids of segments whose words are all in the requests; counted in the prompts, not in the chunks."""
    shown_words: Counter[int] = Counter()
    for chunk, request in zip(chunks, requests, strict=True):
        lines = set(request.material.splitlines())
        for number, segment in enumerate(chunk.own):
            if format_line(number, segment) in lines:
                shown_words[segment.id] += len(segment.text.split())
    return tuple(s.id for s in transcript.segments if shown_words[s.id] >= len(s.text.split()))


def _make_retry(request: Request, rejected: Sequence[_Rejected]) -> Request:
    reasons = "\n".join(
        f"- {json.dumps(remove_markup(item.statement.text), ensure_ascii=False)} "
        f"cites {item.statement.evidence}: {item.reason}"
        for item in rejected
    )
    return request.model_copy(update={"material": f"{request.material}\n\n{prompts.load('retry').text}\n{reasons}"})


def _add_translation(claim: Claim, person: str, text: str) -> Claim:
    return claim.model_copy(update={"translation": f"{person}: {text}" if person else text})


def _check_person(name: str, texts: Sequence[str]) -> str:
    """Return a reason if part of a person's name is not in the texts; otherwise nothing."""
    spoken = {word.lower() for text in texts for word in tokens(text)}
    missing = next((word for word in tokens(name) if word.lower() not in spoken), "")
    return f"{name} is not named in the cited segments" if missing else ""
