"""A back end for any server with the OpenAI chat API: vLLM, Ollama, llama.cpp, or a hosted service.

The address is a runtime setting, and the API key is only read from the environment.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx2

from summarizer.config import Config, LLMSettings, RuntimeSettings
from summarizer.errors import Failed, UsageError
from summarizer.summarize.llm.generator import Answer, Request
from summarizer.summarize.llm.servers import parameters, replies, trouble
from summarizer.summarize.llm.servers.replies import Completion
from summarizer.summarize.llm.servers.transport import Reply, Transport, UnreadableError
from summarizer.summarize.llm.servers.trouble import Trouble

CHARACTERS_PER_TOKEN = 3.0  # English has 4 to 5; lower on purpose, because the tokenizer of the server is unknown
TEMPLATE_TOKENS = 32
CONTEXT_TOKENS = 32_768  # minimum of current open models; a server with less refuses longer prompts itself
THOUGHT_TOKENS = 4096  # added to the limit of an answer for models that write thoughts before it
FIRST_PAUSE, MAX_PAUSE = 0.5, 8.0  # seconds before the first repetition of a request; doubled for each further one


def check_endpoint(config: Config) -> None:
    """Raise `UsageError` if runtime.endpoint is not the address of a server."""
    endpoint = config.runtime.endpoint
    try:
        parts = urlsplit(endpoint)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise UsageError(f"runtime.endpoint: {endpoint!r} is not an address", "Write it like http://127.0.0.1:8000/v1.")


class OpenAIGenerator:
    """A client of one server, safe to use from several threads; `llm_batch` requests are sent at a time."""

    name = "openai"
    device = "server"
    context_tokens = CONTEXT_TOKENS

    def __init__(self, runtime: RuntimeSettings, settings: LLMSettings) -> None:
        self._transport = Transport(runtime.endpoint, os.environ.get("SUMMARIZER_API_KEY", "none"))
        self._endpoint = runtime.endpoint
        self._settings = settings
        self._seconds = runtime.request_seconds
        self._retries = runtime.retries
        self._slots = asyncio.Semaphore(runtime.llm_batch)  # shared by all talks
        self._refused: frozenset[str] = frozenset()  # parameters that the server is known not to support
        self._thinks = False  # whether the model is known to write thoughts
        self._whole_words = 0  # words of the longest prompt that the server is known to read as a whole

    def count_tokens(self, text: str) -> int:
        """Return an estimate that is rather too high."""
        return int(len(text) / CHARACTERS_PER_TOKEN) + 1

    def prompt_tokens(self, request: Request) -> int:
        """Return an estimate that is rather too high; it includes the chat template."""
        return sum(self.count_tokens(message["content"]) + TEMPLATE_TOKENS for message in request.messages)

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Yield answers as they are completed.

        Raises `BackendError` when the server or the model is unavailable, `Deferred` when the server asks to wait
        longer than a request may take, and `Failed` for all other trouble.
        """
        yield from self._transport.run_all(self._send(request) for request in requests)

    async def _send(self, request: Request) -> Answer:
        """Send one request within its time, which includes repetitions and pauses."""
        reasons: list[str] = []
        async with self._slots:
            try:
                async with asyncio.timeout(self._seconds) as limit:
                    return await self._complete(request, limit, reasons)
            except TimeoutError:
                earlier = f"; before, it reported: {reasons[0]}" if reasons else ""
                raise Failed(
                    "timeout",
                    f"{self._endpoint} gave no complete answer within {self._seconds:g} s{earlier}",
                    "Raise runtime.request_seconds, or use a smaller model.",
                ) from None

    async def _complete(self, request: Request, limit: asyncio.Timeout, reasons: list[str]) -> Answer:
        """Repeat a request, without what the server does not support, until it is answered; notes all reasons."""
        refused, repeated = self._refused, 0
        while True:
            tokens = request.max_new_tokens or self._settings.max_new_tokens
            tokens += THOUGHT_TOKENS if self._thinks else 0
            body, sent = parameters.build_body(request, self._settings.model, tokens, refused)
            result = await self._exchange(body)
            if isinstance(result, Completion):
                self._refused |= refused
                if result.thought and not result.text and not result.finished and not self._thinks:
                    self._thinks = True
                    continue
                await self._require_whole_prompt(body, result.tokens_in)
                return Answer(
                    text=result.text,
                    tokens_in=result.tokens_in,
                    tokens_out=result.tokens_out,
                    finished=result.finished,
                    problem=result.problem,
                )
            reasons.append(result.message)
            if unsupported := parameters.find_refused(result, sent):
                refused |= {unsupported}
            elif result.may_pass and repeated < self._retries and _fits(result.retry_after, limit):
                pause = min(FIRST_PAUSE * 2**repeated, MAX_PAUSE)
                await asyncio.sleep(pause if result.retry_after is None else result.retry_after)
                repeated += 1
            elif result.status == 500 and result.may_pass and parameters.SCHEMA in sent:
                refused |= {parameters.SCHEMA}  # some servers break down over a schema without saying so
            else:
                raise trouble.make_error(result, self._endpoint, self._settings.model, reasons[0])

    async def _exchange(self, body: dict[str, Any]) -> Completion | Trouble:
        try:
            reply = await self._transport.post("chat/completions", body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            return Trouble(trouble.UNREACHABLE, trouble.clean(str(error)) or type(error).__name__)
        except httpx2.TransportError as error:
            reason = trouble.clean(str(error)) or type(error).__name__
            return Trouble(trouble.INTERRUPTED, f"the connection broke: {reason}")
        except UnreadableError as error:
            return Trouble(trouble.UNREADABLE, str(error))
        return _read(reply)

    async def _require_whole_prompt(self, body: dict[str, Any], counted: int) -> None:
        """Raise when the server truncated the prompt; some do so without an error, but their token count shows it.

        Others do not count what their cache has. So a count that is too low is asked for again with a prompt that no
        cache can have.
        """
        words = sum(len(message["content"].split()) for message in body["messages"])  # each is at least one token
        if counted == 0 or words <= self._whole_words:
            return
        if counted < words:
            changed = [dict(message) for message in body["messages"]]
            changed[0]["content"] = f"{os.urandom(4).hex()} {changed[0]['content']}"
            result = await self._exchange(body | {"messages": changed})
            counted = result.tokens_in if isinstance(result, Completion) else 0
            if 0 < counted < words:
                raise Failed(
                    "prompt_cut",
                    f"{self._endpoint} truncated the prompt: it read {counted} tokens of {words} words",
                    "Configure a larger context in the server (Ollama: num_ctx), or lower summarize.llm.chunk_tokens.",
                )
        if counted:
            self._whole_words = max(self._whole_words, words)


def _read(reply: Reply) -> Completion | Trouble:
    data = replies.load(reply.body)
    if found := trouble.find_trouble(reply, data):
        return found
    return replies.read_completion(data) or Trouble(trouble.UNREADABLE, trouble.describe_unreadable(reply.body))


def _fits(pause: float | None, limit: asyncio.Timeout) -> bool:
    """Return whether a pause ends before the time of the request."""
    end = limit.when()
    return pause is None or end is None or asyncio.get_running_loop().time() + pause < end
