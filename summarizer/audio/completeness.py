"""Is a media file all of it? What containers promise, compared with what came out.

Decoders play a cut file to its end without a complaint, so nothing they say can be relied on. Three durations are
compared: the one that the site declared, the one that the container promises, and that of the decoded sound. Not every
container promises one: an MP3 without a Xing header and an Ogg stream end where the bytes end. For those the structure
of the last bytes tells: a frame, block, box or page that runs over the end of the file, an Ogg stream whose last page
is not marked as the last (its position is a promise only if it is). The walkers here read sizes only, in Python, before
any decoder sees the file.

What cannot be known: a file without a promised duration that was cut exactly between two frames, or cut and written
anew by a tool, unless the site declares a duration.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from summarizer.errors import Failed

LEAST = 1.0  # seconds that may be missing: encoders' delay and padding, rounded durations
BACK = 0.5  # seconds that the time of sound may step back; rounding is a thousandth of that
SHARE = 0.01  # of a duration that is only declared, or that of a video with pictures
REMEDY = (
    "Download it again (`--force audio`), or play the file to see whether it is whole; "
    "if it really ends there, write it anew: `ffmpeg -i FILE -c copy NEW`."
)
_MASTER = {0x18538067, 0x1F43B675}  # Matroska's Segment and Cluster: elements that hold the blocks
_TIMESTAMP = 0xE7  # of a cluster
_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3")  # what may stand behind the last MP3 frame
# MPEG audio layer III (ISO/IEC 11172-3): kbit/s by index, for version 1 and for versions 2 and 2.5
_BITRATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


class Structure(NamedTuple):
    """What the bytes say of the file."""

    fault: str = ""  # why the file is known not to be whole; empty when nothing speaks against it
    promises: bool = True  # whether the duration that a demuxer reports is the file's own promise, not an estimate
    seconds: float | None = None  # of the frames that are there, where they were counted


def refuse(
    path: Path,
    decoded: float,
    *,
    declared: float | None,
    container: float | None,
    pictures: bool = False,
    back: float = 0.0,
) -> None:
    """Raise `Failed` unless the decoded sound is as long as was promised; durations in seconds.

    `declared` is the site's, `container` that of the audio stream or, failing that, of the file; `pictures` is whether
    other streams may make the file longer than its sound, `back` the largest step back in time from one packet to the
    next. Codes: `no_audio` (none at all), `truncated_media`, `wrong_length` (too much sound: two files in one, a piece
    that stands there twice, or times that make no sense).
    """
    if decoded <= 0:
        raise Failed("no_audio", f"{path.name} has no sound in it", REMEDY)
    structure = look(path)
    promise = container if structure.promises else None
    promised = structure.seconds or promise
    for who, duration, spare in (
        ("container", promised, SHARE if pictures else 0.0),
        ("site", declared, SHARE),
    ):
        if duration and duration - decoded > max(LEAST, spare * duration):
            raise Failed(
                "truncated_media", f"{path.name} ends at {decoded:.1f} s; the {who} says {duration:.1f} s", REMEDY
            )
    agreed = any(duration and abs(duration - decoded) <= LEAST for duration in (promise, declared))
    if structure.fault and not agreed:
        raise Failed("truncated_media", f"{path.name} is not whole, {decoded:.1f} s of it: {structure.fault}", REMEDY)
    if back > BACK:
        raise Failed("wrong_length", f"{path.name} goes back by {back:.1f} s in its own time", REMEDY)
    if promised and decoded - promised > max(LEAST, SHARE * promised):
        raise Failed("wrong_length", f"{path.name} has {decoded:.1f} s of sound in {promised:.1f} s", REMEDY)


def look(path: Path) -> Structure:
    """Read the sizes in a file of a known container; other containers have nothing to say."""
    if path.stat().st_size < 16:
        return Structure()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        walkers: tuple[tuple[bool, Callable[[mmap.mmap], Structure]], ...] = (
            (data[:4] == b"OggS", _ogg),
            (data[:4] == b"RIFF", _riff),
            (data[4:8] == b"ftyp", _mp4),
            (data[:4] == b"\x1a\x45\xdf\xa3", _matroska),
            (path.suffix == ".mp3" or data[:3] == b"ID3" or _mp3_frame(data, 0) is not None, _mp3),
        )
        return next((walk(data) for known, walk in walkers if known), Structure())


def _ogg(data: mmap.mmap) -> Structure:
    """Pages must follow one another, and the last be marked as the end (RFC 3533); then its position is a promise."""
    at, last, follows = 0, False, dict[bytes, int]()
    while at < len(data):
        header = data[at : at + 27]
        if header[:4] != b"OggS" or len(header) < 27:
            return Structure("the bytes after an Ogg page are no page", promises=False)
        lengths = data[at + 27 : at + 27 + header[26]]
        end = at + 27 + header[26] + sum(lengths)
        if len(lengths) < header[26] or end > len(data):
            return Structure("the last Ogg page is incomplete", promises=False)
        stream, number = header[14:18], int.from_bytes(header[18:22], "little")
        if number != follows.get(stream, number):
            return Structure("Ogg pages are missing or repeated", promises=False)
        follows[stream] = number + 1
        at, last = end, bool(header[5] & 4)
    return Structure("" if last else "no Ogg page is marked as the last", promises=last)


def _riff(data: mmap.mmap) -> Structure:
    """The chunks of a WAV must lie inside the file; a recorder that was killed leaves 0 or all ones."""
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if size in (0, 0xFFFFFFFF) and data[at : at + 4] == b"data":
            return Structure(promises=False)
        if at + 8 + size > len(data):
            return Structure(f"a WAV chunk runs {at + 8 + size - len(data)} bytes over its end", promises=False)
        at += 8 + size + size % 2
    return Structure()


def _mp4(data: mmap.mmap) -> Structure:
    """Every box at the top level must lie inside the file (ISO/IEC 14496-12).

    Fragments without an index before them promise nothing: the duration is that of the fragments that are there.
    """
    at, kinds = 0, set[bytes]()
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if not all(32 <= byte < 127 or byte == 0xA9 for byte in kind):
            return Structure("its boxes make no sense", b"moof" not in kinds)
        kinds.add(kind)
        promises = b"moof" not in kinds
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size == 0:  # to the end of the file
            return Structure(promises=promises)
        if size < 8:
            return Structure("its boxes make no sense", promises)
        if at + size > len(data):
            return Structure(f"an MP4 box runs {at + size - len(data)} bytes over its end", promises)
        at += size
    return Structure("" if at == len(data) else "it ends inside an MP4 box", b"moof" not in kinds)


def _matroska(data: mmap.mmap) -> Structure:
    """Elements of the segment and of its clusters must lie inside the file, in order of time (RFC 8794, RFC 9559)."""
    at, now = 0, 0
    while at < len(data):
        identity, after = _number(data, at, keep=True)
        size, body = _number(data, after, keep=False)
        if identity is None or body > len(data):
            return Structure("it ends inside a WebM element")
        if size is not None and body + size > len(data):
            return Structure(f"a WebM element runs {body + size - len(data)} bytes over its end")
        if identity == _TIMESTAMP and size is not None:
            before, now = now, int.from_bytes(data[body : body + size], "big")
            if now < before:
                return Structure("its WebM clusters go back in time")
        at = body if identity in _MASTER or size is None else body + size
    return Structure()


def _number(data: mmap.mmap, at: int, keep: bool) -> tuple[int | None, int]:
    """A variable-length number of EBML and where it ends; None for "unknown" and for nonsense."""
    first = data[at] if at < len(data) else 0
    length = 9 - first.bit_length()
    if not first or at + length > len(data):
        return None, len(data) + 1
    value = int.from_bytes(data[at : at + length], "big")
    ones = (1 << 7 * length) - 1
    if keep:
        return value, at + length
    return (None if value & ones == ones else value & ones), at + length


def _mp3(data: mmap.mmap) -> Structure:
    """Frames are counted one by one: the last must be whole, and the Xing header's count is the file's promise."""
    at = _after_id3(data)
    start, seconds, cut, count = at, 0.0, "", 0
    while at + 4 <= len(data):
        frame = _mp3_frame(data, at)
        if frame is None:
            if data[at : at + 16].startswith(_TAGS) or not any(data[at : at + 64]):
                break
            found = data.find(b"\xff", at + 1)
            at = found if found >= 0 else len(data)
            continue
        size, length = frame
        if at + size > len(data):
            cut = f"the last MP3 frame runs {at + size - len(data)} bytes over its end"
            break
        seconds, count, at = seconds + length, count + 1, at + size
    head = data[start : start + 200]
    tag = max(head.find(b"Xing"), head.find(b"Info"))
    promises = (0 <= tag < len(head) - 7 and bool(head[tag + 7] & 1)) or b"VBRI" in head  # bit 0: it counts the frames
    return Structure(cut, promises, None if promises or not count else seconds)


def _after_id3(data: mmap.mmap) -> int:
    """Where the sound begins: behind ID3v2 tags."""
    at = 0
    while data[at : at + 3] == b"ID3" and at + 10 <= len(data):
        size = 0
        for byte in data[at + 6 : at + 10]:
            size = size << 7 | byte & 0x7F
        at += 10 + size
    return at


def _mp3_frame(data: mmap.mmap, at: int) -> tuple[int, float] | None:
    """Bytes and seconds of the layer III frame at a place, or nothing."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer != 1 or bitrate in (0, 15) or rate == 3:
        return None
    first = version == 3
    hertz = _RATES[version][rate]
    size = (144 if first else 72) * 1000 * _BITRATES[0 if first else 1][bitrate] // hertz + (head[2] >> 1 & 1)
    return size, (1152 if first else 576) / hertz
