"""Compare ways to run a local language model with real weights: how exact they are, and how fast they edit passages.

    python benchmarks/llm.py --models FOLDER [FOLDER ...] --data FOLDER [--gguf FILE ...] [OPTION ...]

    --passages 16        number of passages that are edited
    --candidates ...     only these
    --tokens 1024        tokens of real text for agreement and perplexity

MODELS are folders of transformers (safetensors); GGUF are files for llama.cpp with the same weights, in the same order
(`pip install xllamacpp`). DATA is the folder of real talks of the evaluation. "Agreement" is the share of positions of
a real transcript at which the most probable next token is the one in float32; perplexity is over the same text. Editing
is the request that the summarizer makes for a passage: instructions, two examples, at most 90 words, one sentence.
Every candidate runs in its own process, one after another; the loading of the model is not counted.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from summarizer.config import LLMSettings, RuntimeSettings, SummarizeSettings  # noqa: E402
from summarizer.evaluation.material import Material  # noqa: E402
from summarizer.language.sentences import sentences  # noqa: E402
from summarizer.language.words import content  # noqa: E402
from summarizer.summarize.chapters import Stretch  # noqa: E402
from summarizer.summarize.extractive.salience import weigh_terms  # noqa: E402
from summarizer.summarize.llm.editing.passages import choose_passages  # noqa: E402
from summarizer.summarize.llm.editing.writing import EXAMPLES, make_request  # noqa: E402
from summarizer.summarize.llm.generator import Request  # noqa: E402
from summarizer.summarize.questions import find_roles  # noqa: E402
from summarizer.summarize.topics import split_topics  # noqa: E402

CANDIDATES = {
    "float32": "float32, one at a time (`generate`)",
    "bfloat16": "bfloat16, one at a time (`generate`)",
    "int8": "int8, torch's dynamic quantization, one at a time",
    "ours": "**this project: bfloat16, batches of 16, common beginning kept**",
    "llama1": "llama.cpp, Q4_K_M or as given, one at a time",
    "llama16": "llama.cpp, sixteen at a time",
}


def main() -> None:
    """Print a table row for each model and candidate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, nargs="+", required=True)
    parser.add_argument("--gguf", type=Path, nargs="*", default=[])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=1024)
    parser.add_argument("--candidates", nargs="+", choices=CANDIDATES, default=list(CANDIDATES))
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_measure(*options.child, options)))
        return
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n")
    print("| model | how | agreement | perplexity | seconds a passage | against `generate` in bfloat16 | peak, GB |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for number, model in enumerate(options.models):
        gguf = str(options.gguf[number]) if number < len(options.gguf) else ""
        figures = {
            name: _run(name, gguf if name.startswith("llama") else str(model), options)
            for name in options.candidates
            if gguf or not name.startswith("llama")
        }
        base = figures.get("bfloat16", {}).get("seconds", math.nan)
        for name, row in figures.items():
            print(
                f"| {model.name} | {CANDIDATES[name]} | {_format(row.get('agreement'), '.1%')} "
                f"| {_format(row.get('perplexity'), '.2f')} | {row['seconds']:.2f} | {base / row['seconds']:.2f} "
                f"| {row['peak'] / 1e9:.1f} |",
                flush=True,
            )


def _format(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _run(name: str, model: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measure a candidate in its own process; its peak memory is that of the process."""
    command = [sys.executable, __file__, "--models", *map(str, options.models), "--data", str(options.data)]
    command += ["--passages", str(options.passages), "--tokens", str(options.tokens), "--child", name, model]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed: {done.stderr[-800:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _measure(name: str, model: str, options: argparse.Namespace) -> dict[str, Any]:
    import resource

    warnings.simplefilter("ignore")
    material = Material(options.data)
    requests = _make_requests(material, options.passages)
    if name.startswith("llama"):
        figures = _edit_with_llama(model, requests, 16 if name == "llama16" else 1)
    else:
        figures = _edit_with_torch(name, Path(model), requests, _read_text(material), options.tokens)
    return figures | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def _make_requests(material: Material, count: int) -> list[Request]:
    """Return the requests for passages of real talks of the report half."""
    requests: list[Request] = []
    for talk in (talk for talk in material.talks if talk.half == "report"):
        split = sentences(talk.corrected)
        topics = split_topics([content(sentence.text) for sentence in split], 8)
        stretches = [Stretch(first, last, heading="") for first, last in topics]
        passages = choose_passages(split, find_roles(split), stretches, weigh_terms(split, talk.source), 3)
        requests += [make_request("sentence", passage.text, EXAMPLES) for passage in passages[:8]]
        if len(requests) >= count:
            break
    return requests[:count]


def _read_text(material: Material) -> str:
    return next(talk.text for talk in material.talks if talk.half == "report" and len(talk.text.split()) > 3000)


def _edit_with_torch(name: str, path: Path, requests: list[Request], text: str, count: int) -> dict[str, Any]:
    import torch

    from summarizer.summarize.llm.transformers_model import TransformersGenerator

    batch = 16 if name == "ours" else 1
    settings = SummarizeSettings(backend="transformers", llm=LLMSettings(max_new_tokens=64))
    generator = TransformersGenerator(path, RuntimeSettings(device="cpu", llm_batch=batch), settings)
    model, tokenizer = generator._model, generator._tokenizer
    tokens = torch.tensor([tokenizer.encode(text, add_special_tokens=False)[:count]])
    truth = _predict(model.float(), tokens)[0]
    model.bfloat16()
    if name == "float32":
        model.float()
    if name == "int8":
        _quantize(model)
    predicted, perplexity = _predict(model, tokens)
    list(generator.generate(requests[:1]))  # warm up
    started = time.monotonic()
    list(generator.generate(requests))
    seconds = (time.monotonic() - started) / len(requests)
    agreement = float((predicted == truth).float().mean())
    return {"agreement": agreement, "perplexity": perplexity, "seconds": seconds}


def _predict(model: Any, tokens: Any) -> tuple[Any, float]:
    """Return the most probable next token at every position, and the perplexity of the text."""
    import torch

    with torch.inference_mode():
        logits = model(tokens).logits[0].float()
    loss = torch.nn.functional.cross_entropy(logits[:-1], tokens[0, 1:])
    return logits.argmax(-1), math.exp(float(loss))


def _quantize(model: Any) -> None:
    """Quantize the linear layers dynamically, as older versions of this project did."""
    import torch

    module: Any = torch.ao
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if type(layer) is torch.nn.Linear:
                layer.float()
                layer.qconfig = module.quantization.per_channel_dynamic_qconfig
                setattr(parent, name, module.nn.quantized.dynamic.Linear.from_float(layer))
    model.float()


def _edit_with_llama(path: str, requests: list[Request], slots: int) -> dict[str, Any]:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_parallel, params.n_ctx = slots, 1024 * slots
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = os.cpu_count() or 1
    params.verbosity = -1
    server = xllamacpp.Server(params)

    def ask(request: Request) -> None:
        body = {"messages": request.messages, "temperature": 0, "max_tokens": request.max_new_tokens, "stop": ["\n"]}
        server.handle_chat_completions(body)

    ask(requests[0])
    started = time.monotonic()
    with ThreadPoolExecutor(slots) as pool:
        list(pool.map(ask, requests))
    return {"seconds": (time.monotonic() - started) / len(requests)}


if __name__ == "__main__":
    main()
