"""Caption tracks to transcripts: the back end that needs no model.

Cues are made for screens: two to six seconds, broken anywhere, sometimes each line twice. Segments are made for
citing: whole thoughts of about five to fifteen seconds, every word once.
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
from summarizer.records import CaptionFormat, CaptionKind, Made, Segment, Span, Transcript
from summarizer.transcribe.captions.formats import TURN, Cue, parse_json3, parse_ttml, parse_txt, parse_vtt
from summarizer.transcribe.captions.turns import turns

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
    """The transcript in a caption file; `duration` is the video's, seconds.

    Raises `Failed("captions_unreadable")` when nothing in it can be read as a cue. Text without times (`txt`) gets
    estimated ones. The result may hold no segments: a track of nothing but sound markers.
    """
    started = time.monotonic()
    text = path.read_bytes().decode("utf-8-sig", "replace").replace("\x00", "")
    try:
        cues = _parse(text, format, duration)
    except (ValueError, ParseError, RecursionError) as error:
        raise Failed(
            "captions_unreadable", f"the {format} captions cannot be read: {error}", "Look at the file."
        ) from None
    if not cues:
        raise Failed("captions_unreadable", f"the {format} captions hold no text with times", "Look at the file.")
    ordered = sorted(cues, key=lambda cue: cue.start)
    cues = ordered if format == "txt" else _once(ordered)
    spoken = turns([replace(cue, text=_without_sounds(cue.text).strip()) for cue in cues])
    segments = merge(spoken, settings)
    return Transcript(
        video_id=video_id,
        language=language.split("-")[0].lower() or "und",
        segments=segments,
        duration=duration or max(cue.end for cue in cues),
        kind=kind,
        spans=_sounds(ordered, spoken, settings.pause_seconds),
        made=Made(backend="captions", seconds=round(time.monotonic() - started, 3)),
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


def _once(cues: list[Cue]) -> list[Cue]:
    """Undo roll-up captions: lines that still stand from the cue before are dropped."""
    kept: list[Cue] = []
    standing: list[str] = []
    for cue in cues:
        lines = [line for line in cue.text.split("\n") if line]
        shared = next((n for n in range(min(len(standing), len(lines)), 0, -1) if standing[-n:] == lines[:n]), 0)
        touching = bool(kept) and cue.start - kept[-1].end < 0.5
        fresh = lines[shared:] if touching else lines
        standing = lines
        if fresh:
            turned = any(re.match(rf"\s*{TURN}", line) for line in fresh[1:])
            kept.append(replace(cue, text=("\n" if turned else " ").join(fresh)))
        elif kept:
            kept[-1] = replace(kept[-1], end=max(kept[-1].end, cue.end))
    return kept


def _sounds(cues: Sequence[Cue], spoken: Sequence[Cue], pause: float) -> tuple[Span, ...]:
    """Where the track says that something else than speech is heard: cues of nothing but sound markers, joined."""
    spans: list[Span] = []
    for cue in cues:
        if _without_sounds(cue.text).strip() or any(
            cue.start < other.end and other.start < cue.end for other in spoken
        ):
            continue
        if spans and cue.start - spans[-1].end <= pause:
            spans[-1] = spans[-1].model_copy(update={"end": max(spans[-1].end, cue.end)})
        elif cue.end > cue.start:
            spans.append(Span(start=cue.start, end=cue.end, reason="sound"))
    return tuple(spans)


def _without_sounds(text: str) -> str:
    return _SOUND.sub(lambda match: " " if _is_sound(match[0]) else match[0], text)


def _is_sound(text: str) -> bool:
    return bool(_SOUND_WORDS.search(text)) or not re.search(r"\w", text)


def merge(cues: list[Cue], settings: CaptionsSettings = DEFAULTS) -> tuple[Segment, ...]:
    """Cues to segments: joined until a sentence ends, a pause comes, the speaker changes, or it gets long."""
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
