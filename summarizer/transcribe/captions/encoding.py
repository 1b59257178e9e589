"""Find the encoding of a caption file.

UTF-8 and byte order marks are certain. Anything else is proposed by charset-normalizer. Of the encodings that it finds
equally plausible, the one that Windows uses for the language is taken, since that is what subtitle editors write; where
the text differs between scripts and nothing decides, the file is refused.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from summarizer.errors import Failed

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WINDOWS = {  # code pages of Windows by language (ISO 639-1); cp1252 for all others
    **dict.fromkeys("bs cs hr hu pl ro sk sl sq".split(), "cp1250"),
    **dict.fromkeys("be bg mk ru sr uk".split(), "cp1251"),
    **dict.fromkeys("el".split(), "cp1253"),
    **dict.fromkeys("az tr".split(), "cp1254"),
    **dict.fromkeys("he iw yi".split(), "cp1255"),
    **dict.fromkeys("ar fa ur".split(), "cp1256"),
    **dict.fromkeys("et lt lv".split(), "cp1257"),
    **dict.fromkeys("vi".split(), "cp1258"),
    **dict.fromkeys("ja".split(), "cp932"),
    **dict.fromkeys("zh yue".split(), "gb18030"),
    **dict.fromkeys("ko".split(), "cp949"),
}
_FEW = 0.1  # invalid bytes for each valid character of several bytes, up to which a file is damaged UTF-8
_SAMPLE = 200_000  # bytes that the detector gets
_MESS = 0.03  # difference in charset-normalizer's "chaos" up to which encodings are equally plausible
_COHERENCE = 0.2  # and in its "coherence", the likeness to a language


@dataclass(frozen=True)
class Decoded:
    """The text of a file."""

    text: str
    encoding: str  # Python's name of it
    detected: bool = False  # whether it is only plausible
    unread: int = 0  # bytes that are no text, or stand for a character that was lost before


def decode(data: bytes, language: str = "und") -> Decoded:
    """Decode a file; `language` is ISO 639-1. Raises `Failed("unknown_encoding")` where no encoding is plausible."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_damaged(data[len(mark) :] if name == "utf-8" else data, name)
    if _looks_like_utf16(data):
        name = "utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"
        return _decode_damaged(data, name)
    invalid, valid = _count_utf8(data)
    if invalid <= _FEW * valid:
        return _decode_damaged(data, "utf-8")
    name = _detect(data, language)
    return _clean(data.decode(name, "replace"), name, detected=True)


def _looks_like_utf16(data: bytes) -> bool:
    """Whether every second byte of Latin text is zero, as in UTF-16 without a byte order mark."""
    half = len(data) // 2
    counts = data[::2].count(0), data[1::2].count(0)
    return half > 3 and max(counts) > 0.6 * half and min(counts) < 0.1 * half


def _count_utf8(data: bytes) -> tuple[int, int]:
    """The numbers of invalid bytes and of characters of several bytes, read as UTF-8."""
    text = data.decode("utf-8", "surrogateescape")
    invalid = len(re.findall("[\udc80-\udcff]", text))
    return invalid, sum(not char.isascii() for char in text) - invalid


def _decode_damaged(data: bytes, encoding: str) -> Decoded:
    return _clean(data.decode(encoding, "replace"), encoding)


def _clean(text: str, encoding: str, detected: bool = False) -> Decoded:
    """Remove characters that are none, and count them: no page may contain U+FFFD."""
    unread = text.count("\ufffd") + text.count("\x00")
    return Decoded(text.replace("\ufffd", "").replace("\x00", "").removeprefix("\ufeff"), encoding, detected, unread)


def _detect(data: bytes, language: str) -> str:
    """The most plausible encoding."""
    from charset_normalizer import from_bytes

    lines = [line for line in data.splitlines(keepends=True) if not line.isascii()]  # times say nothing
    matches = list(from_bytes(b"".join(lines)[:_SAMPLE]))
    if not matches:
        raise Failed(
            "unknown_encoding",
            "the caption file is text in no known encoding",
            "Save it as UTF-8, or check that it is a caption file.",
        )
    best = min(matches, key=lambda match: (match.chaos, -match.coherence))
    near = [
        match
        for match in matches
        if match.chaos <= best.chaos + _MESS and match.coherence >= max(m.coherence for m in matches) - _COHERENCE
    ]
    names = [name for match in near or [best] for name in (match.encoding, *match.could_be_from_charset)]
    wanted = _WINDOWS.get(language.split("-")[0].lower(), "cp1252")
    if wanted in names:
        return wanted
    top = max(near or [best], key=lambda match: (match.coherence, -match.chaos))
    rivals = [match for match in near if match.coherence == top.coherence and match.alphabets != top.alphabets]
    if rivals:
        raise Failed(
            "unknown_encoding",
            f"the encoding of the caption file is {top.encoding} or {rivals[0].encoding}",
            "Save it as UTF-8, or give its language in the file's name: talk.ja.srt.",
        )
    return top.encoding
