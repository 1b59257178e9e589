"""What the sources on a command line mean: addresses, ids, paths, and lists of these in a file or on standard input."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from summarizer.download import address
from summarizer.download.local.names import INFO
from summarizer.errors import UsageError
from summarizer.records import VIDEO_ID

STANDARD_INPUT = "-"
_SAMPLE = "sample"  # replaced by its address before
_PLAYLIST = re.compile(r"(PL|UU|FL|OLAK5uy_)[A-Za-z0-9_-]{10,}")
_LISTS = frozenset({".list", ".urls"})  # always a list; a .txt file may be a transcript
_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # by their byte order mark; otherwise UTF-8


def expand_sources(sources: Iterable[str]) -> list[str]:
    """All sources, each once, with each list replaced by its lines; raises `UsageError` for an empty source or list."""
    expanded: list[str] = []
    for text in sources:
        source = clean_source(text)
        if not source:
            raise UsageError("a source is empty", "Give an address, a file or a folder; . is the current folder.")
        if source == STANDARD_INPUT:
            expanded += read_lines(sys.stdin.read(), "standard input", Path())
        elif is_list(Path(source)):
            expanded += read_list(Path(source))
        else:
            expanded.append(source)
    return [*dict.fromkeys(expanded)]


def clean_source(text: str) -> str:
    """A source without the quotes around it; an id or a file:// address as the address or path that it stands for."""
    source = text.strip()
    if len(source) > 1 and source[0] == source[-1] and source[0] in "\"'":
        source = source[1:-1].strip()
    if source.lower().startswith("file:"):
        parts = urlsplit(source)
        if parts.netloc not in {"", "localhost"}:
            raise UsageError(f"{source!r} is on another machine", "Mount its folder and give the path.")
        return os.fsdecode(unquote_to_bytes(parts.path))
    if "/" in source or not source or Path(source).exists():
        return source
    if source.startswith("@"):
        return f"https://www.youtube.com/{source}"
    if _PLAYLIST.fullmatch(source):
        return f"https://www.youtube.com/playlist?list={source}"
    return f"https://www.youtube.com/watch?v={source}" if _looks_like_id(source) else source


def _looks_like_id(source: str) -> bool:
    """Whether a word is an id of a video: of eleven random characters, nearly always one is a capital."""
    return bool(VIDEO_ID.fullmatch(source)) and any(character.isupper() for character in source)


def is_list(path: Path) -> bool:
    """Whether a file is a list of sources, and not the transcript of a recording."""
    suffix = path.suffix.lower()
    if suffix in _LISTS:
        return path.is_file()
    if suffix != ".txt" or not path.is_file() or path.with_name(f"{path.stem}{INFO}").is_file():
        return False
    lines = _split_lines(_read_text(path))
    sources = sum(_looks_like_source(line, path.parent) for line in lines)
    # Prose has lines of several words, and a list has few that are no source.
    return sources * 2 >= len(lines) or all(len(line.split()) < 4 for line in lines)


def _looks_like_source(line: str, folder: Path) -> bool:
    source = line.strip("\"'")
    try:
        return address.looks_like_url(source) or clean_source(source) != source or (folder / source).exists()
    except (OSError, ValueError, UsageError):  # too long for a path
        return False


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return data.decode(_ENCODINGS.get(data[:2], "utf-8-sig"), "replace")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path} is not a readable text file", "A list has one URL or path per line.") from None


def read_list(path: Path) -> list[str]:
    """The sources in a file, one per line; relative paths are relative to the file's folder."""
    return read_lines(_read_text(path), str(path), path.parent)


def read_lines(text: str, name: str, folder: Path) -> list[str]:
    """The sources in the lines of a text. `#` at the start of a line or after a space starts a comment."""
    sources = [clean_source(line) for line in _split_lines(text)]
    if not sources:
        raise UsageError(f"{name} contains no sources", "Write one URL or path per line.")
    for source in sources:
        if is_list(path := folder / source) and source:
            raise UsageError(f"{name} contains {path}, a list inside a list", "Put all sources into one file.")
    return [source if _is_absolute(source) else str(folder / source) for source in sources]


def _split_lines(text: str) -> list[str]:
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")))
    return [line for line in lines if line]


def _is_absolute(source: str) -> bool:
    return address.looks_like_url(source) or source.startswith(("/", "~")) or source == _SAMPLE
