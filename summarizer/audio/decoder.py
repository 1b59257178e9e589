"""The child process that decodes: `python -m summarizer.audio.decoder FILE MEMORY_BYTES CPU_SECONDS`.

It writes one line of JSON (`Header`) and then mono 16 kHz s16 samples to stdout. Kept apart so that it imports nothing
but PyAV, and so that its memory and time are limited before a hostile file is opened. Before it decodes anything it
reads all packets once: that takes milliseconds, and a file that was cut is known before hours of work go into it.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any, BinaryIO, TypedDict

CODECS = frozenset({"aac", "opus", "libopus", "mp3", "mp3float", "vorbis", "libvorbis", "flac"})
PIECE = 2**16  # bytes written at once: a frame at a time costs both processes a system call for 20 ms of sound


class Header(TypedDict):
    """What the container says about its first audio stream; all None or 0 when it has none."""

    codec: str | None
    duration: float | None  # seconds, of the stream or, failing that, of the file; some live recordings do not say
    packets: float | None  # seconds from the first packet to the end of the last one; None without time stamps
    back: float  # seconds of the largest step back in time from a packet to the next: a piece that stands there twice
    pictures: bool  # whether there are other streams, which may be longer
    sample_rate: int  # Hz
    channels: int


def allowed(codec: str) -> bool:
    """Whether a decoder has earned our trust."""
    return codec in CODECS or codec.startswith("pcm_")


def header(container: Any) -> Header:
    """Look at an opened container; reads it to its end."""
    if not container.streams.audio:
        return Header(codec=None, duration=None, packets=None, back=0.0, pictures=True, sample_rate=0, channels=0)
    stream = container.streams.audio[0]
    length = stream.duration * stream.time_base if stream.duration else (container.duration or 0) / 1_000_000
    first: int | None = None
    last = before = back = 0
    codec = stream.codec_context  # None for a codec that FFmpeg does not know
    if codec and allowed(codec.name):
        for packet in container.demux(stream):
            if packet.pts is not None:
                back = max(back, before - packet.pts if first is not None else 0)
                first = packet.pts if first is None else first
                before = packet.pts
                last = max(last, packet.pts + (packet.duration or 0))
    return Header(
        codec=codec.name if codec else "unknown",
        duration=float(length) if length > 0 else None,
        packets=None if first is None else float((last - first) * stream.time_base),
        back=float(back * stream.time_base) if back else 0.0,
        pictures=len(container.streams) > 1,
        sample_rate=(codec and codec.sample_rate) or 0,
        channels=(codec and codec.channels) or 0,
    )


def limit(memory: int, seconds: int) -> None:
    """Bound this process: bytes of address space, seconds of CPU, no core file."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # no such limits on this system
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(path: str, memory: int, seconds: int, out: BinaryIO) -> int:
    """Write the header and, when the codec is allowed, the samples to `out`; returns the exit code."""
    limit(memory, seconds)
    import av

    try:
        with av.open(path) as container:
            found = header(container)
        out.write(json.dumps(found).encode() + b"\n")
        out.flush()
        if found["codec"] is None or not allowed(found["codec"]):
            return 0
        resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
        with av.open(path) as container:
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    out.write(piece.to_ndarray().tobytes())
            for piece in resampler.resample(None):
                out.write(piece.to_ndarray().tobytes())
        out.flush()
    except BrokenPipeError:  # the reader has seen enough
        return 0
    except (av.FFmpegError, OSError, ValueError, MemoryError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    with open(sys.stdout.fileno(), "wb", PIECE, closefd=False) as stdout:
        sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), stdout))
