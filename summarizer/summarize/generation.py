"""What a language model has to be able to do for us, whoever runs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from summarizer.records import Record

MAX_TEXT = 240  # characters of one statement; the schema holds the model to it


class Request(Record):
    """One question: instructions, material, and the JSON schema of the answer."""

    instructions: str
    material: str
    answer_schema: dict[str, Any]


class Answer(Record):
    """What came back; `finished` is false when the token limit cut it."""

    text: str
    tokens_in: int
    tokens_out: int
    finished: bool


class Generator(Protocol):
    """A language model."""

    name: str
    device: str
    context_tokens: int  # prompt and answer together

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, exact or on the safe side."""
        ...

    def generate(self, requests: Sequence[Request]) -> list[Answer]:
        """Answer every request, in order."""
        ...


class Note(BaseModel):
    """One statement of a map answer."""

    text: str
    evidence: list[int]


class MapAnswer(BaseModel):
    """Answer of the map step."""

    claims: list[Note]


class Heading(BaseModel):
    """One section of a reduce answer."""

    heading: str
    notes: list[int]


class ReduceAnswer(BaseModel):
    """Answer of the reduce step; `evidence` and `notes` are numbers of notes."""

    tldr: Note
    takeaways: list[Note]
    sections: list[Heading]
    decisions: list[int] = []
    actions: list[int] = []


def map_schema(ids: Sequence[int], most: int) -> dict[str, Any]:
    """Statements that can cite nothing but these segments."""
    return _object({"claims": _array(_note(ids, 3), most)})


def reduce_schema(ids: Sequence[int], takeaways: int, sections: int, points: int, meeting: bool) -> dict[str, Any]:
    """A summary that can point at nothing but these notes."""
    choice = {"type": "integer", "enum": list(ids)}
    section = _object({"heading": _text(60), "notes": _array(choice, points)})
    parts = {
        "tldr": _note(ids, 3),
        "takeaways": _array(_note(ids, 2), takeaways),
        "sections": _array(section, sections),
    }
    if meeting:
        parts |= {"decisions": _array(choice, 8, least=0), "actions": _array(choice, 8, least=0)}
    return _object(parts)


def _note(ids: Sequence[int], most: int) -> dict[str, Any]:
    return _object({"text": _text(MAX_TEXT), "evidence": _array({"type": "integer", "enum": list(ids)}, most)})


def _text(most: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most}


def _array(items: dict[str, Any], most: int, least: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
