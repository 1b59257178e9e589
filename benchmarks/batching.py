"""Measure the gain from batches with requests of several talks: `python benchmarks/batching.py [--device cuda]`.

The model has the widths of Qwen2.5-0.5B and random weights. Every talk sends requests as in the map and the reduce
step: several chunks at once, then one request. The talks are processed one after the other and all at once (through
`Batching`), in turns in one run; every answer has the same number of tokens. The output is seconds and their ratio.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
import llm  # noqa: E402

from summarizer.config import LLMSettings, RuntimeSettings, SummarizeSettings  # noqa: E402
from summarizer.summarize.kinds import KINDS  # noqa: E402
from summarizer.summarize.llm.batching import Batching  # noqa: E402
from summarizer.summarize.llm.generator import Generator, Request  # noqa: E402
from summarizer.summarize.llm.schemas import Form  # noqa: E402
from summarizer.summarize.llm.transformers_model import TransformersGenerator  # noqa: E402
from tests import tiny_llm  # noqa: E402

WORDS = (
    "the cluster was slow because etcd wrote to a disk that it shared with the build jobs of two other teams".split()
)


def main() -> None:
    """Measure in turns; print every measurement and the ratio of the best ones."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--talks", type=int, default=4)
    options.add_argument("--chunks", type=int, default=3, help="per talk; half an hour has about three")
    options.add_argument("--words", type=int, default=600, help="per chunk")
    options.add_argument("--answer", type=int, default=128, help="tokens per answer")
    options.add_argument("--batch", type=int, default=4)
    options.add_argument("--layers", type=int, default=24)
    options.add_argument("--turns", type=int, default=2)
    options.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    arguments = options.parse_args()
    settings = SummarizeSettings(backend="transformers", llm=LLMSettings(max_new_tokens=arguments.answer))
    with tempfile.TemporaryDirectory() as folder:
        shape = llm.SHAPE | {"num_hidden_layers": arguments.layers}
        tiny_llm.build(Path(folder), texts=[" ".join(WORDS)] * 50, dtype="bfloat16", **shape)
        runtime = RuntimeSettings(device=arguments.device, llm_batch=arguments.batch)
        generator = TransformersGenerator(Path(folder), runtime, settings)
    list(generator.generate([_make_request(0, 0, 50)]))  # warm up
    best: dict[str, float] = {}
    for _ in range(arguments.turns):
        for name, at_once in (("one after the other", 1), ("all at once", arguments.talks)):
            seconds = _measure(generator, arguments, at_once)
            best[name] = min(seconds, best.get(name, seconds))
            print(f"{name}: {seconds:.1f} s")
    print(f"{generator.device}: all at once is {best['one after the other'] / best['all at once']:.2f} times as fast")


def _measure(generator: Generator, arguments: argparse.Namespace, at_once: int) -> float:
    """Return the seconds for all talks, with `at_once` of them processed concurrently."""
    shared = Batching(generator, arguments.batch)
    remaining = list(range(arguments.talks))

    def process_talks() -> None:
        while remaining:
            talk = remaining.pop()
            for chunks in (range(arguments.chunks), range(arguments.chunks, arguments.chunks + 1)):
                _generate(shared, [_make_request(talk, chunk, arguments.words) for chunk in chunks])

    threads = [threading.Thread(target=process_talks) for _ in range(at_once)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - started


def _generate(generator: Generator, requests: Sequence[Request]) -> None:
    for _, answer in generator.generate(requests):
        assert not answer.finished, "answers must reach the token limit, to have the same length"  # noqa: S101


def _make_request(talk: int, chunk: int, words: int) -> Request:
    text = " ".join([f"talk {talk} part {chunk}", *(WORDS[i % len(WORDS)] for i in range(words))])
    return Request(
        instructions="Take notes.", material=text, answer_schema=Form(KINDS["talk"]).build_map_schema(50, ())
    )


if __name__ == "__main__":
    main()
