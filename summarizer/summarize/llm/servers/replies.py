"""Read the completion in a server's answer, in all forms that servers give it.

The text may be a string or a list of parts, come in events although no stream was asked for, or be in the place of the
thoughts of a reasoning model. What the text says is checked elsewhere, as strictly as that of any model.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from summarizer.summarize.llm.answers import strip_thoughts
from summarizer.summarize.llm.servers.trouble import clean

_CUT = {"length", "max_tokens", "model_length"}


class Completion(NamedTuple):
    """What a server answered."""

    text: str
    finished: bool  # false if the token limit truncated it
    thought: bool = False  # the model wrote thoughts before its answer
    problem: str = ""  # why there is no text
    tokens_in: int = 0  # 0: not reported
    tokens_out: int = 0


def load(body: bytes) -> Any:
    """Return the JSON of an answer, or its events joined to one completion; None if it is neither."""
    text = body.decode("utf-8-sig", "replace").strip()
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return _join_events(text)


def read_completion(data: Any) -> Completion | None:
    """Return the completion; None if the answer has none."""
    try:
        choice = data["choices"][0]
        message = choice.get("message") or {"content": choice["text"]}
        written, said = _join_parts(message.get("content")), _join_parts(message.get("refusal"))
    except (KeyError, IndexError, TypeError, AttributeError):
        return None
    text = strip_thoughts(written)
    thoughts = _join_parts(message.get("reasoning_content")) or _join_parts(message.get("reasoning"))
    reason = str(choice.get("finish_reason") or "").lower()
    finished = reason not in _CUT
    thought = bool(thoughts) or text != written.strip()
    if not text and finished:
        text = strip_thoughts(thoughts)  # some servers take the whole answer for thoughts
    problem = ""
    if not text:
        problem = f"the model declined: {clean(said)}" if said else f"its answer is empty ({reason or 'no reason'})"
    usage = data.get("usage")
    tokens_in, tokens_out = _read_usage(usage if isinstance(usage, dict) else {})
    return Completion(text, finished, thought, problem, tokens_in, tokens_out)


def _join_parts(content: Any) -> str:
    """Return the text of a content, which may be a list of parts; parts with thoughts are left out."""
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        raise TypeError("a content is text or parts")
    texts: list[str] = []
    for part in content:
        if isinstance(part, str):
            texts.append(part)
        elif not isinstance(part, dict):
            raise TypeError("a part is text or an object")
        elif part.get("type", "text") in {"text", "output_text", "refusal"}:
            text = part.get("text", part.get("refusal"))
            texts.append(str(text.get("value", "")) if isinstance(text, dict) else str(text or ""))
    return "".join(texts)


def _read_usage(usage: dict[str, Any]) -> tuple[int, int]:
    """Return the reported tokens of the prompt, with those that a cache of the server had, and of the answer."""
    details = usage.get("prompt_tokens_details")
    cached = _read_count(details.get("cached_tokens")) if isinstance(details, dict) else 0
    counted = _read_count(usage.get("prompt_tokens"))
    # A total that is smaller than its part counts only what the cache did not have.
    tokens_in = counted + cached if counted < cached else counted
    return tokens_in, _read_count(usage.get("completion_tokens"))


def _read_count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**40 else 0


def _join_events(text: str) -> Any:
    """Return server-sent events of a streamed completion as one completion; None if there are none."""
    joined: dict[str, Any] = {"content": "", "reasoning_content": ""}
    found: dict[str, Any] = {}
    reason = None
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip() != "data" or value.strip() == "[DONE]":
            continue
        try:
            event = json.loads(value, strict=False)
            if event.get("error"):
                return event
            found |= {"usage": event["usage"]} if event.get("usage") else {}
            choice = (event.get("choices") or [{}])[0]
            delta = choice.get("delta") or choice.get("message") or {}
            joined["content"] += _join_parts(delta.get("content"))
            joined["reasoning_content"] += _join_parts(delta.get("reasoning_content") or delta.get("reasoning"))
            reason = choice.get("finish_reason") or reason
        except (ValueError, RecursionError, TypeError, AttributeError, KeyError, IndexError):
            return None
        found["choices"] = [{"message": joined, "finish_reason": reason}]
    return found or None
