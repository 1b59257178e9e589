"""Check whether a media file is complete, by its duration and by the structure of its container.

A decoder reads a truncated file to its end without an error. Three durations are therefore compared: the one that the
site declares, the one that the container states, and that of the decoded audio. Some containers state none: an MP3
without a Xing header and an Ogg stream end where the bytes end. In these, the structure shows a truncation: a frame,
block, box or page that extends past the end of the file, or an Ogg stream whose last page is not marked as the last
(only a page with this mark states the duration). The functions here read sizes only, in Python, and decode nothing.

Two kinds of files cannot be detected unless the site declares a duration: a file that states no duration and was
truncated exactly between two frames, and a file that was truncated and then rewritten by a tool.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from summarizer.audio.decoder import MAX_STEP_BACK
from summarizer.errors import Failed

TOLERANCE = 1.0  # seconds that may be missing: encoder delay and padding, rounded durations
TOLERATED_SHARE = 0.01  # tolerated share of a site's duration, or of the container's when it has other streams
REMEDY = (
    "Download it again (`--force audio`), or play the file to see whether it is complete; "
    "if it is, rewrite it: `ffmpeg -i FILE -c copy NEW`."
)
_MASTER = {0x18538067, 0x1F43B675}  # Matroska's Segment and Cluster: elements that hold the blocks
_TIMESTAMP = 0xE7  # of a Matroska cluster
_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3")  # what may follow the last MP3 frame
# MPEG audio layer III (ISO/IEC 11172-3): kbit/s by index, for version 1 and for versions 2 and 2.5
_BITRATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}  # Hz, by version


class Structure(NamedTuple):
    """The result of reading the structure of a file."""

    fault: str = ""  # why the file cannot be complete; empty when nothing indicates that
    states_duration: bool = True  # False: a duration that the demuxer reports is an estimate
    seconds: float | None = None  # duration of the frames in the file, where they were counted


def check_complete(
    path: Path,
    decoded: float,
    *,
    declared: float | None,
    container: float | None,
    other_streams: bool = False,
    file_end: float | None = None,
    step_back: float = 0.0,
) -> None:
    """Raise `Failed` unless the decoded audio is as long as the site and the container state; durations in seconds.

    `declared` is the site's duration, `container` that of the audio stream or else of the file; `other_streams` is
    whether there are other streams, which may be longer than the audio, and `file_end` is the end of the last packet
    of any stream: where the pictures are complete, the sound is. `step_back` is the largest decrease of the
    timestamp from one packet to the next. Codes: `no_audio` (no audio at all), `truncated_media`, `wrong_length` (too
    much audio: two files in one, a repeated piece, or invalid timestamps).
    """
    if decoded <= 0:
        raise Failed("no_audio", f"{path.name} has no audio", REMEDY)
    structure = read_structure(path)
    stated = container if structure.states_duration else None
    expected = structure.seconds or stated
    for origin, duration, share in (
        ("container", expected, TOLERATED_SHARE if other_streams else 0.0),
        ("site", declared, TOLERATED_SHARE),
    ):
        reached = max(decoded, file_end or 0.0) if other_streams else decoded
        if duration and duration - reached > max(TOLERANCE, share * duration):
            raise Failed(
                "truncated_media", f"{path.name} ends at {decoded:.1f} s; the {origin} states {duration:.1f} s", REMEDY
            )
    confirmed = any(duration and abs(duration - decoded) <= TOLERANCE for duration in (stated, declared))
    if structure.fault and not confirmed:
        raise Failed("truncated_media", f"{path.name} is incomplete after {decoded:.1f} s: {structure.fault}", REMEDY)
    if step_back > MAX_STEP_BACK:
        raise Failed("wrong_length", f"the timestamps of {path.name} decrease by {step_back:.1f} s", REMEDY)
    if expected and decoded - expected > max(TOLERANCE, TOLERATED_SHARE * expected):
        raise Failed(
            "wrong_length", f"{path.name} has {decoded:.1f} s of audio; the container states {expected:.1f} s", REMEDY
        )


def read_structure(path: Path) -> Structure:
    """Read the structure of a file; for an unsupported container, return an empty `Structure`."""
    if path.stat().st_size < 16:
        return Structure()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        readers: tuple[tuple[bool, Callable[[mmap.mmap], Structure]], ...] = (
            (data[:4] == b"OggS", _read_ogg),
            (data[:4] == b"RIFF", _read_wav),
            (data[4:8] == b"ftyp", _read_mp4),
            (data[:4] == b"\x1a\x45\xdf\xa3", _read_matroska),
            (path.suffix == ".mp3" or data[:3] == b"ID3" or _parse_mp3_frame(data, 0) is not None, _read_mp3),
        )
        return next((read(data) for matches, read in readers if matches), Structure())


def _read_ogg(data: mmap.mmap) -> Structure:
    """Pages must be consecutive, and the last one must have the end mark, which states the duration (RFC 3533)."""
    offset, last, next_numbers = 0, False, dict[bytes, int]()
    while offset < len(data):
        header = data[offset : offset + 27]
        if header[:4] != b"OggS" or len(header) < 27:
            return Structure("the bytes after an Ogg page are not a page", states_duration=False)
        lengths = data[offset + 27 : offset + 27 + header[26]]
        end = offset + 27 + header[26] + sum(lengths)
        if len(lengths) < header[26] or end > len(data):
            return Structure("the last Ogg page is incomplete", states_duration=False)
        stream, number = header[14:18], int.from_bytes(header[18:22], "little")
        if number != next_numbers.get(stream, number):
            return Structure("Ogg pages are missing or repeated", states_duration=False)
        next_numbers[stream] = number + 1
        offset, last = end, bool(header[5] & 4)
    return Structure("" if last else "no Ogg page is marked as the last", states_duration=last)


def _read_wav(data: mmap.mmap) -> Structure:
    """Chunks must end inside the file; a recorder that was killed leaves a size of 0 or 0xFFFFFFFF."""
    offset = 12
    while offset + 8 <= len(data):
        size = int.from_bytes(data[offset + 4 : offset + 8], "little")
        if size in (0, 0xFFFFFFFF) and data[offset : offset + 4] == b"data":
            return Structure(states_duration=False)
        end = offset + 8 + size
        if end > len(data):
            return Structure(
                f"a WAV chunk runs {end - len(data)} bytes past the end of the file", states_duration=False
            )
        offset = end + size % 2
    return Structure()


def _read_mp4(data: mmap.mmap) -> Structure:
    """Every top-level box must end inside the file (ISO/IEC 14496-12).

    A fragmented file without an index in front states no duration: a demuxer adds up the fragments in the file.
    """
    offset, kinds = 0, set[bytes]()
    while offset + 8 <= len(data):
        size, kind = int.from_bytes(data[offset : offset + 4], "big"), data[offset + 4 : offset + 8]
        if not all(32 <= byte < 127 or byte == 0xA9 for byte in kind):
            return Structure("an MP4 box has an invalid type", b"moof" not in kinds)
        kinds.add(kind)
        states_duration = b"moof" not in kinds
        if size == 1:
            size = int.from_bytes(data[offset + 8 : offset + 16], "big")
        if size == 0:  # to the end of the file
            return Structure(states_duration=states_duration)
        if size < 8:
            return Structure("an MP4 box has an invalid size", states_duration)
        if offset + size > len(data):
            excess = offset + size - len(data)
            return Structure(f"an MP4 box runs {excess} bytes past the end of the file", states_duration)
        offset += size
    return Structure("" if offset == len(data) else "the file ends inside an MP4 box", b"moof" not in kinds)


def _read_matroska(data: mmap.mmap) -> Structure:
    """Elements must end inside the file, and clusters must be in order of time (RFC 8794, RFC 9559)."""
    offset, time = 0, 0
    while offset < len(data):
        identifier, size_offset = _read_vint(data, offset, keep_marker=True)
        size, body = _read_vint(data, size_offset, keep_marker=False)
        if identifier is None or body > len(data):
            return Structure("the file ends inside a WebM element")
        if size is not None and body + size > len(data):
            return Structure(f"a WebM element runs {body + size - len(data)} bytes past the end of the file")
        if identifier == _TIMESTAMP and size is not None:
            previous, time = time, int.from_bytes(data[body : body + size], "big")
            if time < previous:
                return Structure("the timestamps of WebM clusters decrease")
        offset = body if identifier in _MASTER or size is None else body + size
    return Structure()


def _read_vint(data: mmap.mmap, offset: int, keep_marker: bool) -> tuple[int | None, int]:
    """Read a variable-length EBML integer; return it and the offset after it.

    The integer is None for "unknown size" and for invalid bytes. The marker is the bit that encodes the length: it is
    part of element IDs, but not of sizes.
    """
    first = data[offset] if offset < len(data) else 0
    length = 9 - first.bit_length()
    if not first or offset + length > len(data):
        return None, len(data) + 1
    value = int.from_bytes(data[offset : offset + length], "big")
    if keep_marker:
        return value, offset + length
    mask = (1 << 7 * length) - 1
    return (None if value & mask == mask else value & mask), offset + length


def _read_mp3(data: mmap.mmap) -> Structure:
    """Count the frames; the last must be complete. A Xing or VBRI header states the number of frames."""
    offset = _skip_id3(data)
    start, seconds, fault, count = offset, 0.0, "", 0
    while offset + 4 <= len(data):
        frame = _parse_mp3_frame(data, offset)
        if frame is None:
            if data[offset : offset + 16].startswith(_TAGS) or not any(data[offset : offset + 64]):
                break
            candidate = data.find(b"\xff", offset + 1)
            offset = candidate if candidate >= 0 else len(data)
            continue
        size, length = frame
        if offset + size > len(data):
            fault = f"the last MP3 frame runs {offset + size - len(data)} bytes past the end of the file"
            break
        seconds, count, offset = seconds + length, count + 1, offset + size
    head = data[start : start + 200]
    tag = max(head.find(b"Xing"), head.find(b"Info"))
    counts_frames = 0 <= tag < len(head) - 7 and bool(head[tag + 7] & 1)  # bit 0: the number of frames follows
    states_duration = counts_frames or b"VBRI" in head
    return Structure(fault, states_duration, None if states_duration or not count else seconds)


def _skip_id3(data: mmap.mmap) -> int:
    """Return the offset of the first byte after the ID3v2 tags."""
    offset = 0
    while data[offset : offset + 3] == b"ID3" and offset + 10 <= len(data):
        size = 0
        for byte in data[offset + 6 : offset + 10]:
            size = size << 7 | byte & 0x7F
        offset += 10 + size
    return offset


def _parse_mp3_frame(data: mmap.mmap, offset: int) -> tuple[int, float] | None:
    """Return bytes and seconds of the layer III frame at an offset; None when there is no valid frame header."""
    head = data[offset : offset + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer != 1 or bitrate in (0, 15) or rate == 3:
        return None
    first = version == 3  # MPEG version 1
    hertz = _RATES[version][rate]
    padding = head[2] >> 1 & 1  # bytes
    size = (144 if first else 72) * 1000 * _BITRATES[0 if first else 1][bitrate] // hertz + padding
    return size, (1152 if first else 576) / hertz
