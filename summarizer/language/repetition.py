"""Find text that repeats itself, as speech recognition writes over silence and as in broken caption files."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

LOOP_RATIO = 2.4  # compression ratio above which text repeats itself; Whisper's own threshold
MAX_WORDS = 12  # words in an n-gram
_MIN_REPEATS = {1: 6, 2: 4, 3: 4}  # repeats in a row that are a loop, by the words in the n-gram; 3 for longer ones


def compression(text: str) -> float:
    """Compression ratio with zlib: about 1.5 for speech, above 2.4 for text that repeats itself."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def find_repeats(words: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return runs of words, as [start, end), in which an n-gram of 1 to 12 words occurs several times in a row."""
    runs: list[tuple[int, int]] = []
    for n in range(1, min(MAX_WORDS, len(words) // 3) + 1):
        run = 0  # words in a row that equal the word n positions before them
        for i in range(n, len(words) + 1):
            if i < len(words) and words[i] == words[i - n]:
                run += 1
                continue
            if run >= n * (_MIN_REPEATS.get(n, 3) - 1):
                runs.append((i - run - n, i))
            run = 0
    return tuple(runs)
