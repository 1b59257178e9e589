"""Measure what a second sound track costs: decoding, and the search for the voice.

    python benchmarks/tracks.py [--minutes 60]

The files are FLAC in Matroska, from the half minute of speech of the tests. "call" has a person in each track, who
speak in turn; "desktop" has silence in the first track. A line gives seconds, and how many times real time that is.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from summarizer.audio import VoiceActivity, stream
from tests import test_tracks


def main() -> None:
    """Print a line for each kind of file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    arguments = parser.parse_args()
    copies = max(1, round(arguments.minutes * 60 * 16_000 / test_tracks.SPEECH.size))
    kinds = {
        "one track": (test_tracks.SPEECH,),
        "desktop": (test_tracks.SILENCE, test_tracks.SPEECH),
        "call": (test_tracks.FIRST, test_tracks.SECOND),
    }
    with tempfile.TemporaryDirectory() as folder:
        for kind, tracks in kinds.items():
            path = Path(folder) / "x.mkv"
            test_tracks.write_tracks(path, *(np.tile(track, copies) for track in tracks))
            started, size, activity = time.monotonic(), 0, VoiceActivity()
            for block in stream(path):
                size += block.size
                activity.feed(block)  # as speech recognition does
            seconds = time.monotonic() - started
            print(f"{kind:10}{seconds:7.1f} s{size / 16_000 / seconds:8.0f}x")


if __name__ == "__main__":
    main()
