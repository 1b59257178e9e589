"""A back end for any server with the OpenAI chat API: vLLM, Ollama, llama.cpp, or a hosted service.

The schema is sent as `response_format`. A server that does not support this receives the schema as text; the answer is
checked in both cases. The address is a runtime setting, and the API key is only read from the environment.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from summarizer.config import LLMSettings, RuntimeSettings
from summarizer.errors import BackendError, Deferred, Failed, install_remedy
from summarizer.summarize.llm.generator import Answer, Request

CHARACTERS_PER_TOKEN = 3.0  # English has 4 to 5; lower on purpose, because the tokenizer of the server is unknown
TEMPLATE_TOKENS = 32
_TOO_LONG = re.compile(r"context (?:length|window|size)|maximum context|too many tokens|prompt is too long", re.I)
CONTEXT_TOKENS = 32_768  # minimum of current open models; a server with less refuses longer prompts itself


class OpenAIGenerator:
    """A client of one server, safe to use from several threads; requests are sent concurrently."""

    name = "openai"
    device = "server"
    context_tokens = CONTEXT_TOKENS

    def __init__(self, runtime: RuntimeSettings, settings: LLMSettings) -> None:
        try:
            import openai
        except ImportError:
            raise BackendError("the package openai is missing", install_remedy("openai")) from None
        self._openai = openai
        self._client = openai.OpenAI(
            base_url=runtime.endpoint,
            api_key=os.environ.get("SUMMARIZER_API_KEY", "none"),
            timeout=runtime.request_seconds,
            max_retries=runtime.retries,
        )
        self._endpoint = runtime.endpoint
        self._settings = settings
        self._pool = ThreadPoolExecutor(runtime.llm_batch)  # shared by all talks; limits concurrent requests
        self._constrained = True

    def count_tokens(self, text: str) -> int:
        """Return an estimate that is rather too high."""
        return int(len(text) / CHARACTERS_PER_TOKEN) + 1

    def prompt_tokens(self, request: Request) -> int:
        """Return an estimate that is rather too high; it includes the chat template."""
        return sum(self.count_tokens(message["content"]) + TEMPLATE_TOKENS for message in request.messages)

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Yield answers as they are completed. Raises `BackendError` when the server or the model is unavailable."""
        futures = {self._pool.submit(self._send, request): i for i, request in enumerate(requests)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            for future in futures:  # after an error, do not wait for the other requests
                future.cancel()

    def _send(self, request: Request) -> Answer:
        try:
            return self._complete(request)
        except self._openai.BadRequestError as error:
            if _TOO_LONG.search(str(error)):
                raise Failed(
                    "prompt_too_long",
                    f"the prompt does not fit into the context of {self._endpoint}: {_first_line(error)}",
                    "Lower summarize.llm.chunk_tokens.",
                ) from None
            if not self._constrained:
                raise Failed(
                    "bad_request",
                    f"{self._endpoint} rejects the request: {_first_line(error)}",
                    "Check the log of the server.",
                ) from None
            self._constrained = False  # json_schema is not supported: send the schema in the prompt
            return self._send(request)
        except (
            self._openai.NotFoundError,
            self._openai.AuthenticationError,
            self._openai.PermissionDeniedError,
        ) as error:
            raise BackendError(
                f"{self._endpoint} does not serve the model {self._settings.model}: {_first_line(error)}",
                "Check summarize.llm.model, runtime.endpoint and SUMMARIZER_API_KEY.",
            ) from None
        except self._openai.APITimeoutError:
            raise Failed(
                "timeout",
                f"{self._endpoint} did not answer within runtime.request_seconds",
                "Raise runtime.request_seconds, or use a smaller model.",
            ) from None
        except self._openai.APIConnectionError as error:
            raise BackendError(
                f"{self._endpoint} is unreachable: {_first_line(error)}",
                "Start the server, or set runtime.endpoint.",
            ) from None
        except self._openai.RateLimitError as error:
            raise Deferred(
                "rate_limited", f"{self._endpoint} is rate-limiting requests: {_first_line(error)}", "Run again later."
            ) from None
        except self._openai.APIStatusError as error:
            raise Failed(
                "server_error",
                f"{self._endpoint} reports an error: {_first_line(error)}",
                "Run again later, or check the log of the server.",
            ) from None
        except (self._openai.APIError, ValueError, TypeError, AttributeError, IndexError) as error:
            raise Failed(
                "bad_answer",
                f"{self._endpoint} does not follow the OpenAI chat API: {_first_line(error)}",
                "Check runtime.endpoint; it usually ends in /v1.",
            ) from None

    def _complete(self, request: Request) -> Answer:
        messages: Any = request.messages
        extra: dict[str, Any] = {}
        if request.answer_schema is None:
            extra["stop"] = ["\n"]  # a plain answer is one line
        elif self._constrained:
            extra["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": request.answer_schema},
            }
        else:
            schema = json.dumps(request.answer_schema)
            messages[0]["content"] += f"\n\nAnswer only with JSON that follows this schema:\n{schema}"
        reply = self._client.chat.completions.create(
            model=self._settings.model,
            messages=messages,
            temperature=0,
            max_tokens=request.max_new_tokens or self._settings.max_new_tokens,
            **extra,
        )
        choice = reply.choices[0]
        usage = reply.usage
        self._detect_truncation(usage.prompt_tokens if usage else 0, *(message["content"] for message in messages))
        return Answer(
            text=choice.message.content or "",
            tokens_in=usage.prompt_tokens if usage else 0,
            tokens_out=usage.completion_tokens if usage else 0,
            finished=choice.finish_reason != "length",
        )

    def _detect_truncation(self, prompt_tokens: int, *prompt: str) -> None:
        """Raise when the server truncated the prompt; some do so without an error, but their token count shows it."""
        words = sum(len(text.split()) for text in prompt)  # every word is at least one token
        if 0 < prompt_tokens < words:
            raise Failed(
                "prompt_cut",
                f"{self._endpoint} truncated the prompt: it read {prompt_tokens} tokens of {words} words",
                "Configure a larger context in the server (Ollama: num_ctx), or lower summarize.llm.chunk_tokens.",
            )


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200]
