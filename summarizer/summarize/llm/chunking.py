"""Split a transcript into chunks that fit a model; every word is in exactly one chunk.

A chunk ends in its last quarter, at the longest pause, change of speaker or end of sentence there. Automatic captions
may have none of these; then the chunk ends before a word that opens a clause, if necessary inside a segment. A segment
that is longer than a chunk is also split. Parts of a split segment keep its id, so that evidence still refers to it.

The segments just before a chunk are its `overlap`. The model reads them to resolve words such as "it", but cannot cite
them. So no statement is noted twice because it was shown twice, and coverage counts every word once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from summarizer.language.function_words import CLAUSE_OPENERS, NOT_CUT_AFTER
from summarizer.records import Record, Segment, Transcript

LOOK_BACK = 0.25  # share of a chunk, at its end, in which the best place to end is chosen
LONGEST_PAUSE = 3.0  # seconds; longer pauses count as this long
SENTENCE, TURN, CLAUSE, DANGLING = 1.0, 1.0, 0.5, -0.5  # value of a place to end, in seconds of pause
_ENDS = re.compile(r"[.!?\u3002\uff01\uff1f…][\"'”’)\]]*$")
# Where a long segment may be split, best first: after sentences, clauses, words, and for scripts without spaces after
# any character. Each pattern matches the text that belongs to the part before the split.
_SPLITS = (
    r".*?[.!?]\s+|.*?[\u3002\uff01\uff1f]",  # full-width stops need no space after them; "10:30" must not be split
    r".*?[,;:]\s+|.*?[\u3001\uff0c\uff1b\uff1a]",
    r"\S+\s+",
    r".",
)


class Chunk(Record):
    """`own` segments, or parts of them, are summarized; `overlap` is the context just before them."""

    overlap: tuple[Segment, ...]
    own: tuple[Segment, ...]


def split_transcript(
    transcript: Transcript, count_tokens: Callable[[str], int], limit: int, overlap: int
) -> tuple[Chunk, ...]:
    """Return chunks with at most `limit` tokens of own segments (see `format_line`); `overlap` counts segments."""

    def measure(segment: Segment) -> int:
        return count_tokens(format_line(segment.id, segment))

    pieces = [piece for segment in transcript.segments for piece in _split_to_fit(segment, measure, limit)]
    chunks: list[Chunk] = []
    while pieces:
        sizes = _measure_first(pieces, measure, limit)
        end = len(sizes)
        if end < len(pieces):
            end = _choose_end(pieces, sizes)
            pieces[end - 1 : end] = _split_at_clause(pieces[end - 1], pieces[end])
        before = [segment for segment in transcript.segments if segment.id < pieces[0].id][-overlap:] if overlap else []
        chunks.append(Chunk(overlap=tuple(before), own=tuple(pieces[:end])))
        pieces = pieces[end:]
    return tuple(chunks)


def format_line(number: int, segment: Segment) -> str:
    """Return a segment as the model sees it: "[7] Ana: text". It cannot contain a delimiter of the prompt."""
    speaker = f"{segment.speaker}: " if segment.speaker else ""
    return f"[{number}] {remove_markup(speaker + segment.text)}"


def remove_markup(text: str) -> str:
    """Return text on one line and without angle brackets, so that it cannot imitate another line or a delimiter."""
    return " ".join(text.split()).replace("<", "‹").replace(">", "›")


def _split_to_fit(segment: Segment, measure: Callable[[Segment], int], limit: int) -> list[Segment]:
    """Split a segment into parts within the limit, each as long as possible."""
    if measure(segment) <= limit:
        return [segment]
    parts: list[Segment] = []
    rest = segment.text
    while rest:
        head = _take_head(rest, lambda text: measure(segment.model_copy(update={"text": text})) <= limit)
        parts.append(segment.model_copy(update={"text": head.strip()}))
        rest = rest[len(head) :]
    return [part for part in parts if part.text]


def _take_head(text: str, fits: Callable[[str], bool]) -> str:
    """Return the longest beginning of a text that fits and ends at the best kind of place; at least one character."""
    reach = 64  # doubled until the beginning no longer fits; the text after it need not be searched
    while fits(text[:reach]):
        if reach >= len(text):
            return text
        reach *= 2
    text = text[: reach + 1]
    for pattern in _SPLITS:
        ends = [match.end() for match in re.finditer(pattern, text, re.DOTALL) if match.end() < len(text)]
        low, high = 0, len(ends)  # bisection: if the text up to one end fits, it fits up to every earlier end
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if fits(text[: ends[middle]]) else (low, middle)
        if low and (ends[low - 1] >= len(text) * LOOK_BACK or pattern == _SPLITS[-1]):
            return text[: ends[low - 1]]
    return text[0]


def _measure_first(pieces: Sequence[Segment], measure: Callable[[Segment], int], limit: int) -> list[int]:
    """Return the sizes of the first pieces that fit into the limit together; at least one."""
    sizes = [measure(pieces[0])]
    total = sizes[0]
    for piece in pieces[1:]:
        total += (size := measure(piece))
        if total > limit:
            break
        sizes.append(size)
    return sizes


def _choose_end(pieces: Sequence[Segment], sizes: Sequence[int]) -> int:
    """Return how many pieces to take: up to the best place to end in the last quarter, the last one on a tie."""
    total, earliest = 0, 1
    for index, size in enumerate(sizes, start=1):
        total += size
        if total < sum(sizes) * (1 - LOOK_BACK):
            earliest = index + 1
    candidates = range(min(earliest, len(sizes)), len(sizes) + 1)
    return max(candidates, key=lambda end: (_rate_boundary(pieces[end - 1], pieces[end]), end))


def _rate_boundary(last: Segment, following: Segment) -> float:
    """Return how good a place to end the boundary between two pieces is, in seconds of pause."""
    if last.id == following.id:
        return SENTENCE if _ENDS.search(last.text) else DANGLING
    pause = min(max(0.0, following.start - last.end), LONGEST_PAUSE)
    turn = TURN if following.speaker != last.speaker else 0.0
    return pause + turn + (SENTENCE if _ENDS.search(last.text) else _rate_words(last.text, following.text))


def is_good_boundary(last: Segment, following: Segment) -> bool:
    """Return whether there is a pause, a change of speaker, a full stop or a new clause between two pieces."""
    if last.id != following.id:
        return _rate_boundary(last, following) >= CLAUSE
    return bool(_ENDS.search(last.text)) or _rate_words(last.text, following.text) >= CLAUSE


def _rate_words(before: str, after: str) -> float:
    """Rate a place without a full stop by the words before and after it."""
    if _normalise_first(before.split()[-1:]) in NOT_CUT_AFTER:
        return DANGLING
    return CLAUSE if _normalise_first(after.split()[:1]) in CLAUSE_OPENERS else 0.0


def _normalise_first(words: Sequence[str]) -> str:
    return words[0].lower().strip(",;:") if words else ""


def _split_at_clause(last: Segment, following: Segment) -> list[Segment]:
    """Return the last piece if it is a good end; otherwise split it before its last word that opens a clause."""
    if _rate_boundary(last, following) >= CLAUSE:
        return [last]
    words = last.text.split()
    for index in range(len(words) - 1, 2, -1):
        ends = _ENDS.search(words[index - 1])
        opens_clause = _normalise_first(words[index:]) in CLAUSE_OPENERS
        if ends or (opens_clause and _normalise_first(words[index - 1 :]) not in NOT_CUT_AFTER):
            parts = (" ".join(words[:index]), " ".join(words[index:]))
            return [last.model_copy(update={"text": part}) for part in parts]
    return [last]
