"""The shapes that answers must have: JSON schemas to hold a model to, and the records they are read into.

Each kind of recording has its own: a panel's notes say who spoke, a meeting's are decisions and action items with an
owner, a tutorial's are steps with their commands. `aside` gives greetings, thanks and sponsors a place to go, from
where they are dropped; without one, a model held to a schema would have to write them up as facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from summarizer.summarize.kinds import Kind

MAX_TEXT = 240  # characters of one statement; the schema holds the model to it
MAX_HEADING, MAX_OWNER, MAX_COMMAND = 60, 40, 160
NOTES_PER_CHUNK, NOTES_TRANSLATED = 12, 7  # a translated note is about twice as long

# A server without constrained decoding may send anything: what is far over the schema's limits is not an answer.
_Text = Field(max_length=1000)
_Many = Field(max_length=60)


class Statement(BaseModel):
    """One sentence, and the numbers of the segments (map) or notes (merge, reduce) that say it."""

    text: str = _Text
    evidence: list[int] = _Many
    translation: str = Field(default="", max_length=1000)
    role: str = "point"
    speaker: str = Field(default="", max_length=200)
    owner: str = Field(default="", max_length=200)
    command: str = Field(default="", max_length=1000)


class MapAnswer(BaseModel):
    """Answer of the map and merge steps."""

    claims: list[Statement] = _Many


class Heading(BaseModel):
    """One section of a reduce answer; `notes` are numbers of notes."""

    heading: str = _Text
    translation: str = Field(default="", max_length=1000)
    notes: list[int] = _Many


class ReduceAnswer(BaseModel):
    """Answer of the reduce step."""

    tldr: Statement
    takeaways: list[Statement] = _Many
    sections: list[Heading] = _Many


@dataclass(frozen=True)
class Form:
    """What an answer's shape depends on beside the material: the kind, and whether it is written in two languages."""

    kind: Kind
    translated: bool = False

    def notes(self, count: int, speakers: Sequence[str]) -> dict[str, Any]:
        """Schema of the map step: statements that can cite nothing but `count` segments, numbered from 0."""
        known: dict[str, dict[str, Any]] = {
            "owner": _text(MAX_OWNER, least=0),
            "command": _text(MAX_COMMAND, least=0),
        }
        if speakers:
            known["speaker"] = {"type": "string", "enum": [*speakers, ""]}
        fields = {name: known[name] for name in self.kind.fields if name in known}
        role = {"role": {"type": "string", "enum": list(self.kind.roles)}}
        note = _object(role | fields | self._statement(count, 3))
        return _object({"claims": _array(note, NOTES_TRANSLATED if self.translated else NOTES_PER_CHUNK)})

    def merged(self, count: int, most: int) -> dict[str, Any]:
        """Schema of the merge step: at most `most` statements about `count` notes."""
        return _object({"claims": _array(_object(self._statement(count, 4)), most)})

    def summary(self, count: int, takeaways: int, sections: int, points: int) -> dict[str, Any]:
        """Schema of the reduce step: a summary that can point at nothing but `count` notes."""
        heading = {"heading": _text(MAX_HEADING)}
        if self.translated:
            heading["translation"] = _text(MAX_HEADING)
        section = _object(heading | {"notes": _array(_number(count), points)})
        return _object(
            {
                "tldr": _object(self._statement(count, 3)),
                "takeaways": _array(_object(self._statement(count, 2)), takeaways),
                "sections": _array(section, sections),
            }
        )

    def _statement(self, count: int, most: int) -> dict[str, Any]:
        # The original comes first: it is what gets checked, and the translation is then written from it.
        translation = {"translation": _text(MAX_TEXT)} if self.translated else {}
        return {"evidence": _array(_number(count), most), "text": _text(MAX_TEXT)} | translation


def fewer(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with half as many statements: for an answer that the token limit cut."""
    properties = {
        name: part | {"maxItems": max(1, part["maxItems"] // 2)} if part.get("type") == "array" else part
        for name, part in schema["properties"].items()
    }
    return schema | {"properties": properties}


def _number(count: int) -> dict[str, Any]:
    return {"type": "integer", "enum": list(range(count))}


def _text(most: int, least: int = 1) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most}


def _array(items: dict[str, Any], most: int, least: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
