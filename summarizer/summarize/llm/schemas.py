"""The form of answers: JSON schemas that constrain a model, and the records into which answers are parsed.

Each kind of recording has its own form: notes of a panel contain the speaker, notes of a meeting are decisions and
action items with an owner, and notes of a tutorial are steps with commands. The role `aside` is for greetings, thanks
and sponsors, which are then dropped; without it, a model that must follow a schema would present them as facts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator

from summarizer.summarize.kinds import Kind

MAX_TEXT = 240  # characters of one statement, enforced by the schema
MAX_HEADING, MAX_OWNER, MAX_COMMAND = 60, 40, 160
NOTES_PER_CHUNK, NOTES_TRANSLATED = 12, 7  # a note with its translation is about twice as long

# A server without constrained decoding may send anything. What cannot be read as a statement is left out; texts far
# over the limits of the schema cannot.
_MAX_ITEMS = 60


def _read_numbers(value: Any) -> Any:
    """Return the numbers in what a model gives as a list of them: 3, "3", "[3] and [4]", ["3"]."""
    if isinstance(value, (list, tuple)):
        return [number for item in value[:_MAX_ITEMS] for number in _read_numbers(item)]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return [int(value)] if value == value and abs(value) < 1e6 else []
    if isinstance(value, str):
        return [int(digits) for digits in re.findall(r"(?<![\d.-])\d{1,6}(?!\d)", value[:400])][:_MAX_ITEMS]
    return []


def _read_text(value: Any) -> Any:
    return "" if value is None else value


def _read_statement(value: Any) -> Any:
    """Return a bare text as a statement without evidence, which the check rejects with a reason."""
    return {"text": value, "evidence": []} if isinstance(value, str) else value


_Numbers = Annotated[list[int], BeforeValidator(_read_numbers)]
_Optional = BeforeValidator(_read_text)


class Statement(BaseModel):
    """One sentence, and the numbers of the segments (map) or notes (merge, reduce) that support it."""

    text: str = Field(max_length=1000)
    evidence: _Numbers
    translation: Annotated[str, _Optional] = Field(default="", max_length=1000)
    role: Annotated[str, _Optional] = "point"
    speaker: Annotated[str, _Optional] = Field(default="", max_length=200)
    owner: Annotated[str, _Optional] = Field(default="", max_length=200)
    command: Annotated[str, _Optional] = Field(default="", max_length=1000)


class Heading(BaseModel):
    """One section of an answer in the reduce step; `notes` are numbers of notes."""

    heading: str = Field(max_length=1000)
    translation: Annotated[str, _Optional] = Field(default="", max_length=1000)
    notes: _Numbers


def _take_readable(items: Any, shape: type[BaseModel]) -> list[BaseModel]:
    """Return the items of a list that have a shape; raises `ValueError` if it has items and none of them has."""
    if isinstance(items, dict):
        items = [items]
    if not isinstance(items, list):
        raise ValueError("it is not a list")
    readable: list[BaseModel] = []
    for item in items[:_MAX_ITEMS]:
        with suppress(ValidationError):
            readable.append(shape.model_validate(_read_statement(item) if shape is Statement else item))
    if items and not readable:
        raise ValueError("no item of the list can be read")
    return readable


_Statements = Annotated[list[Statement], BeforeValidator(lambda items: _take_readable(items, Statement))]
_Headings = Annotated[list[Heading], BeforeValidator(lambda items: _take_readable(items, Heading))]


class MapAnswer(BaseModel):
    """The answer in the map and merge steps."""

    claims: _Statements

    @model_validator(mode="before")
    @classmethod
    def _take_list(cls, value: Any) -> Any:
        return {"claims": value} if isinstance(value, list) and value else value


class ReduceAnswer(BaseModel):
    """The answer in the reduce step."""

    tldr: Annotated[Statement, BeforeValidator(_read_statement)]
    takeaways: _Statements = []
    sections: _Headings = []


@dataclass(frozen=True)
class Form:
    """Builds schemas; they depend on the kind of recording and on whether each statement is also translated."""

    kind: Kind
    translated: bool = False

    def build_map_schema(self, count: int, speakers: Sequence[str]) -> dict[str, Any]:
        """Return the schema of the map step: statements that can only cite `count` segments, numbered from 0."""
        optional: dict[str, dict[str, Any]] = {
            "owner": _text_schema(MAX_OWNER, minimum=0),
            "command": _text_schema(MAX_COMMAND, minimum=0),
        }
        if speakers:
            optional["speaker"] = {"type": "string", "enum": [*speakers, ""]}
        fields = {name: optional[name] for name in self.kind.fields if name in optional}
        role = {"role": {"type": "string", "enum": list(self.kind.roles)}}
        note = _object_schema(role | fields | self._statement_properties(count, 3))
        return _object_schema({"claims": _array_schema(note, NOTES_TRANSLATED if self.translated else NOTES_PER_CHUNK)})

    def build_merge_schema(self, count: int, max_statements: int) -> dict[str, Any]:
        """Return the schema of the merge step: at most `max_statements` statements about `count` notes."""
        return _object_schema(
            {"claims": _array_schema(_object_schema(self._statement_properties(count, 4)), max_statements)}
        )

    def build_reduce_schema(self, count: int, takeaways: int, sections: int, points: int) -> dict[str, Any]:
        """Return the schema of the reduce step: a summary that can only refer to `count` notes."""
        heading = {"heading": _text_schema(MAX_HEADING)}
        if self.translated:
            heading["translation"] = _text_schema(MAX_HEADING)
        section = _object_schema(heading | {"notes": _array_schema(_number_schema(count), points)})
        return _object_schema(
            {
                "tldr": _object_schema(self._statement_properties(count, 3)),
                "takeaways": _array_schema(_object_schema(self._statement_properties(count, 2)), takeaways),
                "sections": _array_schema(section, sections),
            }
        )

    def _statement_properties(self, count: int, max_citations: int) -> dict[str, Any]:
        # The original comes first: it is checked, and the model then generates the translation from it.
        translation = {"translation": _text_schema(MAX_TEXT)} if self.translated else {}
        return {
            "evidence": _array_schema(_number_schema(count), max_citations),
            "text": _text_schema(MAX_TEXT),
        } | translation


def halve_lists(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with half as many items in each list, for a retry after a truncated answer."""
    properties = {
        name: part | {"maxItems": max(1, part["maxItems"] // 2)} if part.get("type") == "array" else part
        for name, part in schema["properties"].items()
    }
    return schema | {"properties": properties}


def _number_schema(count: int) -> dict[str, Any]:
    return {"type": "integer", "enum": list(range(count))}


def _text_schema(maximum: int, minimum: int = 1) -> dict[str, Any]:
    return {"type": "string", "minLength": minimum, "maxLength": maximum}


def _array_schema(items: dict[str, Any], maximum: int, minimum: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": minimum, "maxItems": maximum}


def _object_schema(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
