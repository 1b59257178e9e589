"""The speakers in a conference title: "Title - Ada Lovelace, Engines & Charles Babbage, Mills" and its variants."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from summarizer.language.terms import packaged
from summarizer.records import Source

_ORGANISATION = re.compile(
    r"\b(inc|llc|ltd|gmbh|labs?|cloud|foundation|systems|universit\w+|consulting|technolog\w+|software|bank|university"
    r"|group|company|corp|corporation|services|security|networks|institute)\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(president|head|director|engineers?|manager|chair|chief|officer|lead|leader|senior|principal|architect|founder"
    r"|co-founder|executive|vp|svp|evp|staff|advocate|consultant|maintainer|developer|evangelist|analyst|ceo|cto|ciso)\b",
    re.IGNORECASE,
)
_PARTICLES = frozenset("de da del della der den di dos du el la le van von y".split())
# A group of speakers ends at a semicolon, a speaker at "&", "and" or a comma.
_AND = re.compile(r"\s*,?\s+(?:&|and)\s+|\s+/\s+(?=\w+ \w+,)")


class Speaker(NamedTuple):
    """A person of a programme."""

    name: str
    affiliation: str = ""  # employer or role, as the title gives it; empty if it does not

    def __str__(self) -> str:
        return f"{self.name} ({self.affiliation})" if self.affiliation else self.name


class Title(NamedTuple):
    """The parts of a conference title."""

    talk: str  # without the speakers
    speakers: tuple[Speaker, ...]


def list_speakers(source: Source) -> tuple[Speaker, ...]:
    """The speakers that the title names, then those that only the metadata names, which have no affiliation."""
    named = parse_title(source.title).speakers
    names = {speaker.name for speaker in named}
    return (*named, *(Speaker(name) for name in source.speakers if name not in names))


@lru_cache(maxsize=1024)
def parse_title(title: str) -> Title:
    """Divide a title at its last " - "; a title without speakers after it is left whole.

    "A & B, Org" gives both the organisation, "A, Org & B, Other" each their own. A name has two to four capitalised
    words; a single word ("Flynn, Buoyant") is a name only with an affiliation, and not if it is a project's.
    """
    plain = re.sub(
        r"\s*\([^)]*\)\s*$|\s+\|(?:(?! - ).)*$", "", title
    )  # "(Any Skill Level)", "| Project Lightning Talk"
    match = re.fullmatch(r"(.+)(?:\s+[-–—]\s+|(?<=\?)-\s*)(.+)", plain)
    speakers = _parse_speakers(match[2]) if match else ()
    return Title(match[1].strip(), speakers) if match and speakers else Title(title.strip(), ())


def _parse_speakers(text: str) -> tuple[Speaker, ...]:
    speakers: list[Speaker] = []
    for group in re.split(r"\s*;\s*", text):
        waiting: list[str] = []  # names whose affiliation follows those of the others of their group
        for part in _split_people(group):
            names, affiliation = _split_affiliation(part)
            waiting += names
            if affiliation:
                speakers += [Speaker(name, affiliation) for name in waiting]
                waiting = []
        speakers += [Speaker(name) for name in waiting if " " in name]
    return tuple({speaker.name: speaker for speaker in speakers}.values())


def _split_people(group: str) -> list[list[str]]:
    """The comma-separated parts of each person; in a list "A, B, and C, Org", each name is a person of its own."""
    people: list[list[str]] = []
    start = 0
    for match in [*_AND.finditer(group), None]:
        parts = [part.strip() for part in group[start : match.start() if match else None].split(",") if part.strip()]
        listed = match is not None and "," in match[0] and all(_is_name(part) for part in parts)
        people += [[part] for part in parts] if listed else [parts]
        start = match.end() if match else start
    return [parts for parts in people if parts]


def _split_affiliation(parts: list[str]) -> tuple[list[str], str]:
    """The names at the beginning of the parts and, in the rest, the affiliation; no names if there is none."""
    if not _is_name(parts[0]) and not _is_single_name(parts):
        return [], ""
    names = 1
    while names < len(parts) - 1 and _is_name(parts[names]) and not any(_ROLE.search(part) for part in parts):
        names += 1
    return parts[:names], ", ".join(parts[names:])


def _is_name(text: str) -> bool:
    words = text.split()
    return (
        2 <= len(words) <= 4
        and all(word[:1].isupper() or word in _PARTICLES for word in words)
        and not any(char.isdigit() for char in text)
        and not _ORGANISATION.search(text)
        and not _ROLE.search(text)
    )


def _is_single_name(parts: list[str]) -> bool:
    word = parts[0]
    terms = {term.name.lower() for term in packaged().projects}
    return len(parts) == 2 and bool(re.fullmatch(r"[A-Z][a-z]+", word)) and word.lower() not in terms
