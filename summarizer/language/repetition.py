"""Text that repeats itself: what recognisers write over silence, and what broken caption files hold."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

LOOP_RATIO = 2.4  # text that compresses better than this repeats itself: Whisper's own threshold
LONGEST = 12  # words of an n-gram that is looked for
_REPEATS = {1: 6, 2: 4, 3: 4}  # this many times in a row for n-grams of so many words; longer ones: 3


def compression(text: str) -> float:
    """Length over compressed length: about 1.5 for speech, above 2.4 for text that repeats itself."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def repeats(words: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Runs of words, as [first, last + 1), in which an n-gram of 1 to 12 words stands several times in a row."""
    found: list[tuple[int, int]] = []
    for n in range(1, min(LONGEST, len(words) // 3) + 1):
        run = 0  # words that equal the one n places before them
        for i in range(n, len(words) + 1):
            if i < len(words) and words[i] == words[i - n]:
                run += 1
                continue
            if run >= n * (_REPEATS.get(n, 3) - 1):
                found.append((i - run - n, i))
            run = 0
    return tuple(found)
