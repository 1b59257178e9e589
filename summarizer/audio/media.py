"""Read media files in a sandboxed child process: decode samples, read metadata, extract the audio stream.

No function here opens a media file in this process; the child process that `sandbox` starts does. Truncated files
decode without an error, and only a comparison of durations detects them (`completeness`). Samples come through a pipe
in blocks, so a recording of ten hours needs no more memory than one of ten minutes.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.audio import sandbox
from summarizer.audio.completeness import REMEDY, check_complete
from summarizer.audio.decoder import RATE, is_allowed
from summarizer.audio.sandbox import MediaInfo
from summarizer.errors import Failed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PROBE_CPU_SECONDS = 60  # opening a container takes less than one second


def stream(
    path: Path,
    declared: float | None = None,
    cpu_seconds: int = sandbox.CPU_SECONDS,
    stall_seconds: float = sandbox.STALL_SECONDS,
) -> Iterator[NDArray[np.int16]]:
    """Decode a file and yield mono samples at 16 kHz in blocks of half a minute, int16 of shape (n,).

    `declared` is the duration that the site declares, seconds. Raises `Failed`, usually before the first block:
    `media_unreadable` when the file cannot be opened or the decoder fails or exceeds its limits, `no_audio`,
    `codec_refused` for a codec outside the allowlist, `truncated_media` and `wrong_length` as `check_complete` does.
    """
    import numpy as np

    with sandbox.start("decode", path, cpu_seconds=cpu_seconds, stall_seconds=stall_seconds) as child:
        info = child.read_header()
        _check_codec(path, info)
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
        child.check_exit()
        check_length(size / RATE)


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
    """Copy the first audio stream of a file, still encoded, into the new Matroska file `target`; returns `target`.

    Any codec is copied, because nothing is decoded here; `stream` rejects codecs outside the allowlist. Raises
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
