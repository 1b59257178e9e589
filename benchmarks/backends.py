"""Compare back ends with a language model on whole real talks: seconds, memory, and what the checks accept.

    python benchmarks/backends.py --data FOLDER [--talks 2] [OPTION ...] NAME=MODEL [NAME=MODEL ...]

NAME is a back end (`transformers`, `llamacpp`), MODEL a folder of safetensors or a GGUF file; the comparison is of
arithmetic and implementation when both have the same weights. Every back end runs in its own process, in turns; the
time is that of the summaries of all talks together, without the loading of the model. On a busy machine, compare the
CPU seconds with one thread: they depend least on what else runs. The talks are those of the report half that have an
abstract, as in `summarizer eval --only digests`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from summarizer.config import Config  # noqa: E402
from summarizer.evaluation.digests import list_claims  # noqa: E402
from summarizer.evaluation.extractive import make_rare_terms  # noqa: E402
from summarizer.evaluation.material import Material  # noqa: E402
from summarizer.pipeline import OpenedBackends  # noqa: E402
from summarizer.records import Transcript  # noqa: E402
from summarizer.summarize import summarizer_backend  # noqa: E402
from summarizer.summarize.llm.generator import MemoryAnswers  # noqa: E402

COLUMNS = (
    *("back end", "device", "talks", "minutes of talk", "seconds a talk", "CPU seconds a talk", "statements", "quotes"),
    *("answers dropped", "tokens in", "tokens out", "opened in, s", "peak, GB"),
)


def main() -> None:
    """Print a table row for each back end and turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("candidates", nargs="+", metavar="NAME=MODEL")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--talks", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=1e9, help="only the first minutes of each talk")
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--batch", type=int, default=4, help="runtime.llm_batch")
    parser.add_argument("--threads", type=int, default=0, help="runtime.threads; 0: all cores")
    parser.add_argument("--show", action="store_true", help="print the statements to stderr")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(measure(options.candidates[0], options)))
        return
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    print(f"llm_batch {options.batch}, {options.threads or 'all'} threads\n")
    print("| " + " | ".join(COLUMNS) + " |")
    print("|---|---|" + "---:|" * (len(COLUMNS) - 2))
    for _turn in range(options.turns):
        for candidate in options.candidates:
            row = _run(candidate, options)
            print("| " + " | ".join(str(row[name]) for name in row) + " |", flush=True)


def _run(candidate: str, options: argparse.Namespace) -> dict[str, Any]:
    command = [
        sys.executable,
        __file__,
        candidate,
        "--child",
        "--data",
        str(options.data),
        "--minutes",
        str(options.minutes),
    ]
    command += [
        "--talks",
        str(options.talks),
        "--batch",
        str(options.batch),
        "--threads",
        str(options.threads),
        *(["--show"] if options.show else []),
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(candidate: str, options: argparse.Namespace) -> dict[str, Any]:
    """Summarize the talks with one back end; return its figures."""
    name, _, model = candidate.partition("=")
    table = "llamacpp" if name == "llamacpp" else "llm"
    values = {
        "summarize": {"backend": name, table: {"model": model}},
        "runtime": {"device": "cpu", "llm_batch": options.batch, "threads": options.threads},
    }
    config = Config.model_validate(values)
    material = Material(options.data)
    rare = make_rare_terms(material.talks)
    talks = [talk for talk in material.talks if talk.half == "report" and rare(talk)][: options.talks]
    texts = [cut(talk.corrected, options.minutes) for talk in talks]
    started = time.monotonic()
    summarizer = OpenedBackends(config).open(summarizer_backend(config))
    opened = time.monotonic() - started
    started, cpu = time.monotonic(), time.process_time()
    with ThreadPoolExecutor(len(talks)) as pool:
        summaries = list(
            pool.map(lambda talk, text: summarizer.summarize(text, talk.source, MemoryAnswers()), talks, texts)
        )
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    if options.show:
        for summary in summaries:
            print(
                f"\n{name} {summary.video_id}",
                *(claim.text for claim in list_claims(summary)),
                sep="\n",
                file=sys.stderr,
            )
    return {
        "back end": name,
        "device": summaries[0].made.device,
        "talks": len(talks),
        "minutes": round(sum(text.segments[-1].end for text in texts) / 60),
        "seconds": round(seconds / len(talks), 1),
        "cpu": round(cpu / len(talks), 1),
        "statements": sum(len(list(list_claims(summary))) for summary in summaries),
        "quotes": sum(summary.evidence.quotes for summary in summaries)
        if not all(s.quoted for s in summaries)
        else "all",
        "dropped": sum(summary.evidence.dropped for summary in summaries),
        "in": sum(summary.made.tokens_in for summary in summaries),
        "out": sum(summary.made.tokens_out for summary in summaries),
        "opened": round(opened, 1),
        "peak": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 1),
    }


def cut(transcript: Transcript, minutes: float) -> Transcript:
    """Return the beginning of a transcript."""
    segments = tuple(segment for segment in transcript.segments if segment.start < 60 * minutes)
    return transcript.model_copy(update={"segments": segments, "duration": segments[-1].end})


if __name__ == "__main__":
    main()
