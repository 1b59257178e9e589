"""A local instruct model, run with transformers and torch; xgrammar constrains its answers to a JSON schema.

With constrained decoding even a small model answers in the required form and cites only existing segments. Whether a
statement is true is checked by `evidence`. Weights are loaded as safetensors from a local folder; code is never loaded.
"""

from __future__ import annotations

import importlib
import json
import logging
import threading
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from summarizer.config import RuntimeSettings, SummarizeSettings
from summarizer.errors import BackendError
from summarizer.machine import count_cores
from summarizer.summarize.llm.generator import Answer, Request

log = logging.getLogger(__name__)
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
            raise BackendError(
                f"the package {error.name} is missing", "Run: pip install 'cncf-talk-summarizer[llm]'"
            ) from None
        transformers_logging.disable_progress_bar()  # the run has its own progress bar
        self._threads = runtime.threads or count_cores()
        device = _choose_device(torch, runtime.device)
        quantized = device == "cpu" and settings.transformers.quantize == "int8"
        self.device = f"{device} int8" if quantized else device
        fast_bfloat = device == "cuda" or torch.backends.cpu.get_cpu_capability().startswith("AVX512")
        # For quantization, load the weights in their stored format, so that they never use four bytes each in memory.
        dtype = "auto" if quantized else torch.bfloat16 if fast_bfloat else torch.float32
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
        if quantized:
            quantize(self._model)
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
        self.context_tokens = int(getattr(self._model.config, "max_position_embeddings", 0) or 4096)

    def count_tokens(self, text: str) -> int:
        """Return the exact number of tokens of a text."""
        with self._tokenizer_lock:
            return len(self._tokenizer.encode(text, add_special_tokens=False))

    def prompt_tokens(self, request: Request) -> int:
        """Return the exact number of tokens of the prompt with its chat template."""
        return self.count_tokens(self._format_prompt(request))

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Yield answers batch by batch; prompts of similar length share a batch, to keep padding small.

        When a batch does not fit into the memory of the device, the batch size is halved.
        """
        order = sorted(range(len(requests)), key=lambda i: self.prompt_tokens(requests[i]), reverse=True)
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
            inputs = self._tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False)
        inputs = inputs.to(self._torch_device)
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
        lengths = inputs["attention_mask"].sum(dim=1).tolist()
        return [
            self._decode_answer(sequence[width:].tolist(), length)
            for sequence, length in zip(sequences, lengths, strict=True)
        ]

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


def quantize(model: Any) -> None:
    """Replace the linear layers of a model by dynamically quantized int8 layers, in place.

    Weights have a scale per channel, and activations are quantized when they are computed. Decoding on a CPU is limited
    by the time to read the weights, and int8 needs a quarter of the bytes of float32. Layers are converted one by one,
    so that only one float copy of a layer is in memory at a time. The scale of the activations is computed over a
    complete batch, so an answer may depend on the other requests of its batch. docs/benchmarks.md compares this with
    torchao, its announced successor.
    """
    torch: Any = importlib.import_module("torch")  # its quantization module has no type hints
    try:
        config, linear = torch.ao.quantization.per_channel_dynamic_qconfig, torch.ao.nn.quantized.dynamic.Linear
    except AttributeError:
        raise BackendError(
            f"torch {torch.__version__} does not support dynamic quantization",
            "Set summarize.transformers.quantize to none.",
        ) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated since torch 2.10
        for parent in list(model.modules()):
            for name, layer in list(parent.named_children()):
                if type(layer) is torch.nn.Linear:
                    layer = layer.float()
                    layer.qconfig = config
                    setattr(parent, name, linear.from_float(layer))
    model.float()  # the remaining layers: embeddings and norms


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
