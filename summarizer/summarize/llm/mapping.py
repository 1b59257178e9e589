"""The map step: every chunk of the transcript becomes notes that its segments support.

A statement that its segments do not support is asked for once more, with the reason, then dropped and counted. A
translation that changed a number or a name gets the same second chance; after that the checked original stands alone.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from summarizer import evidence
from summarizer.language.function_words import UNNAMED_PERSONS
from summarizer.language.words import tokens
from summarizer.records import Claim, Segment, Transcript
from summarizer.summarize.llm import prompts, translation
from summarizer.summarize.llm.chunking import Chunk, harmless, line
from summarizer.summarize.llm.client import Asker
from summarizer.summarize.llm.generator import Request
from summarizer.summarize.llm.notes import Note
from summarizer.summarize.llm.schemas import Form, MapAnswer, Statement

# What is no content whatever role a model gives it: a small one calls everything a point.
_ASIDE = re.compile(
    r"\b(?:our (?:\w+ )?sponsors?\b|sponsored by\b|(?:visit|come|stop|swing)\b.{0,20}\bbooth\b|booth (?:number )?\w?\d"
    r"|we are hiring|we're hiring|\b(?:free )?swag\b|raffle|giveaway"
    r"|thanks? (?:you )?(?:all |everyone )?for (?:coming|joining|having))",
    re.IGNORECASE,
)
# What a model names as the owner of an action that has none.
_NO_OWNER = UNNAMED_PERSONS | {"", "unknown", "n/a", "team"}
_SPOKEN_SIGNS = re.compile(r"\b(?:dash|minus|slash|dot|colon|space|underscore|equals)\b", re.IGNORECASE)


@dataclass
class Mapped:
    """What the map step found."""

    notes: list[Note] = field(default_factory=list)
    covered: tuple[int, ...] = ()  # ids of segments all of whose words were in an answered prompt
    dropped: int = 0  # statements that were not supported twice
    chunks: int = 0


@dataclass(frozen=True)
class _Rejected:
    """A statement that does not hold, and why; `spare` is the note that remains if the second try is no better."""

    statement: Statement
    reason: str
    spare: Note | None = None


class Mapper:
    """The map step of one talk; `language` is that of the translation, or empty."""

    def __init__(self, asker: Asker, checker: evidence.Checker, form: Form, language: str) -> None:
        self._asker = asker
        self._checker = checker
        self._form = form
        self._instructions = prompts.instructions("map", form.kind.name, language)

    def map(self, parts: Sequence[Chunk]) -> Mapped:
        """Notes of all chunks, in order of time."""
        found = Mapped(chunks=len(parts))
        requests = [self.request(part) for part in parts]
        retries: list[tuple[int, Request, list[_Rejected]]] = []
        for number, (request, answer) in enumerate(zip(requests, self._asker.ask(requests, MapAnswer), strict=True)):
            notes, bad = self._sift(parts[number], number, answer.claims)
            found.notes += notes
            if bad:
                retries.append((number, _retry(request, bad), bad))
        again = self._asker.ask([request for _, request, _ in retries], MapAnswer)
        for (number, _, bad), answer in zip(retries, again, strict=True):
            notes, still_bad = self._sift(parts[number], number, answer.claims)
            lost = [one for one in bad if one.spare is None]
            found.dropped += max(0, len(lost) - len(notes))
            # A spare that was translated well now is joined with its better self later on.
            found.notes += notes[: len(bad)] + [one.spare for one in (*still_bad, *bad) if one.spare]
        found.notes.sort(key=lambda note: note.claim.start)
        found.covered = covered(self._checker.transcript, parts, requests)
        return found

    def request(self, part: Chunk) -> Request:
        """The question for one chunk. Segments are numbered from 0, so that equal chunks make equal requests."""
        before = "\n".join(harmless(segment.text) for segment in part.overlap)
        context = f"<before>\n{before}\n</before>\n" if before else ""
        listed = "\n".join(line(number, segment) for number, segment in enumerate(part.own))
        speakers = list(dict.fromkeys(segment.speaker for segment in part.own if segment.speaker))
        return Request(
            instructions=self._instructions,
            material=f"{context}<transcript>\n{listed}\n</transcript>",
            answer_schema=self._form.notes(len(part.own), speakers),
        )

    def _sift(self, part: Chunk, number: int, statements: Iterable[Statement]) -> tuple[list[Note], list[_Rejected]]:
        """Notes that hold, and statements that do not; asides are neither."""
        good: list[Note] = []
        bad: list[_Rejected] = []
        for statement in statements:
            if statement.role == "aside" or _ASIDE.search(statement.text):
                continue
            result = self._note(part, number, statement)
            if isinstance(result, Note):
                good.append(result)
            else:
                bad.append(result)
        return good, bad

    def _note(self, part: Chunk, number: int, statement: Statement) -> Note | _Rejected:
        if any(not 0 <= id < len(part.own) for id in statement.evidence):
            return _Rejected(statement, "it cites no such segment")
        cited = [part.own[id] for id in statement.evidence]
        owner = "" if statement.owner.strip().lower() in _NO_OWNER else statement.owner.strip()
        said_by = owner or statement.speaker.strip()
        text = f"{said_by}: {statement.text}" if said_by else statement.text
        reason = (
            _not_named(statement.speaker, [segment.speaker or "" for segment in cited])
            or _not_named(owner, [f"{segment.speaker or ''} {segment.text}" for segment in cited])
            or _not_said(statement.command, cited)
        )
        if reason:
            return _Rejected(statement, reason)
        claim = self._checker.check(text, [segment.id for segment in cited])
        if isinstance(claim, evidence.Unsupported):
            return _Rejected(statement, claim.reason)
        role = statement.role if statement.role in {"decision", "action", "step"} else "point"
        note = Note(claim=claim.model_copy(update={"command": statement.command.strip()}), part=number, role=role)
        if not self._form.translated:
            return note
        changed = translation.problem(statement.text, statement.translation)
        if changed:
            return _Rejected(statement, changed, spare=note)
        return note.model_copy(update={"claim": _translated(note.claim, said_by, statement.translation)})


def covered(transcript: Transcript, parts: Sequence[Chunk], requests: Sequence[Request]) -> tuple[int, ...]:
    """Ids of the segments all of whose words stand in the requests: counted in the prompts, not in the plan."""
    shown: Counter[int] = Counter()
    for part, request in zip(parts, requests, strict=True):
        lines = set(request.material.splitlines())
        for number, segment in enumerate(part.own):
            if line(number, segment) in lines:
                shown[segment.id] += len(segment.text.split())
    return tuple(s.id for s in transcript.segments if shown[s.id] >= len(s.text.split()))


def _retry(request: Request, bad: Sequence[_Rejected]) -> Request:
    told = "\n".join(
        f"- {json.dumps(harmless(one.statement.text), ensure_ascii=False)} cites {one.statement.evidence}: {one.reason}"
        for one in bad
    )
    return request.model_copy(update={"material": f"{request.material}\n\n{prompts.load('retry').text}\n{told}"})


def _translated(claim: Claim, said_by: str, text: str) -> Claim:
    return claim.model_copy(update={"translation": f"{said_by}: {text}" if said_by else text})


def _not_named(name: str, places: Sequence[str]) -> str:
    """Why a person is not the one whom the segments name; empty when they do."""
    there = {word.lower() for place in places for word in tokens(place)}
    missing = next((word for word in tokens(name) if word.lower() not in there), "")
    return f"{name} is not named in the cited segments" if missing else ""


def _not_said(command: str, cited: Sequence[Segment]) -> str:
    """Why a command is not in the segments, letter by letter; signs that were read aloud ("dash n") do not count."""

    def letters(text: str) -> str:
        return re.sub(r"[\W_]+", "", _SPOKEN_SIGNS.sub(" ", text)).lower()

    said = letters(" ".join(segment.text for segment in cited))
    return "" if letters(command) in said else "its command is not said in the cited segments"
