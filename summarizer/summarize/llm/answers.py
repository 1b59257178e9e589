"""Read the answers of models: JSON in any wrapping, or one line of text.

Models without constrained decoding wrap JSON in prose and code fences, think aloud before it, and leave commas behind.
Reading is lenient, because everything that an answer says is checked afterwards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

AnswerT = TypeVar("AnswerT", bound=BaseModel)
MAX_ANSWER_CHARACTERS = 200_000  # a server can send anything
MAX_LINE_CHARACTERS = 1000  # of a plain answer
MAX_STARTS = 20  # places in an answer at which JSON may begin
_OPENED, _CLOSED = (
    re.compile(r"<(think|thinking|thought|reasoning)>"),
    re.compile(r"</(?:think|thinking|thought|reasoning)>"),
)
_START = re.compile(r"[{\[]")
_FINAL = "<|channel|>final<|message|>"  # where the answer begins in the format of gpt-oss
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+")|,(?=\s*[\]}])', re.DOTALL)


def strip_thoughts(text: str) -> str:
    """Return an answer without the thoughts before it; empty if the answer never began."""
    text = text.removeprefix("\ufeff").strip()
    if _FINAL in text:
        return text.rpartition(_FINAL)[2].strip()
    *_, end = [0, *(match.end() for match in _CLOSED.finditer(text))]
    rest = text[end:].strip()
    return "" if _OPENED.match(rest) else rest


def parse_answer(text: str, shape: type[AnswerT]) -> AnswerT | None:
    """Return the first JSON in an answer that has the wanted shape; None if there is none."""
    if len(text) > MAX_ANSWER_CHARACTERS:
        return None
    for value in _find_json(strip_thoughts(text)):
        with suppress(ValidationError, RecursionError):
            return shape.model_validate(value)
    return None


def take_line(text: str) -> str:
    """Return the first line of an answer that is neither a code fence nor an announcement ("Here it is:")."""
    lines = (line.strip() for line in strip_thoughts(text)[: 10 * MAX_LINE_CHARACTERS].splitlines())
    written = [line for line in lines if line and not line.startswith("```")]
    return next((line for line in written if not line.endswith(":")), "")[:MAX_LINE_CHARACTERS]


def _find_json(text: str) -> Iterator[Any]:
    # strict=False: grammars allow control characters inside strings; the digest removes them.
    decoder = json.JSONDecoder(strict=False)
    plain = _STRING_OR_COMMA.sub(lambda match: match[1] or "", text)
    for match in islice(_START.finditer(plain), MAX_STARTS):  # also inside of what has another shape
        with suppress(ValueError, RecursionError):
            yield decoder.raw_decode(plain, match.start())[0]
