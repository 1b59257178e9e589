"""Sound files to samples, at arm's length, a block at a time.

Media come from strangers and decoders are written in C, so a file is opened only in a process of its own
(`decoder.py`), with an allowlist of codecs and limits on memory and time: a crash or a hang ends that process and
nothing else. Truncated files decode without an error; only comparing durations finds them. The samples come through
a pipe, so a recording of ten hours needs no more memory than one of ten minutes. The cost is about 0.3 s for starting
the process.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from summarizer.audio import completeness
from summarizer.audio.decoder import allowed
from summarizer.errors import Failed
from summarizer.records import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000  # Hz
MEMORY = 4 * 2**30  # bytes of address space for the decoder
CPU_SECONDS = 900  # for the decoder; about 200 hours of sound
STALLED = 60.0  # seconds without a sample, while somebody waits for one
BLOCK = 30 * RATE * 2  # bytes read at once
_BROKEN = completeness.REMEDY


class MediaInfo(Record):
    """What a container says about its first audio stream."""

    codec: str
    duration: float | None  # seconds, of the stream or, failing that, of the file; some live recordings do not say
    packets: float | None  # seconds of sound that the file holds, by its packets
    back: float  # seconds of the largest step back in time within it
    pictures: bool  # whether there are other streams, which may be longer
    sample_rate: int  # Hz
    channels: int


def stream(
    path: Path, declared: float | None = None, cpu_seconds: int = CPU_SECONDS, stalled: float = STALLED
) -> Iterator[NDArray[np.int16]]:
    """Mono samples at 16 kHz of the whole file, in blocks of half a minute.

    `declared` is the duration that the site gave, seconds. Raises `Failed`: `media_unreadable` when the file cannot be
    opened or the decoder fails or exceeds its limits, `no_audio`, `codec_refused` for codecs we have no reason to
    trust, `truncated_media` or `wrong_length` when that is not all of it; mostly before the first block.
    """
    import numpy as np

    # The resolved path cannot begin with "-"; stderr goes to a file because a full pipe would stop the child.
    command = [
        sys.executable,
        "-m",
        "summarizer.audio.decoder",
        str(path.resolve()),
        str(MEMORY),
        str(cpu_seconds),
    ]
    with tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, bufsize=0)
        try:
            pipe = child.stdout
            assert pipe is not None  # noqa: S101 - it was asked for
            info = _info(path, _line(path, pipe, stalled), child, complaints)
            if info.packets is not None:
                there = min(info.packets, info.duration or info.packets)
                _refuse_cut(path, there, declared, info)
            count, rest = 0, b""
            while data := _read(path, pipe, stalled):
                data = rest + data
                whole = len(data) // 2 * 2
                data, rest = data[:whole], data[whole:]
                count += len(data) // 2
                yield np.frombuffer(data, dtype="<i2")
            _refuse_failure(path, child, complaints)
            _refuse_cut(path, count / RATE, declared, info)
        finally:
            child.kill()
            child.wait()
            if child.stdout:
                child.stdout.close()


def decode(path: Path, declared: float | None = None) -> NDArray[np.float32]:
    """The whole of a short file in memory, float32 in -1..1; raises `Failed` as `stream` does."""
    import numpy as np

    blocks = list(stream(path, declared))
    return np.concatenate(blocks).astype(np.float32) / np.float32(32768) if blocks else np.zeros(0, dtype=np.float32)


def probe(path: Path) -> MediaInfo:
    """Look at a file without decoding it; raises `Failed` as `stream` does."""
    with tempfile.TemporaryFile() as complaints:
        command = [sys.executable, "-m", "summarizer.audio.decoder", str(path.resolve()), str(MEMORY), "60"]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, bufsize=0)
        try:
            assert child.stdout is not None  # noqa: S101 - it was asked for
            return _info(path, _line(path, child.stdout, STALLED), child, complaints)
        finally:
            child.kill()
            child.wait()
            if child.stdout:
                child.stdout.close()


def _line(path: Path, pipe: IO[bytes], stalled: float) -> bytes:
    """The first line of the pipe, read a byte at a time: the samples after it belong to somebody else."""
    line = b""
    while not line.endswith(b"\n"):
        _wait(path, pipe, stalled)
        byte = pipe.read(1)
        if not byte:
            break
        line += byte
    return line


def _read(path: Path, pipe: IO[bytes], stalled: float) -> bytes:
    """A block, or what is left at the end."""
    parts: list[bytes] = []
    size = 0
    while size < BLOCK:
        _wait(path, pipe, stalled)
        part = pipe.read(BLOCK - size)
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _wait(path: Path, pipe: IO[bytes], stalled: float) -> None:
    if sys.platform != "win32" and not select.select([pipe], [], [], stalled)[0]:
        raise Failed("media_unreadable", f"decoding {path.name} took over {stalled:.3g} s for nothing", _BROKEN)


def _info(path: Path, line: bytes, child: subprocess.Popen[bytes], complaints: IO[bytes]) -> MediaInfo:
    if not line.endswith(b"\n"):
        _refuse_failure(path, child, complaints)
        raise Failed("media_unreadable", f"{path.name} cannot be read", _BROKEN)
    header = json.loads(line)
    if header["codec"] is None:
        raise Failed("no_audio", f"{path.name} has no sound", _BROKEN)
    if not allowed(header["codec"]):
        raise Failed(
            "codec_refused",
            f"{path.name} has {header['codec']} sound, which is not decoded here",
            "Convert it to Opus or AAC.",
        )
    return MediaInfo.model_validate(header)


def _refuse_failure(path: Path, child: subprocess.Popen[bytes], complaints: IO[bytes]) -> None:
    """Raise when the child ended badly: by its own word, by a signal, or by its limits."""
    code = child.wait()
    if code == 0:
        return
    complaints.seek(0)
    said = complaints.read().decode("utf-8", "replace").strip().splitlines()[-1:] or [f"exit {code}"]
    raise Failed("media_unreadable", f"{path.name} is not a media file that can be read: {said[0][:200]}", _BROKEN)


def _refuse_cut(path: Path, seconds: float, declared: float | None, info: MediaInfo) -> None:
    completeness.refuse(
        path, seconds, declared=declared, container=info.duration, pictures=info.pictures, back=info.back
    )
