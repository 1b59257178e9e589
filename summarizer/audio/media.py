"""Read media files in a sandboxed child process: decode samples, read metadata, extract the sound tracks.

No function here opens a media file in this process; the child process that `sandbox` starts does. Truncated files
decode without an error, and only a comparison of durations detects them (`completeness`). Samples come through a pipe
in blocks, so a recording of ten hours needs no more memory than one of ten minutes.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.audio import sandbox
from summarizer.audio.completeness import REMEDY, check_complete
from summarizer.audio.decoder import RATE, Track, is_allowed
from summarizer.audio.sandbox import MediaInfo
from summarizer.audio.tracks import Voice, choose_tracks, mix, survey
from summarizer.errors import Failed
from summarizer.records import RecordingNote

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIN_LACK = 2.0  # seconds by which the sound starts late or ends early, below which nothing is said
MIN_INVERTED = 10.0  # seconds of opposite channels, below which nothing is said: single sounds may be
PROBE_CPU_SECONDS = 60  # opening a container takes less than one second


@dataclass(frozen=True)
class _Decoded:
    """What is known of a track after it was decoded; times in seconds from the start of the presentation."""

    start: float
    end: float
    file_end: float  # of any stream
    inverted: float  # seconds in which one channel was used, because both cancel each other out


def stream(
    path: Path,
    declared: float | None = None,
    cpu_seconds: int = sandbox.CPU_SECONDS,
    stall_seconds: float = sandbox.STALL_SECONDS,
    *,
    language: str = "",
    report: Callable[[RecordingNote], None] = lambda _note: None,
) -> Iterator[NDArray[np.int16]]:
    """Decode a file and yield mono samples at 16 kHz in blocks of half a minute, int16 of shape (n,).

    `declared` is the duration that the site declares, seconds. Of several sound tracks, those with the voice are used,
    in `language` (ISO 639-1) where there is a choice. `report` gets what readers of the text should know of the sound.
    Raises `Failed`, usually before the first block: `media_unreadable` when the file cannot be opened or the decoder
    fails or exceeds its limits, `no_audio`, `codec_refused` for a codec outside the allowlist, `truncated_media` and
    `wrong_length` as `check_complete` does.
    """
    start = partial(sandbox.start, "decode", path, cpu_seconds=cpu_seconds, stall_seconds=stall_seconds)
    with start() as child:
        info = child.read_header()
        _check_codec(path, info)
        decoded: list[_Decoded] = []
        if len(info.tracks) == 1:
            decoded.append((yield from _read_samples(child, info, path, declared)))
    if len(info.tracks) > 1:
        yield from _read_tracks(info.tracks, path, declared, start, language, report, decoded)
    for note in _describe_sound(decoded):
        report(note)


def _read_tracks(
    tracks: Sequence[Track],
    path: Path,
    declared: float | None,
    start: Callable[..., AbstractContextManager[sandbox.DecoderProcess]],
    language: str,
    report: Callable[[RecordingNote], None],
    decoded: list[_Decoded],
) -> Iterator[NDArray[np.int16]]:
    """Decode all tracks to find the voice, and then yield the samples of those that have it."""

    def read(track: Track) -> Generator[NDArray[np.int16], None, _Decoded]:
        with start(track=track.number) as child:
            return (yield from _read_samples(child, child.read_header(), path, declared))

    def listen(track: Track) -> Voice | None:
        try:
            return survey(read(track))
        except Failed as error:
            if error.code == "no_audio":  # a track without packets
                return None
            raise

    choice = choose_tracks(tracks, language, listen)
    if choice is None:
        raise Failed("no_audio", f"{path.name} has no audio", REMEDY)
    report(choice.note)

    def read_chosen(track: Track) -> Iterator[NDArray[np.int16]]:
        decoded.append((yield from read(track)))

    yield from mix([read_chosen(track) for track in choice.tracks], choice.voices)


def _read_samples(
    child: sandbox.DecoderProcess, info: MediaInfo, path: Path, declared: float | None
) -> Generator[NDArray[np.int16], None, _Decoded]:
    """Yield the samples of one track, and compare their duration with what is stated."""
    import numpy as np

    check_length = partial(
        check_complete,
        path,
        declared=declared,
        container=info.duration,
        other_streams=info.other_streams,
        file_end=info.file_end,
        step_back=info.step_back,
    )
    if info.packet_end is not None:
        check_length(min(info.packet_end, info.duration or info.packet_end))
    size, rest = 0, b""
    while data := child.read_block():
        data = rest + data
        complete = len(data) // 2 * 2  # bytes of complete samples
        data, rest = data[:complete], data[complete:]
        size += complete // 2
        yield np.frombuffer(data, dtype="<i2")
    inverted = child.read_inverted()
    check_length(size / RATE)
    return _Decoded(info.start, size / RATE, info.file_end or 0.0, inverted)


def _describe_sound(decoded: Sequence[_Decoded]) -> Iterator[RecordingNote]:
    """Yield what the tracks lack that were used together."""
    late = min(track.start for track in decoded)
    early = max(track.file_end for track in decoded) - max(track.end for track in decoded)
    inverted = sum(track.inverted for track in decoded)
    if late >= MIN_LACK:
        yield RecordingNote(kind="late_sound", seconds=round(late, 1))
    if early >= MIN_LACK:
        yield RecordingNote(kind="early_end", seconds=round(early, 1))
    if inverted >= MIN_INVERTED:
        yield RecordingNote(kind="channel_chosen", seconds=round(inverted, 1))


def decode(path: Path, declared: float | None = None) -> NDArray[np.float32]:
    """Decode a short file to mono samples at 16 kHz, float32 in -1..1 of shape (n,); raises `Failed` like `stream`."""
    import numpy as np

    blocks = list(stream(path, declared))
    return np.concatenate(blocks).astype(np.float32) / np.float32(32768) if blocks else np.zeros(0, dtype=np.float32)


def probe(path: Path) -> MediaInfo:
    """Read the metadata of a file and its audio stream, without decoding it.

    Raises `Failed`: `media_unreadable`, `no_audio`, `codec_refused`.
    """
    info = _read_info(path)
    _check_codec(path, info)
    return info


def container_duration(path: Path) -> float | None:
    """Return the duration that the container states for the file, in seconds, or None; the streams do not matter.

    Raises `Failed("media_unreadable")`.
    """
    return _read_info(path).container_duration


def extract(path: Path, target: Path) -> Path:
    """Copy the sound tracks of a file, still encoded, into the new Matroska file `target`; returns `target`.

    A single track is copied with any codec, because nothing is decoded here; `stream` rejects codecs outside the
    allowlist. Of several, those with an allowed codec are copied. Raises
    `Failed`: `media_unreadable`, `no_audio`.
    """
    remedy = "Play the file to see whether it is complete."
    with sandbox.start("extract", path, target, remedy=remedy) as child:
        info = child.read_header()
        while child.read_block():
            pass  # the output only shows progress
        child.check_exit()
    if info.codec is None or not target.exists():  # an audio stream without packets leaves no file
        raise Failed(
            "no_audio", f"{path.name} has no audio", "There is nothing to transcribe; add a caption file beside it."
        )
    return target


def _conversion(path: Path) -> str:
    """A shell command that converts a file to Opus."""
    name = "./" + path.name if path.name.startswith("-") else path.name
    target = str(Path(name).with_suffix(".opus" if path.suffix != ".opus" else ".ogg"))
    return f"ffmpeg -i {shlex.quote(name)} -vn -c:a libopus {shlex.quote(target)}"


def _read_info(path: Path) -> MediaInfo:
    with sandbox.start("probe", path, cpu_seconds=PROBE_CPU_SECONDS) as child:
        return child.read_header()


def _check_codec(path: Path, info: MediaInfo) -> None:
    """Raise `Failed` unless there is an audio stream with an allowed codec."""
    if info.codec is None:
        raise Failed("no_audio", f"{path.name} has no audio", REMEDY)
    if not is_allowed(info.codec):
        raise Failed(
            "codec_refused",
            f"{path.name} has {info.codec} audio, which is not supported",
            f"Convert it: {_conversion(path)}",
        )
