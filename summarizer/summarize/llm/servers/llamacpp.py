"""A local model in the GGUF format, run by llama.cpp inside this process: no torch, and any CPU.

The package xllamacpp starts llama.cpp's server on a free port of this machine, with a random key that only this process
knows. Each of its slots computes one request; a slot that is free takes the next one while the others go on. The prompt
that requests have in common is computed once. GBNF grammars and JSON schemas constrain the answers.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2

from summarizer.config import RuntimeSettings, SummarizeSettings
from summarizer.errors import BackendError, Failed, install_remedy
from summarizer.machine import count_cores
from summarizer.summarize.llm.generator import Answer, Request
from summarizer.summarize.llm.servers import replies, trouble
from summarizer.summarize.llm.servers.transport import Transport, UnreadableError

BATCHES_AHEAD = 4  # requests for each slot that wait together, so that slots are not idle until the slowest is done
ONE_LINE = r'root ::= [^\n]+ "\n"?'  # a plain answer without a grammar of its own
GGUF_MAGIC = b"GGUF"
SILENT = -1  # verbosity: llama.cpp would write its log to stderr, over the progress bar
_REMEDY = "Run: summarizer models pull NAME, or set summarize.llamacpp.model to a .gguf file."


class LlamaCppGenerator:
    """A loaded model; safe to use from several threads. Decoding is greedy."""

    name = "llamacpp"

    def __init__(self, path: Path, runtime: RuntimeSettings, settings: SummarizeSettings) -> None:
        try:
            import xllamacpp
        except ImportError as error:
            raise BackendError(
                f"the package xllamacpp cannot be imported: {error}",
                install_remedy("llamacpp"),
            ) from None
        file = find_gguf(path)
        key = secrets.token_hex(16)
        device = _choose_device(xllamacpp.get_device_info(), runtime.device)
        params = xllamacpp.CommonParams()
        params.model.path = str(file)
        params.n_parallel = runtime.llm_batch
        params.n_ctx = settings.llamacpp.context_tokens * runtime.llm_batch
        params.kv_unified = False  # each slot has its own context
        params.fit_params = False  # a context that does not fit into memory is an error, not silently a smaller one
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = runtime.threads or count_cores()
        params.n_gpu_layers = 0 if device == "cpu" else -1
        params.api_keys = [key]
        params.ui = params.endpoint_slots = params.warmup = False
        params.verbosity = SILENT
        try:
            self._server = xllamacpp.Server(params)
        except RuntimeError:
            raise BackendError(
                f"llama.cpp cannot load {file}: it is damaged, of an unknown architecture, or too large for the memory",
                f"{_REMEDY} Less memory: lower summarize.llamacpp.context_tokens or runtime.llm_batch.",
            ) from None
        self._transport = Transport(self._server.listening_address, key, use_environment=False)
        # Requests wait here, not in the server: its threads would all be taken, and none be left to count tokens.
        self._slots = asyncio.Semaphore(runtime.llm_batch)
        self._max_new_tokens = settings.llm.max_new_tokens
        about = self._call(self._transport.get("v1/models"))["data"][0]["meta"]
        self.context_tokens = min(int(about["n_ctx"]), settings.llamacpp.context_tokens)
        self.device = f"{device} {about.get('ftype', '')}".strip()

    def count_tokens(self, text: str) -> int:
        """Return the exact number of tokens of a text."""
        return len(self._call(self._transport.post("tokenize", {"content": text, "add_special": False}))["tokens"])

    def prompt_tokens(self, request: Request) -> int:
        """Return the exact number of tokens of the prompt with its chat template."""
        body = {"messages": request.messages}
        return int(self._call(self._transport.post("v1/chat/completions/input_tokens", body))["input_tokens"])

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Yield answers as they are completed. Leaving the iterator stops the computation of the others."""
        yield from self._transport.run_all(self._answer(request) for request in requests)

    async def _answer(self, request: Request) -> Answer:
        body: dict[str, Any] = {
            "messages": request.messages,
            "temperature": 0,
            "max_tokens": request.max_new_tokens or self._max_new_tokens,
        }
        if request.answer_schema is not None:
            body["response_format"] = {"type": "json_schema", "json_schema": {"schema": request.answer_schema}}
        else:
            body["grammar"] = request.grammar or ONE_LINE
        async with self._slots:
            data = await _read(self._transport.post("v1/chat/completions", body))
        completion = replies.read_completion(data)
        if completion is None:
            raise Failed("bad_answer", "llama.cpp gave no answer", "Try another summarize.llamacpp.model.")
        return Answer(
            text=completion.text,
            tokens_in=completion.tokens_in,
            tokens_out=completion.tokens_out,
            finished=completion.finished,
        )

    def _call(self, exchange: Coroutine[Any, Any, Any]) -> Any:
        return self._transport.start(_read(exchange)).result()


async def _read(exchange: Coroutine[Any, Any, Any]) -> Any:
    """Return the JSON of an answer of llama.cpp; raises `Failed` with its own words."""
    try:
        reply = await exchange
    except (httpx2.TransportError, UnreadableError) as error:
        raise Failed("server_error", f"llama.cpp broke off: {error}", "Run again.") from None
    data = replies.load(reply.body)
    if problem := trouble.find_trouble(reply, data):
        code, setting = ("prompt_too_long", "context_tokens") if problem.is_too_long else ("server_error", "model")
        raise Failed(code, f"llama.cpp reports: {problem.message}", f"See summarize.llamacpp.{setting}.")
    return data


def find_gguf(path: Path) -> Path:
    """Return the GGUF file of a model, which is the path or the only one in it; of a split model, the first part.

    Raises `BackendError`.
    """
    files = [path] if path.is_file() else sorted(path.glob("*.gguf"))
    first = [file for file in files if "-of-" not in file.stem or "-00001-of-" in file.stem]
    if len(first) != 1:
        found = ", ".join(file.name for file in first[:5])
        reason = f"has several .gguf files: {found}" if found else "has no .gguf file, the format of llama.cpp"
        raise BackendError(f"{path} {reason}", _REMEDY)
    with first[0].open("rb") as opened:
        if opened.read(len(GGUF_MAGIC)) != GGUF_MAGIC:
            raise BackendError(f"{first[0]} is not in the GGUF format", _REMEDY)
    return first[0]


def _choose_device(found: Sequence[dict[str, Any]], configured: str) -> str:
    """Return "cpu" or the name of the first GPU that this build of llama.cpp can use."""
    gpus = [str(device["name"]) for device in found if "GPU" in str(device["type"])]
    if configured == "cpu" or (configured == "auto" and not gpus):
        return "cpu"
    if not gpus:
        raise BackendError(
            "runtime.device is cuda, but the installed xllamacpp has no GPU",
            "Install its CUDA wheel (docs/configuration.md), or set runtime.device=cpu.",
        )
    return gpus[0].lower()
