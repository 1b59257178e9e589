"""Measure the speed of a local language model on this machine: `python benchmarks/llm.py [--tokens 512]`.

The model has the shape of Qwen2.5-0.5B and random weights: the text is random, but the speed is realistic. The number
formats are measured in turns, and the best turn of each counts, because other programs can only slow it down. `prefill`
processes a prompt, and `decode` generates tokens one by one; both are in tokens per second of processor time on one
thread (`--threads` for more), which is least affected by other programs. `cosine` is the cosine similarity of the
logits with those in float32. torchao is measured if it is installed (`pip install torchao`).
"""

from __future__ import annotations

import argparse
import copy
import gc
import importlib.util
import time
import warnings
from collections.abc import Callable
from typing import Any

import torch
from transformers import Qwen2Config, Qwen2ForCausalLM

from summarizer.summarize.llm.transformers_model import quantize

SHAPE = {
    "vocab_size": 151_936, "hidden_size": 896, "intermediate_size": 4864, "num_hidden_layers": 24,
    "num_attention_heads": 14, "num_key_value_heads": 2, "max_position_embeddings": 32_768, "tie_word_embeddings": True,
}  # fmt: skip
INSTRUCTIONS = 330  # tokens of the instructions that the requests of the map step share
CHUNK = 2400  # tokens of a chunk
ANSWER = 500  # tokens of an answer


def main() -> None:
    """Measure and print a markdown table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tokens", type=int, default=512, help="prompt length")
    options.add_argument("--write", type=int, default=24, help="tokens to generate")
    options.add_argument("--turns", type=int, default=2, help="measurements of each number format; the best counts")
    options.add_argument("--layers", type=int, default=24, help="use fewer layers for a quick measurement")
    options.add_argument("--threads", type=int, default=1)
    arguments = options.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    warnings.simplefilter("ignore")
    print(f"{torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}, torch {torch.__version__}")
    model = Qwen2ForCausalLM(Qwen2Config(**SHAPE | {"num_hidden_layers": arguments.layers})).eval()
    prompt = torch.randint(0, SHAPE["vocab_size"], (1, arguments.tokens))
    with torch.inference_mode():
        reference = model(prompt, logits_to_keep=16).logits.flatten()
    variants = _make_variants(model)
    del model
    gc.collect()
    best: dict[str, tuple[float, float]] = {}
    cosine = {}
    for turn in range(arguments.turns):
        for name, variant in variants.items():
            read, write, logits = _measure(variant, prompt, arguments.write)
            cosine[name] = float(torch.nn.functional.cosine_similarity(logits, reference, dim=0))
            previous = best.get(name, (read, write))
            best[name] = (min(previous[0], read), min(previous[1], write))
            prefill, decode = arguments.tokens / read, arguments.write / write
            print(f"  turn {turn + 1}, {name}: prefill {prefill:.0f}, decode {decode:.1f}")
    _print_table(best, cosine, arguments)


def _make_variants(model: Any) -> dict[str, Any]:
    conversions: dict[str, Callable[[Any], Any]] = {"bfloat16": lambda m: m.bfloat16(), "int8 (ours)": _quantize}
    if importlib.util.find_spec("torchao"):
        conversions["int8 (torchao, eager)"] = _quantize_with_torchao
    return {name: convert(copy.deepcopy(model)).eval() for name, convert in conversions.items()}


def _quantize(model: Any) -> Any:
    quantize(model)
    return model


def _quantize_with_torchao(model: Any) -> Any:
    from torchao.quantization import Int8DynamicActivationInt8WeightConfig, quantize_

    # Untie the weights, because both layers are replaced.
    model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    quantize_(model, Int8DynamicActivationInt8WeightConfig())
    return model


def _measure(model: Any, prompt: torch.Tensor, write: int) -> tuple[float, float, torch.Tensor]:
    """Return (seconds to process the prompt, seconds to generate the tokens, logits of the last 16 positions)."""
    with torch.inference_mode():
        model(prompt[:, :16])
        started = time.process_time()
        out = model(prompt, use_cache=True, logits_to_keep=16)
        read = time.process_time() - started
        cache, token = out.past_key_values, out.logits[:, -1:].argmax(-1)
        started = time.process_time()
        for _ in range(write):
            step = model(token, past_key_values=cache, use_cache=True)
            token = step.logits[:, -1:].argmax(-1)
        return read, time.process_time() - started, out.logits.float().flatten()


def _print_table(best: dict[str, tuple[float, float]], cosine: dict[str, float], arguments: argparse.Namespace) -> None:
    base_read, base_write = best["bfloat16"]
    print("\n| | prefill, tokens/s | decode, tokens/s | prefill ratio | decode ratio | cosine |")
    print("|---|---|---|---|---|---|")
    for name, (read, write) in best.items():
        rates = f"{arguments.tokens / read:.0f} | {arguments.write / write:.1f}"
        print(f"| {name} | {rates} | {base_read / read:.2f} | {base_write / write:.2f} | {cosine[name]:.4f} |")
    read, write = best["int8 (ours)"]
    prefix = INSTRUCTIONS * read / arguments.tokens
    total = (INSTRUCTIONS + CHUNK) * read / arguments.tokens + ANSWER * write / arguments.write
    print(f"\nThe {INSTRUCTIONS} tokens of shared instructions take {prefix / total:.1%} of the time of a chunk.")


if __name__ == "__main__":
    main()
