"""Which parser reads a caption file: its content decides before its suffix, which people and tools get wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

from summarizer.records import CaptionFormat
from summarizer.transcribe.captions.cues import CLOCK, Parsed
from summarizer.transcribe.captions.formats.ass import parse_ass
from summarizer.transcribe.captions.formats.blocks import parse_sbv, parse_srt, parse_vtt
from summarizer.transcribe.captions.formats.docx import parse_transcript
from summarizer.transcribe.captions.formats.plain import parse_stamped, parse_txt
from summarizer.transcribe.captions.formats.structured import parse_json
from summarizer.transcribe.captions.formats.ttml import parse_ttml

_PARSERS: dict[CaptionFormat, Callable[[str], Parsed]] = {
    "vtt": parse_vtt,
    "srt": parse_srt,
    "sbv": parse_sbv,
    "ttml": parse_ttml,
    "dfxp": parse_ttml,
    "srv1": parse_ttml,
    "srv2": parse_ttml,
    "srv3": parse_ttml,
    "json3": parse_json,
    "ass": parse_ass,
    "ssa": parse_ass,
    "docx": parse_transcript,
}
_SIGNS: tuple[tuple[CaptionFormat, re.Pattern[str]], ...] = (
    ("vtt", re.compile(r"\s*WEBVTT\b")),
    ("ttml", re.compile(r"\s*<(?:\?xml|tt|transcript|timedtext)\b")),
    ("json3", re.compile(r'\s*\{\s*"(?:wireMagic|pens|events|segments|text|language)"|\s*\[\s*\{\s*"')),
    ("ass", re.compile(r"\s*\[Script Info\]", re.IGNORECASE)),
    ("srt", re.compile(rf"(?:.*[\r\n]+){{0,20}}?\s*{CLOCK}\s*-->\s*{CLOCK}\s*[\r\n]")),
    ("sbv", re.compile(rf"(?:.*[\r\n]+){{0,20}}?\s*{CLOCK},{CLOCK}\s*[\r\n]")),
)


def parse(text: str, declared: CaptionFormat, duration: float | None) -> Parsed:
    """Parse a text in the format that it is in; `declared` is that of its suffix, `duration` is in seconds.

    Raises `ValueError` or `ParseError` for a file that is broken from its beginning.
    """
    form = declared if declared == "docx" else _recognise(text) or ("srt" if declared == "vtt" else declared)
    if form == "txt":
        return parse_txt(text, duration)
    parsed = _PARSERS[form](text)
    if not parsed.cues and form in {"srt", "sbv", "docx"}:
        return (parse_stamped if form != "docx" else parse_txt)(text, duration) or parsed
    return parsed


def _recognise(text: str) -> CaptionFormat | None:
    return next((form for form, sign in _SIGNS if sign.match(text)), None)
