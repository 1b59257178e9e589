"""What it brings to answer for several talks in one batch: `python benchmarks/batching.py [--device cuda]`.

Random weights of Qwen2.5-0.5B's widths. Every talk asks as the map and the reduce step do: for some chunks at once,
then for one answer more. Talk after talk, and all at once through `Batching`, in turns in one run; every answer has the
same number of tokens. Seconds, and the ratio.
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

from summarizer.config import RuntimeSettings, SummarizeSettings  # noqa: E402
from summarizer.summarize.llm.batching import Batching  # noqa: E402
from summarizer.summarize.llm.generator import Generator, Request  # noqa: E402
from summarizer.summarize.llm.schemas import Form  # noqa: E402
from summarizer.summarize.llm.transformers_model import TransformersGenerator  # noqa: E402
from tests import tiny_llm  # noqa: E402

WORDS = (
    "the cluster was slow because etcd wrote to a disk that it shared with the build jobs of two other teams".split()
)


def main() -> None:
    """Measure in turns, and print each and the ratio of the best ones."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--talks", type=int, default=4)
    options.add_argument("--chunks", type=int, default=3, help="of a talk; half an hour has about three")
    options.add_argument("--words", type=int, default=600, help="of a chunk")
    options.add_argument("--answer", type=int, default=128, help="tokens of an answer")
    options.add_argument("--batch", type=int, default=4)
    options.add_argument("--layers", type=int, default=24)
    options.add_argument("--turns", type=int, default=2)
    options.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    given = options.parse_args()
    settings = SummarizeSettings(backend="transformers", max_new_tokens=given.answer)
    with tempfile.TemporaryDirectory() as folder:
        shape = llm.SHAPE | {"num_hidden_layers": given.layers}
        tiny_llm.build(Path(folder), texts=[" ".join(WORDS)] * 50, dtype="bfloat16", **shape)
        runtime = RuntimeSettings(device=given.device, llm_batch=given.batch)
        generator = TransformersGenerator(Path(folder), runtime, settings)
    list(generator.generate([_request(0, 0, 50)]))
    best: dict[str, float] = {}
    for _ in range(given.turns):
        for name, at_once in (("talk after talk", 1), ("together", given.talks)):
            seconds = _measure(generator, given, at_once)
            best[name] = min(seconds, best.get(name, seconds))
            print(f"{name}: {seconds:.1f} s")
    print(f"{generator.device}: together is {best['talk after talk'] / best['together']:.2f} times as fast")


def _measure(generator: Generator, given: argparse.Namespace, at_once: int) -> float:
    """Seconds for all talks, `at_once` of them side by side."""
    shared = Batching(generator, given.batch)
    todo = list(range(given.talks))

    def talks() -> None:
        while todo:
            talk = todo.pop()
            for round_ in (range(given.chunks), range(given.chunks, given.chunks + 1)):
                _ask(shared, [_request(talk, chunk, given.words) for chunk in round_])

    threads = [threading.Thread(target=talks) for _ in range(at_once)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - started


def _ask(generator: Generator, requests: Sequence[Request]) -> None:
    for _, answer in generator.generate(requests):
        assert not answer.finished, "answers must be cut, to be of one length"  # noqa: S101


def _request(talk: int, chunk: int, words: int) -> Request:
    text = " ".join([f"talk {talk} part {chunk}", *(WORDS[i % len(WORDS)] for i in range(words))])
    return Request(instructions="Take notes.", material=text, answer_schema=Form(kind="talk").notes(50, ()))


if __name__ == "__main__":
    main()
