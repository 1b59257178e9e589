"""A transcript in pieces that fit a model: every word is in exactly one chunk, and what is shown twice is named.

A chunk ends in its last quarter, at the longest pause, speaker turn or sentence end found there. Automatic captions may
have none of these: then it ends before a word that opens a clause, if need be inside a segment. A segment longer than a
whole chunk is split too. Parts of a split segment keep its id, so that evidence still points to it.

The segments just before a chunk are its `overlap`: the model reads them to know what "it" means, and cannot cite them.
So nothing is noted twice because it was shown twice, and coverage counts every word once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from summarizer.language.function_words import CLAUSE_OPENERS, NOT_CUT_AFTER
from summarizer.records import Record, Segment, Transcript

LOOK_BACK = 0.25  # share of a chunk in which a better place to end is sought
LONGEST_PAUSE = 3.0  # seconds; a longer pause is no better place to end
SENTENCE, TURN, CLAUSE, DANGLING = 1.0, 1.0, 0.5, -0.5  # what an end is worth, in seconds of pause
_ENDS = re.compile(r"[.!?\u3002\uff01\uff1f…][\"'”’)\]]*$")
# Where a text without better places may be cut, best first: sentences, clauses, words, and for scripts without spaces
# any character. Each pattern matches what stays with the part before the cut.
_CUTS = (
    r".*?[.!?]\s+|.*?[\u3002\uff01\uff1f]",  # full-width stops need no space behind them, "10:30" must not be cut
    r".*?[,;:]\s+|.*?[\u3001\uff0c\uff1b\uff1a]",
    r"\S+\s+",
    r".",
)


class Chunk(Record):
    """`own` segments (or parts of them) are to be summarized; `overlap` came just before and is context only."""

    overlap: tuple[Segment, ...]
    own: tuple[Segment, ...]


def chunks(transcript: Transcript, count_tokens: Callable[[str], int], limit: int, overlap: int) -> tuple[Chunk, ...]:
    """Chunks of at most `limit` tokens of own segments, each as `line` writes it; `overlap` is a number of segments."""

    def size(segment: Segment) -> int:
        return count_tokens(line(segment.id, segment))

    pieces = [piece for segment in transcript.segments for piece in _fitting(segment, size, limit)]
    found: list[Chunk] = []
    while pieces:
        sizes = _filling(pieces, size, limit)
        end = len(sizes)
        if end < len(pieces):
            end = _best_end(pieces, sizes)
            pieces[end - 1 : end] = _at_clause(pieces[end - 1], pieces[end])
        before = [segment for segment in transcript.segments if segment.id < pieces[0].id][-overlap:] if overlap else []
        found.append(Chunk(overlap=tuple(before), own=tuple(pieces[:end])))
        pieces = pieces[end:]
    return tuple(found)


def line(number: int, segment: Segment) -> str:
    """A segment as the model sees it: "[7] Ana: text". Nothing in it can close the material that it stands in."""
    speaker = f"{segment.speaker}: " if segment.speaker else ""
    return f"[{number}] {harmless(speaker + segment.text)}"


def harmless(text: str) -> str:
    """Text on one line and without angle brackets: it cannot look like another line, or like a delimiter."""
    return " ".join(text.split()).replace("<", "‹").replace(">", "›")


def _fitting(segment: Segment, size: Callable[[Segment], int], limit: int) -> list[Segment]:
    """The segment, in as many parts as the limit asks for; each as long as it can be."""
    if size(segment) <= limit:
        return [segment]
    parts: list[Segment] = []
    rest = segment.text
    while rest:
        head = _head(rest, lambda text: size(segment.model_copy(update={"text": text})) <= limit)
        parts.append(segment.model_copy(update={"text": head.strip()}))
        rest = rest[len(head) :]
    return [part for part in parts if part.text]


def _head(text: str, fits: Callable[[str], bool]) -> str:
    """The longest beginning of a text that fits, cut at the best kind of place; at least one character."""
    reach = 64  # grows until it is too much: nothing behind it has to be looked at, however long the text
    while fits(text[:reach]):
        if reach >= len(text):
            return text
        reach *= 2
    text = text[: reach + 1]
    for pattern in _CUTS:
        ends = [match.end() for match in re.finditer(pattern, text, re.DOTALL) if match.end() < len(text)]
        low, high = 0, len(ends)  # how many of the ends fit: what fits at one end fits at every earlier one
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if fits(text[: ends[middle]]) else (low, middle)
        if low and (ends[low - 1] >= len(text) * LOOK_BACK or pattern == _CUTS[-1]):
            return text[: ends[low - 1]]
    return text[0]


def _filling(pieces: Sequence[Segment], size: Callable[[Segment], int], limit: int) -> list[int]:
    """Sizes of the first pieces that fit into the limit together; at least one."""
    sizes = [size(pieces[0])]
    total = sizes[0]
    for piece in pieces[1:]:
        total += (following := size(piece))
        if total > limit:
            break
        sizes.append(following)
    return sizes


def _best_end(pieces: Sequence[Segment], sizes: Sequence[int]) -> int:
    """How many pieces to take: up to the best place to end in the last quarter of their tokens, the later on a tie."""
    total, earliest = 0, 1
    for index, size in enumerate(sizes, start=1):
        total += size
        if total < sum(sizes) * (1 - LOOK_BACK):
            earliest = index + 1
    candidates = range(min(earliest, len(sizes)), len(sizes) + 1)
    return max(candidates, key=lambda end: (_quality(pieces[end - 1], pieces[end]), end))


def _quality(last: Segment, following: Segment) -> float:
    """How good a place to end lies between two pieces, in seconds of pause."""
    if last.id == following.id:
        return SENTENCE if _ENDS.search(last.text) else DANGLING
    pause = min(max(0.0, following.start - last.end), LONGEST_PAUSE)
    turn = TURN if following.speaker != last.speaker else 0.0
    return pause + turn + (SENTENCE if _ENDS.search(last.text) else _clause(last.text, following.text))


def ends_well(last: Segment, following: Segment) -> bool:
    """Whether the place between two pieces is a pause, a turn, a full stop or the beginning of a clause."""
    if last.id != following.id:
        return _quality(last, following) >= CLAUSE
    return bool(_ENDS.search(last.text)) or _clause(last.text, following.text) >= CLAUSE


def _clause(before: str, after: str) -> float:
    """What the words at a place without a full stop say about it."""
    if _word(before.split()[-1:]) in NOT_CUT_AFTER:
        return DANGLING
    return CLAUSE if _word(after.split()[:1]) in CLAUSE_OPENERS else 0.0


def _word(words: Sequence[str]) -> str:
    return words[0].lower().strip(",;:") if words else ""


def _at_clause(last: Segment, following: Segment) -> list[Segment]:
    """The last piece whole when it ends well, otherwise cut before the last word in it that opens a clause."""
    if _quality(last, following) >= CLAUSE:
        return [last]
    words = last.text.split()
    for index in range(len(words) - 1, 2, -1):
        ends = _ENDS.search(words[index - 1])
        if ends or (_word(words[index:]) in CLAUSE_OPENERS and _word(words[index - 1 :]) not in NOT_CUT_AFTER):
            parts = (" ".join(words[:index]), " ".join(words[index:]))
            return [last.model_copy(update={"text": part}) for part in parts]
    return [last]
