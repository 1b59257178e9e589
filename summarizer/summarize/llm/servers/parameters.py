"""The parameters of a request that not every server supports, and how to do without them."""

from __future__ import annotations

import json
import re
from typing import Any

from summarizer.summarize.llm.generator import Request
from summarizer.summarize.llm.servers.trouble import Trouble

SCHEMA, LIMIT, NEW_LIMIT, TEMPERATURE, SYSTEM = (
    "response_format",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "system",
)
_REJECTED = {400, 404, 405, 415, 422, 500, 501}
_NAMED = {
    LIMIT: re.compile(r"max_tokens|max_completion_tokens"),
    NEW_LIMIT: re.compile(r"max_completion_tokens"),
    TEMPERATURE: re.compile(r"temperature", re.IGNORECASE),
    SYSTEM: re.compile(
        r"system (?:role|message|prompt|instruction)|role\W{0,4}system|\bsystem\b.{0,30}not supported"
        r"|developer instruction|roles must alternate|only (?:support )?user and assistant",
        re.IGNORECASE,
    ),
    SCHEMA: re.compile(
        r"response_?format|json[_ ]?(?:schema|mode|object)|structured[_ ]output|grammar|guided|requested parameters"
        r"|\bschema\b",
        re.IGNORECASE,
    ),
}


def build_body(request: Request, model: str, limit: int, refused: frozenset[str]) -> tuple[dict[str, Any], set[str]]:
    """Return the body of a request without the refused parameters, and the optional ones that it contains."""
    messages = request.messages
    body: dict[str, Any] = {"model": model, "messages": messages, "stream": False}
    sent = {SYSTEM, TEMPERATURE, LIMIT, NEW_LIMIT} - refused
    if TEMPERATURE in sent:
        body["temperature"] = 0
    if LIMIT in sent:
        body[LIMIT] = limit
        sent -= {NEW_LIMIT}
    elif NEW_LIMIT in sent:
        body[NEW_LIMIT] = limit
    if request.answer_schema is not None and SCHEMA not in refused:
        schema = {"name": "answer", "strict": True, "schema": request.answer_schema}
        body[SCHEMA] = {"type": "json_schema", "json_schema": schema}
        sent |= {SCHEMA}
    elif request.answer_schema is not None:
        schema_text = json.dumps(request.answer_schema)
        messages[0]["content"] += f"\n\nAnswer only with JSON that follows this schema:\n{schema_text}"
    if SYSTEM in refused:  # the instructions become the beginning of the first message
        instructions = messages.pop(0)["content"]
        messages[0]["content"] = f"{instructions}\n\n{messages[0]['content']}"
    return body, sent


def find_refused(trouble: Trouble, sent: set[str]) -> str:
    """Return the parameter that a server does not support, of those that were sent; empty if it is another error.

    An error without a reason is most often about the schema, the only parameter that many servers do not know.
    """
    if trouble.status not in _REJECTED or trouble.is_too_long or trouble.is_without_credit:
        return ""
    for name, pattern in _NAMED.items():
        if name in sent and pattern.search(trouble.text):
            return name
    return SCHEMA if SCHEMA in sent and trouble.status in {400, 422, 501} else ""
