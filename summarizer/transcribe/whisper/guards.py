"""What a recogniser writes when it goes wrong, found by rules, heard a second time, and cut out when it stays wrong.

Whisper loops over silence and music, writes text where nobody talks, and sometimes drops speech. Its own guards
(Radford et al. 2022, section 4.5: compression ratio, temperature fallback) act while decoding, one window at a time,
and batched decoding does without them. So decoding goes fast and unguarded, and this module looks at the result: only
the windows that look wrong are recognised again with safer settings. What still looks wrong is removed and leaves a
span with its reason; it never passes as speech.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from summarizer.language.repetition import LOOP_RATIO, compression, repeats
from summarizer.language.words import word_parts
from summarizer.records import Segment, Span, SpanReason

Redo = Callable[[float, float], tuple[Segment, ...]]  # (start, end) in seconds -> the segments of that window
Interval = tuple[float, float]  # seconds

FASTEST = 7.0  # words a second; fast talkers reach 5
FASTEST_LETTERS = 35.0  # letters a second, for languages without spaces
LEAST_VOICED = 0.2  # share of a segment's time with speech below which its text has no speaker
QUIET = 10.0  # seconds without speech that are worth a mark
UNWRITTEN = 10.0  # seconds of speech without a word that are worth a second look
WINDOW = 30.0  # seconds that are recognised at once


@dataclass(frozen=True)
class Mended:
    """Segments that can be trusted, renumbered; spans of all else; how many windows were heard twice."""

    segments: tuple[Segment, ...]
    spans: tuple[Span, ...]
    redone: int


def suspects(segments: Sequence[Segment], speech: Sequence[Interval] | None) -> tuple[Span, ...]:
    """Stretches whose text cannot be right, in order, at most `WINDOW` long or one segment.

    `speech` are the times with a voice, in order, as voice activity detection found them; None when it was not asked.
    """
    found = [span for segment in segments for span in _alone(segment, speech)]
    alone = {(span.start, span.end) for span in found}
    rest = [segment for segment in segments if (segment.start, segment.end) not in alone]
    found += [_span(group, "looped") for group in _looping(rest)]
    if speech is not None:
        found += _unwritten(segments, speech)
    return tuple(sorted(found, key=lambda span: (span.start, span.end)))


def _alone(segment: Segment, speech: Sequence[Interval] | None) -> Iterable[Span]:
    """What one segment shows by itself."""
    length = segment.end - segment.start
    if repeats(word_parts(segment.text)) or (len(segment.text) > 100 and compression(segment.text) > LOOP_RATIO):
        yield _span([segment], "looped")
    elif speech is not None and overlap((segment.start, segment.end), speech) < LEAST_VOICED * length:
        yield _span([segment], "text_over_silence")
    elif len(segment.text.split()) > max(4, FASTEST * length) or len(segment.text) > max(20, FASTEST_LETTERS * length):
        yield _span([segment], "too_fast")


def _looping(segments: Sequence[Segment]) -> Iterable[Sequence[Segment]]:
    """Runs of neighbouring segments that repeat one another, window by window."""
    for group in _windows(segments):
        if len(group) < 2:
            continue
        words = [(word, place) for place, segment in enumerate(group) for word in word_parts(segment.text)]
        for first, last in repeats([word for word, _ in words]):
            places = [place for _, place in words[first:last]]
            inside = [i for i in set(places) if 2 * places.count(i) >= len(word_parts(group[i].text))]
            if inside:
                yield group[min(inside) : max(inside) + 1]
        text = " ".join(segment.text for segment in group)
        if len(text) > 200 and compression(text) > LOOP_RATIO:
            yield group


def _windows(segments: Sequence[Segment]) -> Iterable[Sequence[Segment]]:
    """Neighbouring segments that fit into one window together, each segment in one group."""
    group: list[Segment] = []
    for segment in segments:
        if group and segment.end - group[0].start > WINDOW:
            yield group
            group = []
        group.append(segment)
    if group:
        yield group


def _unwritten(segments: Sequence[Segment], speech: Sequence[Interval]) -> Iterable[Span]:
    """Gaps between segments in which somebody talks for long, in pieces of a window."""
    edges = [0.0, *(edge for segment in segments for edge in (segment.start, segment.end))]
    edges.append(max([edges[-1], *(end for _, end in speech)]))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if overlap((start, end), speech) >= UNWRITTEN:
            voiced = [(max(start, a), min(end, b)) for a, b in speech if min(end, b) > max(start, a)]
            first, last = voiced[0][0], voiced[-1][1]
            pieces = max(1, -int(-(last - first) // WINDOW))
            step = (last - first) / pieces
            for i in range(pieces):
                yield Span(start=first + i * step, end=first + (i + 1) * step, reason="no_text")


def overlap(interval: Interval, others: Iterable[Interval]) -> float:
    """Seconds of an interval that lie in any of the others, which do not overlap one another."""
    return sum(max(0.0, min(interval[1], end) - max(interval[0], start)) for start, end in others)


def mend(
    segments: Sequence[Segment], speech: Sequence[Interval] | None, duration: float, redo: Redo | None = None
) -> Mended:
    """Hear suspect windows again with `redo`, and cut out what stays suspect.

    `duration` is the recording's, seconds. Without `redo` the suspects are cut out at once.
    """
    kept = list(segments)
    redone = 0
    for start, end in _merged(suspects(kept, speech)) if redo else ():
        again = redo(start, end) if redo else ()
        redone += 1
        kept = [segment for segment in kept if not _within(segment, start, end)]
        kept += [segment for segment in again if _within(segment, start, end)]
        kept.sort(key=lambda segment: segment.start)
    kept, cut = _cut_out(kept, speech)
    places = [(span.start, span.end) for span in cut]
    empty = [span for span in suspects(kept, speech) if not overlap((span.start, span.end), places)]
    spans = [*cut, *empty, *_quiet(speech, duration)]
    return Mended(
        segments=tuple(segment.model_copy(update={"id": i}) for i, segment in enumerate(kept)),
        spans=tuple(sorted(spans, key=lambda span: (span.start, span.end))),
        redone=redone,
    )


def _cut_out(segments: list[Segment], speech: Sequence[Interval] | None) -> tuple[list[Segment], list[Span]]:
    """Segments without the suspect ones, and the spans that those leave; again, since neighbours change."""
    kept, cut = segments, list[Span]()
    while bad := [span for span in suspects(kept, speech) if span.reason != "no_text"]:
        cut += bad
        kept = [segment for segment in kept if not any(_within(segment, span.start, span.end) for span in bad)]
    return kept, _flat(sorted(cut, key=lambda span: (span.start, span.end)))


def _within(segment: Segment, start: float, end: float) -> bool:
    """Whether a segment's middle lies in a window; its edges may differ from one recognition to the next."""
    return start <= (segment.start + segment.end) / 2 <= end


def _merged(spans: Sequence[Span]) -> list[Interval]:
    """Suspect stretches as windows to hear again: overlapping ones joined while they fit into one window."""
    windows: list[Interval] = []
    for span in spans:
        if windows and span.start <= windows[-1][1] and max(span.end, windows[-1][1]) - windows[-1][0] <= WINDOW:
            windows[-1] = (windows[-1][0], max(span.end, windows[-1][1]))
        elif not windows or span.end > windows[-1][1]:
            windows.append((span.start, span.end))
    return windows


def _flat(spans: Sequence[Span]) -> list[Span]:
    """Spans without overlap: what two rules found is counted once, under the reason of the first."""
    flat: list[Span] = []
    for span in spans:
        start = max(span.start, flat[-1].end if flat else 0.0)
        if flat and span.start <= flat[-1].end and span.reason == flat[-1].reason:
            flat[-1] = flat[-1].model_copy(update={"end": max(flat[-1].end, span.end)})
        elif span.end > start or span.start == span.end == start:
            flat.append(Span(start=start, end=span.end, reason=span.reason))
    return flat


def _quiet(speech: Sequence[Interval] | None, duration: float) -> Iterable[Span]:
    """Long stretches without a voice."""
    if speech is None:
        return
    last = 0.0
    for start, end in [*speech, (duration, duration)]:
        if start - last >= QUIET:
            yield Span(start=round(last, 3), end=round(start, 3), reason="no_speech")
        last = max(last, end)


def _span(group: Sequence[Segment], reason: SpanReason) -> Span:
    return Span(start=group[0].start, end=max(segment.end for segment in group), reason=reason)
