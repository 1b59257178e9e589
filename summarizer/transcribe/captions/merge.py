"""Cues to segments.

Cues are made for reading on a screen: two to six seconds, split anywhere, sometimes with each line twice. Segments are
made for citing: about five to fifteen seconds, split between sentences where possible, with every word once.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from summarizer.config import CaptionsSettings
from summarizer.records import Segment
from summarizer.transcribe.captions.cues import Cue

DEFAULTS = CaptionsSettings()
_ADJACENT = 0.5  # seconds between cues that may share a line
_ROLLING = 0.1  # share of cues that begin with a line of the cue before and add another: roll-up captions


def drop_repeated_lines(cues: list[Cue]) -> list[Cue]:
    """Undo roll-up captions: drop lines that are still on the screen from the previous cue.

    Where captions do not roll, a repeated line was said twice, unless the same cue stands in the file twice.
    """
    cues = list(dict.fromkeys(cues))
    rolling = sum(0 < _count_shared(a, b) < len(_lines(b)) for a, b in pairwise(cues))
    if rolling < _ROLLING * (len(cues) - 1) or not rolling:
        return cues
    kept: list[Cue] = []
    previous: Cue | None = None
    for cue in cues:
        new = _lines(cue)[_count_shared(previous, cue) if previous else 0 :]
        previous = cue
        if new:
            kept.append(replace(cue, text="\n".join(new)))
        elif kept:
            kept[-1] = replace(kept[-1], end=max(kept[-1].end, cue.end))
    return kept


def _lines(cue: Cue) -> list[str]:
    return [line for line in cue.text.split("\n") if line]


def _count_shared(before: Cue, cue: Cue) -> int:
    """How many lines a cue has from the end of the one before it, if the same person speaks at once."""
    if cue.start - before.end >= _ADJACENT or cue.speaker != before.speaker:
        return 0
    old, new = _lines(before), _lines(cue)
    return next((n for n in range(min(len(old), len(new)), 0, -1) if old[-n:] == new[:n]), 0)


def merge(cues: list[Cue], settings: CaptionsSettings = DEFAULTS) -> tuple[Segment, ...]:
    """Join cues to segments; a segment ends with a sentence, at a pause, at a new turn, or at its maximum length."""
    groups: list[list[Cue]] = []
    speaker: str | None = None
    for cue in cues:
        changed = cue.speaker is not None and (not cue.speaker or cue.speaker != speaker)
        speaker = speaker if cue.speaker is None else cue.speaker
        if groups and not changed:
            group = groups[-1]
            length = cue.end - group[0].start
            ended = group[-1].text.endswith((".", "!", "?", "。", "？")) and length > 5
            paused = cue.start - group[-1].end > settings.pause_seconds
            if not paused and length <= settings.segment_seconds and not ended:
                group.append(cue)
                continue
        groups.append([cue])
    segments: list[Segment] = []
    speaker = None
    for group in groups:
        if group[0].speaker is not None:
            speaker = group[0].speaker or None
        start = max(group[0].start, segments[-1].start if segments else 0.0)
        segments.append(
            Segment(
                id=len(segments),
                start=round(start, 3),
                end=round(max(start, max(cue.end for cue in group)), 3),
                text=" ".join(cue.text for cue in group),
                speaker=speaker,
                speaker_from="captions" if speaker else None,
            )
        )
    return tuple(segments)
