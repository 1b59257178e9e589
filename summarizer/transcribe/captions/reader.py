"""Convert a caption file to a transcript: decode, parse, order, remove sounds, mark turns, merge."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import ParseError

from summarizer.config import CaptionsSettings
from summarizer.errors import Failed
from summarizer.records import CaptionFormat, CaptionKind, Provenance, RecordingNote, Span, Transcript
from summarizer.transcribe.captions.cues import Cue, Parsed
from summarizer.transcribe.captions.encoding import Decoded, decode
from summarizer.transcribe.captions.formats import parse
from summarizer.transcribe.captions.formats.docx import extract_text
from summarizer.transcribe.captions.merge import DEFAULTS, drop_repeated_lines, merge
from summarizer.transcribe.captions.times import order
from summarizer.transcribe.captions.turns import mark_turns

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

    Text without times gets estimated times. The transcript has no segments when the track contains only sound markers
    such as "[Music]". What could not be read and times that cannot be right are in `notes`. Raises
    `Failed("captions_unreadable")` when the file contains no valid cue, `Failed("unknown_encoding")`, and
    `Failed("missing_package")` for a Word file without the package that reads it.
    """
    started = time.monotonic()
    data = path.read_bytes()
    try:
        decoded = Decoded(extract_text(data), "utf-8") if format == "docx" else decode(data, language)
        parsed = parse(decoded.text, format, duration)
    except (ValueError, ParseError, RecursionError) as error:
        raise _fail(format, f"cannot be read: {error}") from None
    if not parsed.cues:
        raise _fail(format, "contain no text with times")
    ordered, notes = order(parsed, duration)
    cues = ordered if parsed.estimated else drop_repeated_lines(ordered)
    spoken = mark_turns([replace(cue, text=_remove_sounds(cue.text).strip()) for cue in cues])
    return Transcript(
        video_id=video_id,
        language=language.split("-")[0].lower() or "und",
        segments=merge(spoken, settings),
        duration=duration or max(cue.end for cue in ordered),
        kind=kind,
        spans=_find_sounds(ordered, spoken, settings.pause_seconds),
        notes=(*notes, *_count_unread(parsed, decoded, len(data))),
        made=Provenance(backend="captions", seconds=round(time.monotonic() - started, 3)),
    )


def _fail(format: CaptionFormat, problem: str) -> Failed:
    return Failed("captions_unreadable", f"the {format} captions {problem}", f"Check that the file is valid {format}.")


def _count_unread(parsed: Parsed, decoded: Decoded, size: int) -> Iterator[RecordingNote]:
    """Notes on what could not be read."""
    if parsed.untimed:
        yield RecordingNote(kind="unread_times", count=parsed.untimed, total=len(parsed.cues))
    if parsed.skipped:
        lines = sum(cue.text.count("\n") + 1 for cue in parsed.cues) + len(parsed.skipped)
        yield RecordingNote(
            kind="unread_lines", count=len(parsed.skipped), total=lines, example=parsed.skipped[0][:100]
        )
    if unread := parsed.unread_bytes + decoded.unread:
        yield RecordingNote(kind="unread_bytes", count=unread, total=size)
    if decoded.detected:
        yield RecordingNote(kind="encoding_detected", example=decoded.encoding)


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
