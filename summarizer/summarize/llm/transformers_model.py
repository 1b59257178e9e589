"""A local instruct model through transformers and torch, its answers held to a JSON schema by xgrammar.

Constrained decoding makes even a small model answer in the right form and cite nothing but existing segments; it does
not make it right, which is what `evidence` is for. Weights are read as safetensors from a local folder, code never.
"""

from __future__ import annotations

import importlib
import json
import logging
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from summarizer import models
from summarizer.config import Config, RuntimeSettings, SummarizeSettings
from summarizer.errors import BackendError
from summarizer.machine import cores
from summarizer.stage import Backend, ModelChoice, Opening, Package
from summarizer.summarize.base import Summarizer
from summarizer.summarize.llm import prompts
from summarizer.summarize.llm.batching import Batching
from summarizer.summarize.llm.generator import Answer, Request
from summarizer.summarize.llm.map_reduce import MapReduce

log = logging.getLogger(__name__)


class TransformersGenerator:
    """An opened model. Batches are padded on the left; decoding is greedy, so the same input gives the same answer."""

    name = "transformers"

    def __init__(self, path: Path, runtime: RuntimeSettings, settings: SummarizeSettings) -> None:
        try:
            import torch
            import xgrammar
            from transformers import AutoModelForCausalLM, AutoTokenizer
            from transformers.utils import logging as chatter
        except ImportError as error:
            raise BackendError(
                f"the package {error.name} is missing", "Run: pip install 'cncf-talk-summarizer[llm]'"
            ) from None
        chatter.disable_progress_bar()  # there is one bar, the run's
        self._threads = runtime.threads or cores()
        place = _device(torch, runtime.device)
        small = place == "cpu" and settings.transformers.quantize == "int8"
        self.device = f"{place} int8" if small else place
        fast_bfloat = place == "cuda" or torch.backends.cpu.get_cpu_capability().startswith("AVX512")
        # Quantizing starts from the weights as they are stored, so that they are never in memory at four bytes each.
        dtype = "auto" if small else torch.bfloat16 if fast_bfloat else torch.float32
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(path, local_files_only=True, trust_remote_code=False)
            self._model: Any = AutoModelForCausalLM.from_pretrained(
                path, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=dtype
            )
        except (OSError, ValueError, KeyError) as error:
            line = str(error).splitlines()[0]
            raise BackendError(
                f"{path} is not a language model that can be loaded: {line[:200]}",
                "Run: summarizer models pull NAME",
            ) from None
        if small:
            quantize(self._model)
        self._model.to(place).eval()
        self._tokenizer.padding_side = "left"
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        self._reading = threading.Lock()  # padding changes the tokenizer, which must not happen while another reads
        self._torch, self._xgrammar = torch, xgrammar
        vocabulary = xgrammar.TokenizerInfo.from_huggingface(self._tokenizer, vocab_size=self._model.config.vocab_size)
        self._compiler = xgrammar.GrammarCompiler(vocabulary)
        self._place = place
        self._max_new_tokens = settings.llm.max_new_tokens
        self._batch = runtime.llm_batch
        self.context_tokens = int(getattr(self._model.config, "max_position_embeddings", 0) or 4096)

    def count_tokens(self, text: str) -> int:
        """Exact tokens of a text."""
        with self._reading:
            return len(self._tokenizer.encode(text, add_special_tokens=False))

    def prompt_tokens(self, request: Request) -> int:
        """Exact tokens of the prompt, chat template included."""
        return self.count_tokens(self._prompt(request))

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Answers batch by batch; prompts of like length go together, so that little is computed on padding.

        A batch that does not fit into the device's memory is halved.
        """
        order = sorted(range(len(requests)), key=lambda i: self.prompt_tokens(requests[i]), reverse=True)
        size = self._batch
        while order:
            batch = order[:size]
            try:
                answers = self._batched([requests[i] for i in batch])
            except self._torch.OutOfMemoryError:
                if size == 1:
                    raise BackendError(
                        "the model does not fit into the device's memory",
                        "Use a smaller summarize.llm.model, or runtime.device=cpu.",
                    ) from None
                size = max(1, size // 2)
                log.warning("out of memory; going on with batches of %d", size)
                self._torch.cuda.empty_cache()
                continue
            order = order[size:]
            yield from zip(batch, answers, strict=True)

    def _batched(self, requests: Sequence[Request]) -> list[Answer]:
        self._torch.set_num_threads(self._threads)  # of this thread; speech recognition gives its own a share each
        prompts = [self._prompt(r) for r in requests]
        with self._reading:
            inputs = self._tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False)
        inputs = inputs.to(self._place)
        grammars = [
            self._compiler.compile_json_schema(json.dumps(r.answer_schema), any_whitespace=False) for r in requests
        ]
        processor = self._xgrammar.contrib.hf.LogitsProcessor(grammars)  # keeps state: one for each call
        with self._torch.inference_mode():
            produced = self._model.generate(
                **inputs,
                max_new_tokens=self._max_new_tokens,
                do_sample=False,
                logits_processor=[processor],
                pad_token_id=self._tokenizer.pad_token_id,
            )
        width = inputs["input_ids"].shape[1]
        lengths = inputs["attention_mask"].sum(dim=1).tolist()
        return [self._answer(row[width:].tolist(), length) for row, length in zip(produced, lengths, strict=True)]

    def _answer(self, tokens: list[int], tokens_in: int) -> Answer:
        stops = self._model.generation_config.eos_token_id
        ends = set(stops if isinstance(stops, list) else [stops])
        cut = next((i for i, token in enumerate(tokens) if token in ends), None)
        kept = tokens if cut is None else tokens[:cut]
        text = self._tokenizer.decode(kept, skip_special_tokens=True)
        return Answer(text=text, tokens_in=int(tokens_in), tokens_out=len(kept), finished=cut is not None)

    def _prompt(self, request: Request) -> str:
        """Instructions first, so that a server or a cache can share them between requests."""
        messages = [
            {"role": "system", "content": request.instructions},
            {"role": "user", "content": request.material},
        ]
        if self._tokenizer.chat_template is None:
            return f"{request.instructions}\n\n{request.material}\n\n"
        return str(self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))


def quantize(model: Any) -> None:
    """Replace a model's linear layers by dynamic int8 ones, in place: weights per channel, activations as they come.

    Decoding on a CPU is bound by reading the weights, and int8 has a quarter of float32's bytes. Layer by layer, so
    that the float copy of one layer at a time is all that it costs. The activations' scale is taken over a whole batch,
    so an answer may be worded otherwise in other company. Compared with torchao, which is to follow it, in
    docs/benchmarks.md.
    """
    torch: Any = importlib.import_module("torch")  # its quantization has no types
    try:
        config, linear = torch.ao.quantization.per_channel_dynamic_qconfig, torch.ao.nn.quantized.dynamic.Linear
    except AttributeError:
        raise BackendError(
            f"torch {torch.__version__} has no dynamic quantization any more",
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
    model.float()  # what is left: embeddings and norms


def _device(torch: Any, wanted: str) -> str:
    if wanted == "cpu":
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise BackendError(
            "CUDA was asked for and torch finds none", "See `summarizer doctor`, or set runtime.device=cpu."
        )
    return "cpu"


def _open(opening: Opening) -> Summarizer:
    assert opening.installed is not None  # noqa: S101 - TRANSFORMERS declares a model
    settings, runtime = opening.config.summarize, opening.config.runtime
    generator = TransformersGenerator(opening.installed.path, runtime, settings)
    processor = opening.processor if generator.device.startswith("cpu") else nullcontext()
    shared = Batching(generator, runtime.llm_batch, processor)
    return MapReduce(shared, settings, opening.installed.revision, arithmetic=settings.transformers.quantize)


def _choice(config: Config) -> ModelChoice:
    return ModelChoice(config.summarize.llm.model, "llm", config.summarize.llm.revision)


def _settings(config: Config) -> dict[str, Any]:
    llm = config.summarize.llm
    return {
        "llm": llm.dump() | models.identity(llm.model, llm.revision, config.runtime.models),
        "transformers": config.summarize.transformers.dump(),
        "prompts": prompts.fingerprint(),
    }


TRANSFORMERS: Backend[Summarizer] = Backend(
    name="transformers",
    open=_open,
    settings=_settings,
    packages=(Package("torch", "llm"), Package("transformers", "llm"), Package("xgrammar", "llm")),
    model=_choice,
    talks_at_once=lambda runtime: runtime.llm_batch,  # so that every talk has a request in a batch
)
