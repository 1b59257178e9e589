"""Normalise foreign text, and compare its scripts: what is checked is what a page shows.

`strip_invisible` is the part that pages need for everything that they show. Statements are read in their compatible
form as well (`normalise_statement`): circled and full-width letters become plain ones, and marks that are laid over
letters of alphabets without such marks are removed. A statement is checked and published in this form only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_HIDDEN_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
# Characters of other categories that are not visible: fillers, joiners and selectors.
_HIDDEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# Alphabets whose letters have no combining marks but those that Unicode composes.
_COMPOSED = frozenset(("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CJK"))
_LAST_COMPOSED = "\u024f"  # of the Latin letters that languages write; the phonetic ones after it look like others


def strip_invisible(text: str) -> str:
    """Return one line without control, bidirectional, zero-width, private and unassigned characters and fillers."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = _HIDDEN.sub("", text)
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or _is_visible(c))
    return " ".join(kept.split())


def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in _HIDDEN_CATEGORIES


def normalise_statement(text: str) -> str:
    """Return the form in which a statement is checked and published; the same for its own result."""
    text = strip_invisible(text)
    if text.isascii():
        return text
    plain = "".join(map(_make_compatible, unicodedata.normalize("NFC", text)))
    plain = unicodedata.normalize("NFC", plain)
    kept: list[str] = []
    for char in plain:
        mark = unicodedata.category(char) in {"Mn", "Me"}
        if not (mark and (not kept or not kept[-1].isalpha() or name_script(kept[-1]) in _COMPOSED)):
            kept.append(char)
    return strip_invisible("".join(kept))


def _make_compatible(char: str) -> str:
    """Return the plain letters or digits of a character; punctuation and signs stay as they are."""
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain != char and any(map(str.isalnum, plain)) else char


@lru_cache(maxsize=4096)
def name_script(char: str) -> str:
    """Return the script of a letter or digit, as "LATIN" or "CYRILLIC"; "SIGN" for a symbol, empty for other marks."""
    category = unicodedata.category(char)
    if category == "So":
        return "SIGN"
    if not (char.isalpha() or char.isdigit()) or char.isascii():
        return "LATIN" if char.isalpha() else ""
    name = unicodedata.name(char, "").split(" ")[0].partition("-")[0]
    return f"LATIN {char}" if name == "LATIN" and char > _LAST_COMPOSED else name


def list_scripts(text: str) -> frozenset[str]:
    """Return the scripts of the letters, digits and symbols of a text; phonetic Latin letters are one script each."""
    return frozenset(filter(None, map(name_script, set(text))))
