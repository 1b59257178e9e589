"""Any server that speaks the OpenAI chat protocol: vLLM, Ollama, llama.cpp, or a hosted one.

The schema is sent as `response_format`; a server that does not know it gets it as text instead, and the answer is
checked just the same. The address is a runtime setting, the key comes from the environment only.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from summarizer.config import Config, LLMSettings, RuntimeSettings
from summarizer.errors import BackendError, Deferred, Failed, Refused
from summarizer.stage import Backend, Opening, Package
from summarizer.summarize.base import Summarizer
from summarizer.summarize.llm import prompts
from summarizer.summarize.llm.generator import Answer, Request
from summarizer.summarize.llm.map_reduce import MapReduce

CHARACTERS_PER_TOKEN = 3.0  # English has 4 to 5; on the safe side, since the server's tokenizer is not here
TEMPLATE_TOKENS = 32
_TOO_LONG = re.compile(r"context (?:length|window|size)|maximum context|too many tokens|prompt is too long", re.I)
CONTEXT_TOKENS = 32_768  # what current open models hold at least; the server itself refuses what it cannot hold


class OpenAIGenerator:
    """A client of one server, for any number of threads; requests go out together."""

    name = "openai"
    device = "server"
    context_tokens = CONTEXT_TOKENS

    def __init__(self, runtime: RuntimeSettings, settings: LLMSettings) -> None:
        try:
            import openai
        except ImportError:
            raise BackendError(
                "the package openai is missing", "Run: pip install 'cncf-talk-summarizer[openai]'"
            ) from None
        self._openai = openai
        self._client = openai.OpenAI(
            base_url=runtime.endpoint,
            api_key=os.environ.get("SUMMARIZER_API_KEY", "none"),
            timeout=runtime.request_seconds,
            max_retries=runtime.retries,
        )
        self._endpoint = runtime.endpoint
        self._settings = settings
        self._pool = ThreadPoolExecutor(runtime.llm_batch)  # of all talks: so many requests are with the server
        self._constrained = True

    def count_tokens(self, text: str) -> int:
        """An estimate on the high side."""
        return int(len(text) / CHARACTERS_PER_TOKEN) + 1

    def prompt_tokens(self, request: Request) -> int:
        """An estimate on the high side, the chat template included."""
        return self.count_tokens(request.instructions + request.material) + TEMPLATE_TOKENS

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Answers as they come. Raises `BackendError` when the server is not there or has not the model."""
        futures = {self._pool.submit(self._one, request): i for i, request in enumerate(requests)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            for future in futures:  # an error must not wait for the others
                future.cancel()

    def _one(self, request: Request) -> Answer:
        try:
            return self._call(request)
        except self._openai.BadRequestError as error:
            if _TOO_LONG.search(str(error)):
                raise Refused(
                    "prompt_too_long",
                    f"{self._endpoint} cannot hold it: {_line(error)}",
                    "Lower summarize.llm.chunk_tokens.",
                ) from None
            if not self._constrained:
                raise Failed(
                    "bad_request",
                    f"{self._endpoint} refuses the request: {_line(error)}",
                    "Look at the server's log.",
                ) from None
            self._constrained = False  # it does not know json_schema; the prompt will have to do
            return self._one(request)
        except (
            self._openai.NotFoundError,
            self._openai.AuthenticationError,
            self._openai.PermissionDeniedError,
        ) as error:
            raise BackendError(
                f"{self._endpoint} will not serve {self._settings.model}: {_line(error)}",
                "Check summarize.llm.model, runtime.endpoint and SUMMARIZER_API_KEY.",
            ) from None
        except self._openai.APITimeoutError:
            raise Failed(
                "timeout",
                f"{self._endpoint} did not answer in time",
                "Raise runtime.request_seconds, or use a smaller model.",
            ) from None
        except self._openai.APIConnectionError as error:
            raise BackendError(
                f"no server answers at {self._endpoint}: {_line(error)}",
                "Start the server, or set runtime.endpoint.",
            ) from None
        except self._openai.RateLimitError as error:
            raise Deferred(
                "rate_limited", f"{self._endpoint} has had enough for now: {_line(error)}", "Run again later."
            ) from None
        except self._openai.APIStatusError as error:
            raise Failed(
                "server_error",
                f"{self._endpoint} failed: {_line(error)}",
                "Run again later; look at the server's log.",
            ) from None
        except (self._openai.APIError, ValueError, TypeError, AttributeError, IndexError) as error:
            raise Failed(
                "bad_answer",
                f"{self._endpoint} does not speak the OpenAI protocol: {_line(error)}",
                "Check runtime.endpoint; it usually ends in /v1.",
            ) from None

    def _call(self, request: Request) -> Answer:
        system = request.instructions
        extra: dict[str, Any] = {}
        if self._constrained:
            extra["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": request.answer_schema},
            }
        else:
            system += f"\n\nAnswer with JSON alone, of this schema:\n{json.dumps(request.answer_schema)}"
        reply = self._client.chat.completions.create(
            model=self._settings.model,
            messages=[{"role": "system", "content": system}, {"role": "user", "content": request.material}],
            temperature=0,
            max_tokens=self._settings.max_new_tokens,
            **extra,
        )
        choice = reply.choices[0]
        usage = reply.usage
        self._refuse_cut(usage.prompt_tokens if usage else 0, system, request.material)
        return Answer(
            text=choice.message.content or "",
            tokens_in=usage.prompt_tokens if usage else 0,
            tokens_out=usage.completion_tokens if usage else 0,
            finished=choice.finish_reason != "length",
        )

    def _refuse_cut(self, read: int, *prompt: str) -> None:
        """Some servers cut a prompt that is over their limit and say nothing; their own count gives them away."""
        words = sum(len(part.split()) for part in prompt)  # every word is at least one token
        if 0 < read < words:
            raise Failed(
                "prompt_cut",
                f"{self._endpoint} read {read} tokens of a prompt of {words} words",
                "Give the server a larger context (Ollama: num_ctx), or lower summarize.llm.chunk_tokens.",
            )


def _line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200]


def _open(opening: Opening) -> Summarizer:
    settings = opening.config.summarize
    return MapReduce(OpenAIGenerator(opening.config.runtime, settings.llm), settings, settings.llm.revision)


def _settings(config: Config) -> dict[str, Any]:
    return {"llm": config.summarize.llm.dump(), "prompts": prompts.fingerprint()}


OPENAI: Backend[Summarizer] = Backend(
    name="openai",
    open=_open,
    settings=_settings,
    packages=(Package("openai", "openai"),),
    talks_at_once=lambda runtime: runtime.llm_batch,  # so that so many requests are with the server
)
