"""A local instruct model, run with transformers and torch; xgrammar constrains its answers to a JSON schema.

With constrained decoding even a small model answers in the required form and cites only existing segments. Whether a
statement is true is checked by `evidence`. Weights are loaded as safetensors from a local folder; code is never loaded.
"""

from __future__ import annotations

import copy
import inspect
import json
import logging
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from summarizer.config import RuntimeSettings, SummarizeSettings
from summarizer.errors import BackendError, install_remedy
from summarizer.machine import count_cores
from summarizer.summarize.llm.generator import Answer, Request

log = logging.getLogger(__name__)
MIN_PREFIX = 32  # tokens of a common beginning that is worth keeping
ONE_LINE = r"root ::= [^\n]+"  # a plain answer without a grammar of its own


class TransformersGenerator:
    """A loaded model. Batches are padded on the left. Decoding is greedy, so the same input gives the same answer."""

    name = "transformers"

    def __init__(self, path: Path, runtime: RuntimeSettings, settings: SummarizeSettings) -> None:
        try:
            import torch
            import xgrammar
            from transformers import AutoModelForCausalLM, AutoTokenizer
            from transformers.utils import logging as transformers_logging
        except ImportError as error:
            raise BackendError(f"the package {error.name} is missing", install_remedy("llm")) from None
        transformers_logging.disable_progress_bar()  # the run has its own progress bar
        self._threads = runtime.threads or count_cores()
        device = _choose_device(torch, runtime.device)
        # int8 by torch's dynamic quantization is as fast and breaks real models: docs/benchmarks.md has the figures.
        dtype = torch.bfloat16 if device == "cuda" or has_fast_bfloat16(torch) else torch.float32
        self.device = f"{device} {str(dtype).removeprefix('torch.')}"
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(path, local_files_only=True, trust_remote_code=False)
            self._model: Any = AutoModelForCausalLM.from_pretrained(
                path, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=dtype
            )
        except (OSError, ValueError, KeyError) as error:
            line = str(error).splitlines()[0]
            raise BackendError(
                f"{path} is not a loadable language model: {line[:200]}",
                "Run: summarizer models pull NAME",
            ) from None
        self._model.to(device).eval()
        self._tokenizer.padding_side = "left"
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        self._tokenizer_lock = threading.Lock()  # padding changes the state of the tokenizer
        self._torch, self._xgrammar = torch, xgrammar
        vocabulary = xgrammar.TokenizerInfo.from_huggingface(self._tokenizer, vocab_size=self._model.config.vocab_size)
        self._compiler = xgrammar.GrammarCompiler(vocabulary)
        self._torch_device = device
        self._max_new_tokens = settings.llm.max_new_tokens
        self._batch = runtime.llm_batch
        forward = inspect.signature(self._model.forward).parameters
        self._cache_name = "cache" if "cache" in forward else "past_key_values"  # renamed in transformers 5
        self._prefix: tuple[tuple[int, ...], Any] = ((), None)  # the last common beginning, and its keys and values
        self.context_tokens = int(getattr(self._model.config, "max_position_embeddings", 0) or 4096)

    def count_tokens(self, text: str) -> int:
        """Return the exact number of tokens of a text."""
        with self._tokenizer_lock:
            return len(self._tokenizer.encode(text, add_special_tokens=False))

    def prompt_tokens(self, request: Request) -> int:
        """Return the exact number of tokens of the prompt with its chat template."""
        return self.count_tokens(self._format_prompt(request))

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Yield answers batch by batch; prompts with the same instructions and of similar length share a batch.

        When a batch does not fit into the memory of the device, the batch size is halved.
        """
        lengths = [self.prompt_tokens(request) for request in requests]
        order = sorted(range(len(requests)), key=lambda i: (requests[i].instructions, lengths[i]), reverse=True)
        size = self._batch
        while order:
            batch = order[:size]
            try:
                answers = self._generate_batch([requests[i] for i in batch])
            except self._torch.OutOfMemoryError:
                if size == 1:
                    raise BackendError(
                        "the model does not fit into the memory of the device",
                        "Use a smaller summarize.llm.model, or runtime.device=cpu.",
                    ) from None
                size = max(1, size // 2)
                log.warning("out of memory; continuing with a batch size of %d", size)
                self._torch.cuda.empty_cache()
                continue
            order = order[size:]
            yield from zip(batch, answers, strict=True)

    def _generate_batch(self, requests: Sequence[Request]) -> list[Answer]:
        self._torch.set_num_threads(self._threads)  # per thread; speech recognition has its own setting
        prompts = [self._format_prompt(r) for r in requests]
        with self._tokenizer_lock:
            tokens = self._tokenizer(prompts, add_special_tokens=False)["input_ids"]
        inputs = self._make_inputs(tokens)
        # A processor has state: a new one for each call.
        processor = self._xgrammar.contrib.hf.LogitsProcessor([self._compile_grammar(r) for r in requests])
        with self._torch.inference_mode():
            sequences = self._model.generate(
                **inputs,
                max_new_tokens=max(r.max_new_tokens or self._max_new_tokens for r in requests),
                do_sample=False,
                logits_processor=[processor],
                pad_token_id=self._tokenizer.pad_token_id,
            )
        width = inputs["input_ids"].shape[1]
        return [
            self._decode_answer(sequence[width:].tolist(), len(prompt))
            for sequence, prompt in zip(sequences, tokens, strict=True)
        ]

    def _make_inputs(self, prompts: Sequence[Sequence[int]]) -> dict[str, Any]:
        """Return the prompts as a batch; what all of them begin with is computed once and kept for the next batch.

        The padding is between the common beginning and the rest, so that every rest ends at the last column.
        """
        torch = self._torch
        prefix = _find_common_prefix(prompts)
        rests = [prompt[len(prefix) :] for prompt in prompts]
        width = max(map(len, rests))
        pad = self._tokenizer.pad_token_id
        rows = [[*prefix, *[pad] * (width - len(rest)), *rest] for rest in rests]
        mask = [[1] * len(prefix) + [0] * (width - len(rest)) + [1] * len(rest) for rest in rests]
        inputs: dict[str, Any] = {
            "input_ids": torch.tensor(rows, device=self._torch_device),
            "attention_mask": torch.tensor(mask, device=self._torch_device),
        }
        if prefix:
            inputs[self._cache_name] = self._compute_prefix(prefix, len(prompts))
        return inputs

    def _compute_prefix(self, prefix: tuple[int, ...], count: int) -> Any:
        """Return the attention's keys and values of the common beginning, repeated for `count` prompts."""
        if self._prefix[0] != prefix:
            with self._torch.inference_mode():
                output = self._model(
                    self._torch.tensor([prefix], device=self._torch_device), use_cache=True, logits_to_keep=1
                )
            self._prefix = prefix, output[self._cache_name]
        cache = copy.deepcopy(self._prefix[1])
        cache.batch_repeat_interleave(count)
        return cache

    def _compile_grammar(self, request: Request) -> Any:
        if request.answer_schema is not None:
            return self._compiler.compile_json_schema(json.dumps(request.answer_schema), any_whitespace=False)
        return self._compiler.compile_grammar(request.grammar or ONE_LINE)

    def _decode_answer(self, tokens: list[int], tokens_in: int) -> Answer:
        eos = self._model.generation_config.eos_token_id
        end_tokens = set(eos if isinstance(eos, list) else [eos])
        end = next((i for i, token in enumerate(tokens) if token in end_tokens), None)
        answer_tokens = tokens if end is None else tokens[:end]
        text = self._tokenizer.decode(answer_tokens, skip_special_tokens=True)
        return Answer(text=text, tokens_in=int(tokens_in), tokens_out=len(answer_tokens), finished=end is not None)

    def _format_prompt(self, request: Request) -> str:
        """Return the prompt; the instructions come first, because many requests share them."""
        if self._tokenizer.chat_template is None:
            return "".join(f"{message['content']}\n\n" for message in request.messages)
        return str(self._tokenizer.apply_chat_template(request.messages, tokenize=False, add_generation_prompt=True))


def _find_common_prefix(prompts: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return the tokens that all prompts begin with; none if there are few of them or a prompt has no others."""
    shortest = min(map(len, prompts))
    common = next((i for i in range(shortest) if len({prompt[i] for prompt in prompts}) > 1), shortest)
    common = min(common, shortest - 1)
    return tuple(prompts[0][:common]) if common >= MIN_PREFIX and len(prompts) > 1 else ()


def has_fast_bfloat16(torch: Any) -> bool:
    """Return whether the CPU multiplies bfloat16 directly (AVX512-BF16 or AMX); otherwise float32 is faster."""
    cpu = torch.backends.cpu.get_cpu_capability()
    return bool(cpu.startswith("AVX512") and torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _choose_device(torch: Any, configured: str) -> str:
    if configured == "cpu":
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    if configured == "cuda":
        raise BackendError(
            "runtime.device is cuda, but torch finds no CUDA device",
            "See `summarizer doctor`, or set runtime.device=cpu.",
        )
    return "cpu"
