"""Errors of servers: find the server's own message, and turn it into a typed error with a remedy."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from summarizer.errors import BackendError, Deferred, Failed, SummarizerError
from summarizer.summarize.llm.servers.transport import Reply

MAX_MESSAGE = 300  # characters of a server's message in our error
UNREACHABLE, INTERRUPTED, UNREADABLE = -1, -2, -3  # in place of an HTTP status
_MAY_PASS = {UNREACHABLE, INTERRUPTED, 408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529}
# The wordings of llama.cpp, LM Studio, vLLM, Ollama, SGLang, TGI and of hosted services.
_TOO_LONG = re.compile(
    r"context[ _](?:length|window|size|overflow)|maximum context|max_?(?:imum )?model[ _]len|exceed_context_size"
    r"|context the overflows|tokens to keep from the initial prompt|prompt (?:is )?too (?:long|large)"
    r"|input (?:is )?too (?:long|large)|input length|too many (?:input )?tokens|input token count"
    r"|max_tokens must be at least 1, got -|`inputs` tokens|reduce the length of|request too large",
    re.IGNORECASE,
)
_NO_CREDIT = re.compile(
    r"insufficient[ _](?:quota|credits?|funds|balance)|exceeded your current quota|credit balance|out of credits"
    r"|(?:not|n't) (?:have )?enough credits|billing|payment required|add (?:more )?credits",
    re.IGNORECASE,
)


class Trouble(NamedTuple):
    """What went wrong with one request."""

    status: int  # of HTTP, or one of the constants above
    message: str  # the server's own words, one line
    kind: str = ""  # the server's own codes and parameter names, e.g. "insufficient_quota"
    retry_after: float | None = None  # seconds that the server asks to wait

    @property
    def text(self) -> str:
        """Everything that the server said."""
        return f"{self.kind} {self.message}"

    @property
    def is_too_long(self) -> bool:
        """Whether the prompt does not fit into the context of the model."""
        return self.status == 413 or (self.status in {400, 422, 500} and bool(_TOO_LONG.search(self.text)))

    @property
    def is_without_credit(self) -> bool:
        """Whether the account has to be paid first; with a time to wait it is only a limit of the rate."""
        if self.status == 429 and self.retry_after is not None:
            return False
        return self.status == 402 or (self.status in {400, 403, 429} and bool(_NO_CREDIT.search(self.text)))

    @property
    def may_pass(self) -> bool:
        """Whether the same request may succeed when it is repeated."""
        return self.status in _MAY_PASS and not self.is_without_credit and not self.is_too_long


def find_trouble(reply: Reply, data: Any) -> Trouble | None:
    """Return the error in an answer; None if there is none. `data` is its JSON, or None.

    Some servers report errors with the status 200, in the place of the answer or of one choice.
    """
    error = _find_error(data)
    if 200 <= reply.status < 300 and error is None:
        return None
    if 300 <= reply.status < 400:
        return Trouble(reply.status, clean(reply.headers.get("location", "an unknown address")))
    fields = error if isinstance(error, dict) else {}
    status = reply.status if reply.status >= 400 else _read_status(fields)
    kind = " ".join(str(fields[name]) for name in ("type", "code", "param") if fields.get(name) is not None)
    message = clean(_find_message(error)) or _describe(reply.body) or f"HTTP status {reply.status}"
    return Trouble(status, message, clean(kind), read_retry_after(reply.headers))


def make_error(trouble: Trouble, endpoint: str, model: str, earlier: str = "") -> SummarizerError:
    """Return the typed error; `earlier` is the first reason that the server gave, if it is another one."""
    message = f"{trouble.message} (at first: {earlier})" if earlier and earlier != trouble.message else trouble.message
    if trouble.is_too_long:
        return Failed(
            "prompt_too_long",
            f"the prompt does not fit into the context of {endpoint}: {message}",
            "Configure a larger context in the server, or lower summarize.llm.chunk_tokens.",
        )
    if trouble.is_without_credit:
        return Failed(
            "no_credit",
            f"{endpoint} does not answer without payment: {message}",
            "Add credit to the account, or set another runtime.endpoint.",
        )
    if 300 <= trouble.status < 400:
        return BackendError(
            f"{endpoint} redirects to {message}, which is not followed: the transcript would go to another address",
            "Set runtime.endpoint to that address if the transcript may be sent there.",
        )
    if trouble.status in {401, 403}:
        return BackendError(
            f"{endpoint} refuses access: {message}", "Check SUMMARIZER_API_KEY, and what its account may use."
        )
    if trouble.status == 404:
        return BackendError(
            f"{endpoint} does not serve the model {model}: {message}",
            "Check summarize.llm.model, and runtime.endpoint, which usually ends in /v1.",
        )
    if trouble.status == 429:
        wait = f", for {trouble.retry_after:.0f} s" if trouble.retry_after else ""
        return Deferred("rate_limited", f"{endpoint} is rate-limiting requests{wait}: {message}", "Run again later.")
    if trouble.status == UNREACHABLE:
        return BackendError(f"{endpoint} is unreachable: {message}", "Start the server, or set runtime.endpoint.")
    if trouble.status == UNREADABLE:
        return Failed(
            "bad_answer",
            f"{endpoint} does not follow the OpenAI chat API: {message}",
            "Check runtime.endpoint; it usually ends in /v1.",
        )
    if trouble.status == INTERRUPTED or trouble.status >= 500:
        return Failed("server_error", f"{endpoint} reports an error: {message}", "See to the server, and run again.")
    return Failed(
        "bad_request",
        f"{endpoint} rejects the request: {message}",
        "Choose a model and a server that support it: summarize.llm.model, runtime.endpoint.",
    )


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait; None if it does not."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        try:
            seconds = float(value) * unit
        except ValueError:
            try:
                seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
            except (ValueError, TypeError, OverflowError):  # no date, or one without a time zone
                continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    return None


def clean(text: str) -> str:
    """Return a text of a server as one short line without control characters."""
    printable = "".join(char if char.isprintable() else " " for char in text[: 20 * MAX_MESSAGE])
    line = " ".join(printable.split())
    return line if len(line) <= MAX_MESSAGE else f"{line[:MAX_MESSAGE]}..."


def _find_error(data: Any) -> Any:
    """Return the error that JSON contains, as the server wrote it; None if there is none."""
    if not isinstance(data, dict):
        return None
    if error := data.get("error"):
        return error
    choices = data.get("choices")
    if isinstance(choices, list) and choices:
        first = choices[0]
        return (first.get("error") or None) if isinstance(first, dict) else None
    says_something = any(data.get(name) for name in ("message", "detail", "errors", "msg"))
    return data if says_something and "choices" not in data else None


def _find_message(error: Any) -> str:
    if isinstance(error, str):
        return error
    if isinstance(error, list):
        return "; ".join(filter(None, map(_find_message, error[:5])))
    if isinstance(error, dict):
        for name in ("message", "msg", "detail", "errors", "error", "description"):
            if text := _find_message(error.get(name)):
                return text
    return ""


def _read_status(fields: Mapping[str, Any]) -> int:
    """Return the HTTP status that an error in an answer with status 200 names; 500 if it names none."""
    for name in ("status", "code", "status_code"):
        value = fields.get(name)
        if str(value).isdecimal() and 400 <= int(str(value)[:4]) < 600:
            return int(str(value))
    return 500


def _describe(body: bytes) -> str:
    """Return what a body says that is not JSON: the title of a web page, or its first line."""
    text = body[: 20 * MAX_MESSAGE].decode("utf-8", "replace")
    if title := re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL):
        return f"a web page, {clean(title[1])!r}"
    if re.match(r"\s*<(?:!doctype|html|\?xml|head|body)", text, re.IGNORECASE):
        return "a web page"
    lines = [line for line in text.splitlines() if line.strip()]
    return clean(lines[0]) if lines else ""


def describe_unreadable(body: bytes) -> str:
    """Return why an answer with status 200 is none."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return f"its answer is {_describe(body) or 'empty'}"
    return "its answer has no text"
