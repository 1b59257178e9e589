"""Which parser reads a caption file: its content decides before its suffix, which people and tools get wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from summarizer.records import CaptionFormat
from summarizer.transcribe.captions.cues import CLOCK, Parsed
from summarizer.transcribe.captions.formats.ass import parse_ass
from summarizer.transcribe.captions.formats.blocks import parse_sbv, parse_srt, parse_vtt, split_lines
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
    ("vtt", re.compile(r"WEBVTT\b")),
    ("ttml", re.compile(r"<(?:\?xml|tt|transcript|timedtext)\b")),
    ("json3", re.compile(r'\{\s*"(?:wireMagic|pens|events|segments|text|language)"|\[\s*\{\s*"')),
    ("ass", re.compile(r"\[Script Info\]", re.IGNORECASE)),
)
# The first line of times shows which of the formats without a header it is.
_TIMES: tuple[tuple[CaptionFormat, re.Pattern[str]], ...] = (
    ("srt", re.compile(rf"{CLOCK}\s*-->\s*{CLOCK}")),
    ("sbv", re.compile(rf"{CLOCK},{CLOCK}")),
)
_FIRST = 20  # lines with text among which it is


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
    start = text.lstrip()[:200]
    if form := next((form for form, sign in _SIGNS if sign.match(start)), None):
        return form
    lines = islice((line.strip() for line in split_lines(text) if line.strip()), _FIRST)
    return next((form for line in lines for form, times in _TIMES if times.fullmatch(line[:60])), None)
