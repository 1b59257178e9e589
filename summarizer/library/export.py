"""Convert a transcript to formats that other tools read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from summarizer.records import Segment, Transcript

Format = Literal["txt", "srt", "vtt", "json"]


def export_transcript(transcript: Transcript, format: Format) -> str:
    """The transcript as plain text with one line per segment (txt), SubRip, WebVTT, or JSON with all fields."""
    writers: dict[Format, Callable[[Transcript], str]] = {
        "txt": _write_txt,
        "srt": _write_srt,
        "vtt": _write_vtt,
        "json": _write_json,
    }
    return writers[format](transcript)


def _write_txt(transcript: Transcript) -> str:
    return "".join(f"{_format_text(s.text, s.speaker)}\n" for s in transcript.segments)


def _write_srt(transcript: Transcript) -> str:
    return "\n".join(f"{segment.id + 1}\n{_write_cue(segment, ',')}" for segment in transcript.segments)


def _write_vtt(transcript: Transcript) -> str:
    cues = "".join(f"{_write_cue(segment, '.')}\n" for segment in transcript.segments)
    return f"WEBVTT\n\n{cues}"


def _write_cue(segment: Segment, mark: str) -> str:
    """The times and the text of one cue; `mark` separates seconds from milliseconds."""
    times = f"{_format_time(segment.start, mark)} --> {_format_time(segment.end, mark)}"
    return f"{times}\n{_format_text(_escape(segment.text), segment.speaker)}\n"


def _write_json(transcript: Transcript) -> str:
    return transcript.model_dump_json(indent=1)


def _format_text(text: str, speaker: str | None) -> str:
    return f">> {speaker}: {text}" if speaker else text


def _escape(text: str) -> str:
    """Text in which nothing can be parsed as the time of a cue, a tag or the end of a cue."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _format_time(seconds: float, mark: str) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{mark}{rest % 1000:03}"
