"""How fast a local language model reads and writes on this machine: `python benchmarks/llm.py [--tokens 512]`.

Random weights of Qwen2.5-0.5B's shape: the text is noise, the speed is the real one. The ways to compute it are
measured in turns, and each gets its best turn, since other programs can only make one slower. `prefill` reads a prompt,
`decode` writes one token after another; both in tokens per second of processor time on one thread (`--threads` for
more), which a busy machine disturbs least. `cosine` compares the logits with float32's.
torchao is measured when it is installed (`pip install torchao`).
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
INSTRUCTIONS = 330  # tokens of the shared instructions of the map step
CHUNK = 2400  # tokens of a chunk
ANSWER = 500  # tokens of an answer


def main() -> None:
    """Measure and print a markdown table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tokens", type=int, default=512, help="prompt length")
    options.add_argument("--write", type=int, default=24, help="tokens to write")
    options.add_argument("--turns", type=int, default=2, help="how often each way is measured; the best turn counts")
    options.add_argument("--layers", type=int, default=24, help="fewer layers for a quick look")
    options.add_argument("--threads", type=int, default=1)
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    warnings.simplefilter("ignore")
    print(f"{torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}, torch {torch.__version__}")
    model = Qwen2ForCausalLM(Qwen2Config(**SHAPE | {"num_hidden_layers": given.layers})).eval()
    prompt = torch.randint(0, SHAPE["vocab_size"], (1, given.tokens))
    with torch.inference_mode():
        wanted = model(prompt, logits_to_keep=16).logits.flatten()
    ways = _ways(model)
    del model
    gc.collect()
    best: dict[str, tuple[float, float]] = {}
    cosine = {}
    for turn in range(given.turns):
        for name, computed in ways.items():
            read, write, logits = _measure(computed, prompt, given.write)
            cosine[name] = float(torch.nn.functional.cosine_similarity(logits, wanted, dim=0))
            old = best.get(name, (read, write))
            best[name] = (min(old[0], read), min(old[1], write))
            print(f"  turn {turn + 1}, {name}: prefill {given.tokens / read:.0f}, decode {given.write / write:.1f}")
    _table(best, cosine, given)


def _ways(model: Any) -> dict[str, Any]:
    ways: dict[str, Callable[[Any], Any]] = {"bfloat16": lambda m: m.bfloat16(), "int8 (ours)": _quantized}
    if importlib.util.find_spec("torchao"):
        ways["int8 (torchao, eager)"] = _torchao
    return {name: way(copy.deepcopy(model)).eval() for name, way in ways.items()}


def _quantized(model: Any) -> Any:
    quantize(model)
    return model


def _torchao(model: Any) -> Any:
    from torchao.quantization import Int8DynamicActivationInt8WeightConfig, quantize_

    model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())  # untie: both are replaced
    quantize_(model, Int8DynamicActivationInt8WeightConfig())
    return model


def _measure(model: Any, prompt: torch.Tensor, write: int) -> tuple[float, float, torch.Tensor]:
    """(seconds to read the prompt, seconds to write the tokens, the last 16 positions' logits)."""
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


def _table(best: dict[str, tuple[float, float]], cosine: dict[str, float], given: argparse.Namespace) -> None:
    base_read, base_write = best["bfloat16"]
    print("\n| | prefill, tokens/s | decode, tokens/s | prefill ratio | decode ratio | cosine |")
    print("|---|---|---|---|---|---|")
    for name, (read, write) in best.items():
        rates = f"{given.tokens / read:.0f} | {given.write / write:.1f}"
        print(f"| {name} | {rates} | {base_read / read:.2f} | {base_write / write:.2f} | {cosine[name]:.4f} |")
    read, write = best["int8 (ours)"]
    prefix = INSTRUCTIONS * read / given.tokens
    whole = (INSTRUCTIONS + CHUNK) * read / given.tokens + ANSWER * write / given.write
    print(f"\nReading the {INSTRUCTIONS} tokens of shared instructions is {prefix / whole:.1%} of one chunk's time.")


if __name__ == "__main__":
    main()
