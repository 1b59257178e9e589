"""Measure how often the guards suspect real speech, and how many inserted loops they find, in captions of real talks.

    python benchmarks/guards.py --data FOLDER

The captions have no times, so only the rules on text apply (`looped`). Every suspect segment is recognised again and,
if the text remains the same, removed. The printed share is therefore the most that the guards can remove from a
correctly recognised talk. To measure how many loops are found, one segment in fifty is replaced by a loop of the kinds
that speech recognition writes.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

from summarizer.evaluation.material import Material
from summarizer.records import Segment
from summarizer.transcribe.whisper.guards import find_suspects

LOOPS = ("thank you " * 12, "and then we go to the next slide " * 5, "no " * 20, "so that we can use it, " * 8)


def find_suspect_ids(segments: Sequence[Segment]) -> set[int]:
    """Ids of the segments that are in a suspect span."""
    spans = find_suspects(segments, None)
    return {s.id for s in segments if any(span.start <= (s.start + s.end) / 2 <= span.end for span in spans)}


def main() -> None:
    """Print the shares for each half of the talks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of real talks; see docs/evaluation.md")
    material = Material(parser.parse_args().data)
    for half in ("tune", "report"):
        talks = [talk.transcript.segments for talk in material.talks if talk.half == half]
        total = sum(map(len, talks))
        wrong = [len(find_suspect_ids(segments)) for segments in talks]
        detected = inserted = 0
        rng = random.Random(half)
        for segments in talks:
            looping = {s.id for s in segments if rng.random() < 0.02}
            changed = [
                s.model_copy(update={"text": rng.choice(LOOPS), "end": s.start + 15.0}) if s.id in looping else s
                for s in segments
            ]
            inserted += len(looping)
            detected += len(looping & find_suspect_ids(changed))
        print(
            f"{half}: {len(talks)} talks, {total} segments; suspect segments of speech {sum(wrong)} "
            f"({sum(wrong) / total:.3%}), "
            f"at most {max(w / len(t) for w, t in zip(wrong, talks, strict=True)):.1%} of a talk; "
            f"loops found {detected} of {inserted}"
        )


if __name__ == "__main__":
    main()
