"""A transcript in pieces that fit a model: every segment is in exactly one chunk, plus named overlap."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from summarizer.records import Record, Segment, Transcript

LOOK_BACK = 0.25  # share of a chunk in which a better place to break is sought


class Chunk(Record):
    """`own` segments are this chunk's to summarize; `overlap` ones came just before and are context only."""

    overlap: tuple[Segment, ...]
    own: tuple[Segment, ...]


def chunks(transcript: Transcript, count_tokens: Callable[[str], int], limit: int, overlap: int) -> tuple[Chunk, ...]:
    """Split at pauses and sentence ends, at most `limit` tokens of own segments each.

    One segment longer than `limit` is a chunk by itself: the caller's check of the whole prompt decides about it.
    """
    sizes = [count_tokens(segment.text) for segment in transcript.segments]
    found: list[Chunk] = []
    start = 0
    while start < len(sizes):
        end, total = start, 0
        while end < len(sizes) and (end == start or total + sizes[end] <= limit):
            total += sizes[end]
            end += 1
        if end < len(sizes):
            end = _best_break(transcript.segments, start, end)
        before = transcript.segments[max(0, start - overlap) : start]
        found.append(Chunk(overlap=before, own=transcript.segments[start:end]))
        start = end
    return tuple(found)


def _best_break(segments: Sequence[Segment], start: int, end: int) -> int:
    """The index in the last quarter after which the pause is longest; a sentence end counts as a second of pause."""
    earliest = max(start + 1, end - int((end - start) * LOOK_BACK))

    def quality(index: int) -> float:
        last, following = segments[index - 1], segments[index]
        turn = 1.0 if following.speaker != last.speaker else 0.0
        return following.start - last.end + turn + (1.0 if last.text.rstrip().endswith((".", "!", "?")) else 0.0)

    return max(range(earliest, end + 1), key=lambda index: (quality(index), index))
