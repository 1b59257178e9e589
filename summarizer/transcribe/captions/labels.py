"""Names of speakers at the start of a line: "Ana Lima (she/her): Good morning", "[SPEAKER_00]: Yes", "李明：好"."""

from __future__ import annotations

import re
from typing import NamedTuple

_LABEL = re.compile(r"^\s*(?:\[([^\[\]:：]{1,60})\]|([^:：\n]{1,60}?))\s*(?::(?=\s)|：)\s*(?=\S)")
_MARKER = re.compile(r"^\s*(?:(?:>>+|&gt;&gt;)\s*|[-–—]{1,2}\s+(?=\S))")
_PRONOUNS = re.compile(
    r"\s*[(\[]\s*(?:(?:[a-z]{1,6}\s*/\s*)+[a-z]{1,6}|guest|external|unverified|host|co-host|me)\s*[)\]]", re.IGNORECASE
)
_SMALL = frozenset("al and bin da das de del den der di dos du el la le of ten ter the van von y".split())
# What a label may be that is no name.
NO_NAMES = frozenset(
    "abstract action agenda answer caveat caution conclusion correction danger decision definition disclaimer error"
    " example fact first footnote goal hint host-note http https important info introduction lesson note notes outcome"
    " problem question questions reason remember result rule second solution speaker-note spoiler step summary third"
    " tip title todo topic update warning why".split()
)
MAX_WORDS = 6  # in a name with its room or company: "Conference Room 4B | Berlin"


class Label(NamedTuple):
    """A possible name at the start of a text."""

    name: str  # without pronouns
    rest: str  # the text behind it
    bracketed: bool = False  # whether the name stands in square brackets


def find_label(text: str) -> Label | None:
    """The label of a text, if it is short, has letters and is none of the words that introduce a note."""
    match = _LABEL.match(text)
    if not match:
        return None
    name = clean_name(match[1] or match[2])
    words = name.split()
    possible = (
        0 < len(words) <= MAX_WORDS
        and any(char.isalpha() for char in name)
        and not re.search(r"[?!;\"“”<>]|\.\s*$", name)
    )
    if not possible or words[0].lower() in NO_NAMES or _count_unmarked(match[1] or match[2]):
        return None
    return Label(name, text[match.end() :], bool(match[1]))


def _count_unmarked(text: str) -> bool:
    """Whether a text has a full stop that ends a sentence, not an initial or a title ("J. Smith", "Dr. Who")."""
    return bool(re.search(r"[^\W\d_]{4,}\.\s", text))


def clean_name(name: str) -> str:
    """A name without pronouns in parentheses and notes such as "(Guest)"."""
    return " ".join(_PRONOUNS.sub("", name).split()) or " ".join(name.split())


def is_name(text: str) -> bool:
    """Whether a text looks like a name: one to five capitalised words, or words of a script without capitals."""
    words = text.replace(",", " ").replace("|", " ").split()
    if not 0 < len(words) <= 5 or words[0].lower().strip(",.") in NO_NAMES:
        return False
    return any(word[:1].isalpha() for word in words) and all(map(_may_be_in_name, words))


def _may_be_in_name(word: str) -> bool:
    bare = word.strip("()[].'’")
    if bare.isdigit() or bare.lower() in _SMALL:
        return True
    first = bare[:1]
    return first.isalpha() and (first.isupper() or first.lower() == first.upper())


def starts_turn(line: str) -> bool:
    """Whether a line begins with a marker of a new speaker or with a name and a colon."""
    if _MARKER.match(line):
        return True
    label = find_label(line)
    return label is not None and is_name(label.name)


def strip_marker(line: str) -> str | None:
    """The text behind a marker of a new speaker (">>", "- "); None if there is none."""
    match = _MARKER.match(line)
    return line[match.end() :] if match else None
