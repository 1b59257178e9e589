"""Remove text that Whisper got wrong, and mark the time that has no text.

Whisper repeats itself over silence and music, writes text where nobody talks, and sometimes skips speech. Its own
checks (Radford et al. 2022, section 4.5: compression ratio, temperature fallback) run while one window is decoded;
batched decoding does not have them. `second_try` recognises suspect windows again. This module checks the complete
text: what is still suspect is removed, and each interval of speech without text becomes a span with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from summarizer.language.repetition import LOOP_RATIO, compression, find_repeats
from summarizer.language.words import word_parts
from summarizer.records import Segment, Span, SpanReason
from summarizer.transcribe.whisper.voice import Coverage, Interval, measure_coverage

MAX_WORDS_PER_SECOND = 7.0  # fast speakers reach 5
MAX_LETTERS_PER_SECOND = 35.0  # for languages without spaces between words
MIN_SPEECH_SHARE = 0.2  # of a segment's duration; with less speech, its text is suspect
MIN_SILENCE = 10.0  # seconds without speech that are recorded as a span
WINDOW = 30.0  # seconds of audio that Whisper recognises at once


@dataclass(frozen=True)
class Checked:
    """The result of `remove_suspects`."""

    segments: tuple[Segment, ...]  # without suspect text, numbered from 0
    spans: tuple[Span, ...]  # intervals without usable text, each with its reason
    coverage: Coverage | None  # of the voice by the words of the segments; None without voice activity detection


def find_suspects(segments: Sequence[Segment], speech: Sequence[Interval] | None) -> tuple[Span, ...]:
    """Return the spans of segments whose text is implausible, in order.

    `speech` are the intervals in which voice activity detection found speech, in order; None when it did not run.
    """
    spans = [span for segment in segments for span in _check_segment(segment, speech)]
    suspect = {(span.start, span.end) for span in spans}
    rest = [segment for segment in segments if (segment.start, segment.end) not in suspect]
    spans += [_make_span(group, "looped") for group in _find_loops(rest)]
    return tuple(sorted(spans, key=lambda span: (span.start, span.end)))


def _check_segment(segment: Segment, speech: Sequence[Interval] | None) -> Iterable[Span]:
    """Yield a span if the segment is suspect without regard to its neighbours."""
    length = segment.end - segment.start
    if find_repeats(word_parts(segment.text)) or (len(segment.text) > 100 and compression(segment.text) > LOOP_RATIO):
        yield _make_span([segment], "looped")
    elif speech is not None and measure_overlap((segment.start, segment.end), speech) < MIN_SPEECH_SHARE * length:
        yield _make_span([segment], "text_over_silence")
    elif len(segment.text.split()) > max(4, MAX_WORDS_PER_SECOND * length) or len(segment.text) > max(
        20, MAX_LETTERS_PER_SECOND * length
    ):
        yield _make_span([segment], "too_fast")


def _find_loops(segments: Sequence[Segment]) -> Iterable[Sequence[Segment]]:
    """Yield runs of neighbouring segments that repeat one another, searching one window at a time."""
    for group in _group_by_window(segments):
        if len(group) < 2:
            continue
        words = [(word, index) for index, segment in enumerate(group) for word in word_parts(segment.text)]
        for first, last in find_repeats([word for word, _ in words]):
            indices = [index for _, index in words[first:last]]
            looping = [i for i in set(indices) if 2 * indices.count(i) >= len(word_parts(group[i].text))]
            if looping:
                yield group[min(looping) : max(looping) + 1]
        text = " ".join(segment.text for segment in group)
        if len(text) > 200 and compression(text) > LOOP_RATIO:
            yield group


def _group_by_window(segments: Sequence[Segment]) -> Iterable[Sequence[Segment]]:
    """Yield groups of neighbouring segments that fit into one window; each segment is in exactly one group."""
    group: list[Segment] = []
    for segment in segments:
        if group and segment.end - group[0].start > WINDOW:
            yield group
            group = []
        group.append(segment)
    if group:
        yield group


def measure_overlap(interval: Interval, intervals: Iterable[Interval]) -> float:
    """Return how many seconds of `interval` are covered by `intervals`, which must not overlap one another."""
    return sum(max(0.0, min(interval[1], end) - max(interval[0], start)) for start, end in intervals)


def remove_suspects(segments: Sequence[Segment], speech: Sequence[Interval] | None, duration: float) -> Checked:
    """Remove suspect segments, and mark them, speech without text and long silence with spans.

    `segments` have words with times. `speech` are the intervals with a voice, in order, and `duration` is that of the
    recording; both are in seconds.
    """
    kept, removed = _divide(segments, speech)
    coverage = None if speech is None else measure_coverage([word for s in kept for word in s.words], speech)
    removed_intervals = [(span.start, span.end) for span in removed]
    unwritten = [
        Span(start=round(start, 3), end=round(end, 3), reason="no_text")
        for start, end in (coverage.unwritten if coverage else ())
        if not measure_overlap((start, end), removed_intervals)
    ]
    spans = [*removed, *unwritten, *_find_silence(speech, duration)]
    return Checked(
        segments=tuple(segment.model_copy(update={"id": i}) for i, segment in enumerate(kept)),
        spans=tuple(sorted(spans, key=lambda span: (span.start, span.end))),
        coverage=coverage,
    )


def _divide(segments: Sequence[Segment], speech: Sequence[Interval] | None) -> tuple[list[Segment], list[Span]]:
    """Return the segments that are not suspect, and the spans of the removed ones.

    The check is repeated until nothing is suspect, because each removal makes other segments neighbours.
    """
    kept, removed = list(segments), list[Span]()
    while suspects := find_suspects(kept, speech):
        removed += suspects
        kept = [segment for segment in kept if not any(_is_within(segment, s.start, s.end) for s in suspects)]
    return kept, _remove_overlaps(sorted(removed, key=lambda span: (span.start, span.end)))


def _is_within(segment: Segment, start: float, end: float) -> bool:
    """Whether the middle of a segment is in a span."""
    return start <= (segment.start + segment.end) / 2 <= end


def _remove_overlaps(spans: Sequence[Span]) -> list[Span]:
    """Return spans that do not overlap: where two overlap, the shared time keeps the reason of the first."""
    disjoint: list[Span] = []
    for span in spans:
        start = max(span.start, disjoint[-1].end if disjoint else 0.0)
        if disjoint and span.start <= disjoint[-1].end and span.reason == disjoint[-1].reason:
            disjoint[-1] = disjoint[-1].model_copy(update={"end": max(disjoint[-1].end, span.end)})
        elif span.end > start or span.start == span.end == start:
            disjoint.append(Span(start=start, end=span.end, reason=span.reason))
    return disjoint


def _find_silence(speech: Sequence[Interval] | None, duration: float) -> Iterable[Span]:
    """Yield spans of at least `MIN_SILENCE` without speech."""
    if speech is None:
        return
    last = 0.0
    for start, end in [*speech, (duration, duration)]:
        if start - last >= MIN_SILENCE:
            yield Span(start=round(last, 3), end=round(start, 3), reason="no_speech")
        last = max(last, end)


def _make_span(group: Sequence[Segment], reason: SpanReason) -> Span:
    return Span(start=group[0].start, end=max(segment.end for segment in group), reason=reason)
