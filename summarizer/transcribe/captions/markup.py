"""Remove the markup of caption files from their text, and nothing else: text about code has angle brackets too."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

# The tags of WebVTT and SubRip. `<v>` and `<lang>` have an annotation, so a type parameter `<V>` is text.
_TAG = re.compile(
    r"</?(?:[biuBIU]|[cs]|ruby|rt|em|strong)(?:\.[^\s<>]*)?(?:[ \t][^<>]*)?>"
    r"|</?(?:font|span)(?:\s[^<>]*)?>|<br\s*/?>|</(?:v|lang)>|<(?:v|lang)(?:\.[^\s<>]*)?\s+[^<>]*>"
    r"|<(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}>",  # the time of a word
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")  # of ASS, also found in SubRip: {\an8}
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s+([^<>]*))?>|(</v>)")
_INVISIBLE = re.compile(
    "[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)  # marks of direction, placeholders


def clean_text(text: str) -> str:
    """Remove invisible characters and repeated white space; lines are kept, empty ones are not."""
    lines = (
        " ".join(line.split()) for line in re.split(r"[\n\v\f\x1c-\x1e\x85\u2028\u2029]", _INVISIBLE.sub("", text))
    )
    return "\n".join(line for line in lines if line)


def strip_markup(text: str) -> str:
    """Remove the known tags and override codes from a text, decode entities, and clean it."""
    text = _BREAK.sub("\n", _OVERRIDE.sub("", text))
    return clean_text(html.unescape(_TAG.sub("", text)))


def split_voices(text: str) -> Iterator[tuple[str | None, str]]:
    """The parts of a WebVTT cue by voice, without markup: a name, "" after a voice has ended, None without any.

    A new voice ends the one before it, as in files that never close their tags.
    """
    speaker, position = None, 0
    for match in _VOICE.finditer(text):
        if match[1] is None and not match[2] and match[0] != "<v >":
            continue  # `<v>` names nobody
        if words := strip_markup(text[position : match.start()]):
            yield speaker, words
        speaker, position = clean_text(html.unescape(match[1] or "")), match.end()
    if words := strip_markup(text[position:]):
        yield speaker, words
