"""How often the guards suspect what people really said, in captions of real talks, and whether they find loops put in.

    python benchmarks/guards.py [FOLDER]

The captions have no times, so only the rules on text act (`looped`). Every segment that is named is heard a second time
and, if it stays as it is, cut out: the share is what the guards can cost a talk that was recognised well. For the other
side, one segment in fifty is replaced by a loop of the kinds that recognisers write.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from pathlib import Path

from summarizer.evaluation.material import DEFAULT_FOLDER, Material
from summarizer.records import Segment
from summarizer.transcribe.whisper.guards import suspects

LOOPS = ("thank you " * 12, "and then we go to the next slide " * 5, "no " * 20, "so that we can use it, " * 8)


def named(segments: Sequence[Segment]) -> set[int]:
    """Segments, by id, that lie in a suspect span."""
    spans = suspects(segments, None)
    return {s.id for s in segments if any(span.start <= (s.start + s.end) / 2 <= span.end for span in spans)}


def main() -> None:
    """Print the shares for each half."""
    material = Material(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_FOLDER)
    for half in ("tune", "report"):
        talks = [talk.transcript.segments for talk in material.talks if talk.half == half]
        total = sum(map(len, talks))
        wrong = [len(named(segments)) for segments in talks]
        found = put = 0
        rng = random.Random(half)
        for segments in talks:
            looping = {s.id for s in segments if rng.random() < 0.02}
            changed = [
                s.model_copy(update={"text": rng.choice(LOOPS), "end": s.start + 15.0}) if s.id in looping else s
                for s in segments
            ]
            put += len(looping)
            found += len(looping & named(changed))
        print(
            f"{half}: {len(talks)} talks, {total} segments; suspected of speech {sum(wrong)} "
            f"({sum(wrong) / total:.3%}), "
            f"at most {max(w / len(t) for w, t in zip(wrong, talks, strict=True)):.1%} of a talk; "
            f"loops found {found} of {put}"
        )


if __name__ == "__main__":
    main()
