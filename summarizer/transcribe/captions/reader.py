"""Convert a caption file to a transcript.

Cues are made for reading on a screen: two to six seconds, split anywhere, sometimes with each line twice. Segments are
made for citing: about five to fifteen seconds, split between sentences where possible, with every word once.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import ParseError

from summarizer.config import CaptionsSettings
from summarizer.errors import Failed
from summarizer.records import CaptionFormat, CaptionKind, Provenance, Segment, Span, Transcript
from summarizer.transcribe.captions.formats import TURN, Cue, parse_json3, parse_ttml, parse_txt, parse_vtt
from summarizer.transcribe.captions.turns import mark_turns

DEFAULTS = CaptionsSettings()
_SOUND = re.compile(r"[\[(][^\])\n]{0,40}[\])]|[♪♫]+")
_SOUND_WORDS = re.compile(
    r"music|applause|laugh|cheer|silence|inaudible|noise|sound|crosstalk|foreign|cough|sigh|musik|música|musique|音楽|拍手",
    re.IGNORECASE,
)


def read_captions(
    path: Path,
    format: CaptionFormat,
    *,
    video_id: str,
    language: str,
    kind: CaptionKind,
    duration: float | None,
    settings: CaptionsSettings = DEFAULTS,
) -> Transcript:
    """Read a caption file into a transcript; `duration` is that of the video, seconds.

    Text without times (`txt`) gets estimated times. The transcript has no segments when the track contains only sound
    markers such as "[Music]". Raises `Failed("captions_unreadable")` when the file contains no valid cue.
    """
    started = time.monotonic()
    text = path.read_bytes().decode("utf-8-sig", "replace").replace("\x00", "")
    try:
        cues = _parse(text, format, duration)
    except (ValueError, ParseError, RecursionError) as error:
        raise Failed(
            "captions_unreadable",
            f"the {format} captions cannot be read: {error}",
            f"Check that the file is valid {format}.",
        ) from None
    if not cues:
        raise Failed(
            "captions_unreadable",
            f"the {format} captions contain no text with times",
            f"Check that the file is valid {format}.",
        )
    ordered = sorted(cues, key=lambda cue: cue.start)
    cues = ordered if format == "txt" else _drop_repeated_lines(ordered)
    spoken = mark_turns([replace(cue, text=_remove_sounds(cue.text).strip()) for cue in cues])
    segments = merge(spoken, settings)
    return Transcript(
        video_id=video_id,
        language=language.split("-")[0].lower() or "und",
        segments=segments,
        duration=duration or max(cue.end for cue in cues),
        kind=kind,
        spans=_find_sounds(ordered, spoken, settings.pause_seconds),
        made=Provenance(backend="captions", seconds=round(time.monotonic() - started, 3)),
    )


def _parse(text: str, format: CaptionFormat, duration: float | None) -> list[Cue]:
    if format == "txt":
        return parse_txt(text, duration)
    parsers: dict[str, Callable[[str], list[Cue]]] = {
        "vtt": parse_vtt,
        "srt": parse_vtt,
        "json3": parse_json3,
        "ttml": parse_ttml,
    }
    return parsers[format](text)


def _drop_repeated_lines(cues: list[Cue]) -> list[Cue]:
    """Undo roll-up captions: drop lines that are still on the screen from the previous cue."""
    kept: list[Cue] = []
    previous: list[str] = []
    for cue in cues:
        lines = [line for line in cue.text.split("\n") if line]
        shared = next((n for n in range(min(len(previous), len(lines)), 0, -1) if previous[-n:] == lines[:n]), 0)
        adjacent = bool(kept) and cue.start - kept[-1].end < 0.5  # seconds
        new = lines[shared:] if adjacent else lines
        previous = lines
        if new:
            has_turn = any(re.match(rf"\s*{TURN}", line) for line in new[1:])
            kept.append(replace(cue, text=("\n" if has_turn else " ").join(new)))
        elif kept:
            kept[-1] = replace(kept[-1], end=max(kept[-1].end, cue.end))
    return kept


def _find_sounds(cues: Sequence[Cue], spoken: Sequence[Cue], pause: float) -> tuple[Span, ...]:
    """Spans of cues with only sound markers; those at most `pause` seconds apart are joined."""
    spans: list[Span] = []
    for cue in cues:
        if _remove_sounds(cue.text).strip() or any(cue.start < other.end and other.start < cue.end for other in spoken):
            continue
        if spans and cue.start - spans[-1].end <= pause:
            spans[-1] = spans[-1].model_copy(update={"end": max(spans[-1].end, cue.end)})
        elif cue.end > cue.start:
            spans.append(Span(start=cue.start, end=cue.end, reason="sound"))
    return tuple(spans)


def _remove_sounds(text: str) -> str:
    return _SOUND.sub(lambda match: " " if _is_sound(match[0]) else match[0], text)


def _is_sound(text: str) -> bool:
    return bool(_SOUND_WORDS.search(text)) or not re.search(r"\w", text)


def merge(cues: list[Cue], settings: CaptionsSettings = DEFAULTS) -> tuple[Segment, ...]:
    """Join cues to segments; a segment ends with a sentence, at a pause, at a new turn, or at its maximum length."""
    groups: list[list[Cue]] = []
    speaker: str | None = None
    for cue in cues:
        changed = cue.speaker is not None
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
