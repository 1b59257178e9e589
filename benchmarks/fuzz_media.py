"""Damage ten thousand media files, and check that nothing crashes and that no incomplete file is accepted.

    python benchmarks/fuzz_media.py [--files 10000] [--seed 1]

PyAV creates files of the formats that sites deliver. Each copy is damaged by one to three seeded edits: flipped bits, a
truncated end, a missing, repeated or zeroed piece, a piece of another file, overwritten bytes in the header. One child
process decodes many files with `summarizer.audio.decoder` (the program starts one process for each file). A process
that dies is counted, and the next file gets a new one. A file is accepted when the decoder succeeds and
`check_complete` raises no error. An accepted file is a miss when its audio is over 1 s shorter or longer than that of
the original file.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import select
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from summarizer.audio import completeness, decoder, sandbox  # noqa: E402
from summarizer.errors import Failed  # noqa: E402 - the checkout is measured
from tests.media import measure, write_audio  # noqa: E402

SECONDS = 6.0
SEEDS: dict[str, tuple[str, dict[str, str]]] = {
    "webm/opus": (".webm", {}),
    "webm/opus, live": (".webm", {"live": "1"}),
    "ogg/opus": (".opus", {}),
    "m4a": (".m4a", {}),
    "m4a, index first": (".m4a", {"movflags": "faststart"}),
    "m4a, fragments": (".m4a", {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "500000"}),
    "mp3": (".mp3", {}),
    "mp3, no Xing header": (".mp3", {"write_xing": "0"}),
    **{
        name: (suffix, {})
        for name, suffix in (
            ("alac", ".mov"),
            ("ac3", ".ac3"),
            ("eac3", ".eac3"),
            ("mp2", ".mp2"),
            ("mp2 in mpg", ".mpg"),
            ("wma", ".wma"),
            ("amr-nb", ".amr"),
            ("adpcm in caf", ".caf"),
            ("aiff", ".aiff"),
            ("aac in 3gp", ".3gp"),
            ("aac in ts", ".ts"),
            ("mp3 in flv", ".flv"),
            ("mp2 in avi", ".avi"),
        )
    },
}
LIMIT = 8.0  # seconds for one file
CPU_SECONDS = 100_000  # for all files of one child process


def mutate(rng: random.Random, data: bytes, donors: list[bytes]) -> tuple[str, bytes]:
    """Return the name of a random edit, and the edited bytes; a piece of one of `donors` may be inserted."""
    edit = rng.choice(("flip", "truncate", "remove", "repeat", "zero", "splice", "header"))
    at, length = rng.randrange(len(data)), rng.randrange(1, max(2, len(data) // 3))
    if edit == "flip":
        changed = bytearray(data)
        for _ in range(rng.choice((1, 4, 32, 256))):
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        return edit, bytes(changed)
    if edit == "truncate":
        return edit, data[: max(1, at)]
    if edit == "remove":
        return edit, data[:at] + data[at + length :]
    if edit == "repeat":
        return edit, data[: at + length] + data[at : at + length] + data[at + length :]
    if edit == "zero":
        return edit, data[:at] + bytes(min(length, len(data) - at)) + data[at + length :]
    if edit == "splice":
        donor = rng.choice(donors)
        return edit, data[:at] + donor[rng.randrange(len(donor)) :]
    changed = bytearray(data)
    for _ in range(rng.choice((1, 2, 8))):
        changed[rng.randrange(min(400, len(changed)))] = rng.randrange(256)
    return edit, bytes(changed)


def run_child() -> None:
    """Decode the files whose paths are on stdin, one after the other, and print one line of JSON for each."""
    decoder.limit(sandbox.MEMORY, CPU_SECONDS)
    for line in sys.stdin:
        out = io.BytesIO()
        code = decoder.run("decode", line.strip(), out)
        head, _, samples = out.getvalue().partition(b"\n")
        answer = {"code": code, "header": json.loads(head) if head else None, "seconds": len(samples) / 32_000}
        print(json.dumps(answer), flush=True)


class Decoder:
    """The child process; a new one is started after it died or hung."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def __call__(self, path: Path) -> dict[str, Any]:
        """Return the child's answer for a file; it has the key `ended` if the child died or exceeded the time limit."""
        if self.process is None or self.process.poll() is not None:
            command = [sys.executable, __file__, "--child"]
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
            )
        assert self.process.stdin is not None  # noqa: S101
        assert self.process.stdout is not None  # noqa: S101
        self.process.stdin.write(f"{path}\n".encode())
        ready = select.select([self.process.stdout], [], [], LIMIT)[0]
        if ready and (line := self.process.stdout.readline()):
            answer: dict[str, Any] = json.loads(line)
            return answer
        self.process.kill()
        self.process.wait()
        self.process = None
        return {"ended": "decoder died" if ready else "decoder took too long", "seconds": 0.0}


def judge(path: Path, answer: dict[str, Any], declared: float | None) -> str:
    """Return the program's result for a decoded file: a code of `Failed`, or "accepted"."""
    if "ended" in answer:
        return str(answer["ended"])
    header = answer["header"]
    if answer["code"] != 0 or header is None:
        return "media_unreadable"
    if header["codec"] is None:
        return "no_audio"
    if not decoder.is_allowed(header["codec"]):
        return "codec_refused"
    try:
        completeness.check_complete(
            path,
            answer["seconds"],
            declared=declared,
            container=header["duration"],
            other_streams=header["other_streams"],
            file_end=header["file_end"],
            step_back=header["step_back"],
        )
    except Failed as error:
        return error.code
    return "accepted"


def main() -> None:
    """Print the number of each result, and every kind of accepted file with a wrong duration."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder to which wrongly accepted files are copied")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        run_child()
        return
    verdicts: dict[str, Counter[str]] = {"nothing declared": Counter(), "duration declared": Counter()}
    misses: dict[str, Counter[str]] = {name: Counter() for name in verdicts}
    decode = Decoder()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seeds = {
            kind: write_audio(folder / f"seed{number}{suffix}", SECONDS, options=options)
            for number, (kind, (suffix, options)) in enumerate(SEEDS.items())
        }
        durations = {kind: measure(path)[1] for kind, path in seeds.items()}
        data = {kind: path.read_bytes() for kind, path in seeds.items()}
        for number in range(arguments.files):
            rng = random.Random(f"{arguments.seed}-{number}")
            kind = rng.choice(sorted(seeds))
            edits, mutated = [], data[kind]
            for _ in range(rng.choice((1, 1, 2, 3))):
                edit, mutated = mutate(rng, mutated, list(data.values()))
                edits.append(edit)
            path = folder / f"x{seeds[kind].suffix}"
            path.write_bytes(mutated)
            answer = decode(path)
            for group, declared in (("nothing declared", None), ("duration declared", durations[kind])):
                verdict = judge(path, answer, declared)
                verdicts[group][verdict] += 1
                if "ended" in answer:
                    misses[group][f"{verdict}, {kind}: {'+'.join(edits)}"] += 1
                error = answer["seconds"] - durations[kind]
                if verdict == "accepted" and abs(error) > completeness.TOLERANCE:
                    misses[group][f"{'short' if error < 0 else 'long'}, {kind}: {'+'.join(edits)}"] += 1
                    if arguments.keep:
                        arguments.keep.mkdir(parents=True, exist_ok=True)
                        (arguments.keep / f"{number}{path.suffix}").write_bytes(mutated)
            if sys.stderr.isatty():
                print(f"\r{number + 1} of {arguments.files}", end="", file=sys.stderr)
    for group in verdicts:
        print(f"\n{group}: " + ", ".join(f"{count} {verdict}" for verdict, count in verdicts[group].most_common()))
        short, long = (
            sum(count for kind, count in misses[group].items() if kind.startswith(word)) for word in ("short", "long")
        )
        print(f"  accepted with a wrong duration: {short} too short, {long} too long")
        for kind, count in misses[group].most_common(12):
            print(f"    {count} {kind}")


if __name__ == "__main__":
    main()
