"""Put cues in order, and notice times that cannot be those of the video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from summarizer.records import RecordingNote
from summarizer.transcribe.captions.cues import Cue, Parsed
from summarizer.transcribe.captions.formats.plain import spread

_RESTART = 30.0  # seconds that times go back where a new part of a file begins; live captions overlap by less
_BACKWARDS = 1.0  # seconds that a cue may begin before the cue above it: two people speak at once
_HOUR = 3600.0
_LONGER = 1.05  # captions may be this much longer than the video: the last cue stays on the screen


def order(parsed: Parsed, duration: float | None) -> tuple[list[Cue], list[RecordingNote]]:
    """The cues ordered by time, and what readers should know about their times; `duration` is in seconds."""
    cues = parsed.cues
    if parsed.estimated:
        return cues, [RecordingNote(kind="times_estimated")]
    if len(cues) > 1 and len({cue.start for cue in cues}) == 1:
        return spread([(cue.speaker, cue.text) for cue in cues], duration), [RecordingNote(kind="times_equal")]
    cues, notes = _shift(cues, parsed.clock, duration)
    parts = _split_parts(cues)
    if len(parts) > 1:
        lengths = [max(cue.end for cue in part) for part in parts]
        if _follow(parts, sum(lengths), duration):
            offsets = [0.0, *accumulate(lengths)]
            parts = [[_move(cue, offset) for cue in part] for part, offset in zip(parts, offsets, strict=False)]
            notes.append(RecordingNote(kind="times_restart", total=len(parts)))
        else:
            notes.append(RecordingNote(kind="times_sorted", total=len(parts)))
    back = sum(cue.end < cue.start for cue in cues)
    back += sum(b.start < a.start - _BACKWARDS for part in parts for a, b in pairwise(part))
    if back:
        notes.append(RecordingNote(kind="times_backwards", count=back, total=len(cues)))
    ordered = sorted((cue for part in parts for cue in part), key=lambda cue: cue.start)
    return [replace(cue, end=max(cue.start, cue.end)) for cue in ordered], notes


def _move(cue: Cue, seconds: float) -> Cue:
    return replace(cue, start=cue.start + seconds, end=cue.end + seconds)


def _shift(cues: list[Cue], clock: bool, duration: float | None) -> tuple[list[Cue], list[RecordingNote]]:
    """Let times of day, and programmes that begin at a whole hour of their tape, begin at zero."""
    first = min(cue.start for cue in cues)
    outside = first >= duration if duration else clock
    if first < _HOUR or not outside:
        return cues, []
    seconds = first if clock else first - first % _HOUR
    return [_move(cue, -seconds) for cue in cues], [RecordingNote(kind="times_shifted", seconds=seconds)]


def _split_parts(cues: Sequence[Cue]) -> list[list[Cue]]:
    """Split where times restart: they go far back, and the next cues stay there."""
    parts: list[list[Cue]] = [[]]
    latest = 0.0
    for index, cue in enumerate(cues):
        following = cues[index : index + 3]
        back = cue.start < latest - _RESTART and all(other.start < latest for other in following)
        if parts[-1] and len(following) > 1 and back:
            parts.append([])
            latest = 0.0
        parts[-1].append(cue)
        latest = max(latest, cue.start)
    return parts


def _follow(parts: list[list[Cue]], length: float, duration: float | None) -> bool:
    """Whether the parts of a file follow one another, rather than each covering the whole video.

    The length of the video decides. If it is not known, parts by different speakers are taken as their tracks.
    """
    if duration:
        return length <= duration * _LONGER + _RESTART
    speakers = [{cue.speaker for cue in part if cue.speaker} for part in parts]
    return any(not names for names in speakers) or any(a & b for a, b in pairwise(speakers))
