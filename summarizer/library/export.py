"""A transcript in the formats that other tools read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from summarizer.records import Transcript

Format = Literal["txt", "srt", "vtt", "json"]


def export(transcript: Transcript, format: Format) -> str:
    """The transcript as text: one line a segment (txt), SubRip, WebVTT, or our own JSON."""
    writers: dict[Format, Callable[[Transcript], str]] = {
        "txt": _txt,
        "srt": _srt,
        "vtt": _vtt,
        "json": _json,
    }
    return writers[format](transcript)


def _txt(transcript: Transcript) -> str:
    return "".join(f"{_spoken(s.text, s.speaker)}\n" for s in transcript.segments)


def _srt(transcript: Transcript) -> str:
    return "\n".join(
        f"{s.id + 1}\n{_stamp(s.start, ',')} --> {_stamp(s.end, ',')}\n{_spoken(_safe(s.text), s.speaker)}\n"
        for s in transcript.segments
    )


def _vtt(transcript: Transcript) -> str:
    cues = "".join(
        f"{_stamp(s.start, '.')} --> {_stamp(s.end, '.')}\n{_spoken(_safe(s.text), s.speaker)}\n\n"
        for s in transcript.segments
    )
    return f"WEBVTT\n\n{cues}"


def _json(transcript: Transcript) -> str:
    return transcript.model_dump_json(indent=1)


def _spoken(text: str, speaker: str | None) -> str:
    return f">> {speaker}: {text}" if speaker else text


def _safe(text: str) -> str:
    """Text that cannot be taken for a cue's time, a tag or the end of a cue."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _stamp(seconds: float, mark: str) -> str:
    thousandths = round(seconds * 1000)
    hours, rest = divmod(thousandths, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{mark}{rest % 1000:03}"
