"""Sound files to samples, at arm's length.

Media come from strangers and decoders are written in C, so a file is looked at first (container and codec against an
allowlist) and then decoded in a process of its own, with limits on memory and time: a crash or a hang ends that process
and nothing else. Truncated files decode without an error; only comparing durations finds them. The cost is about 0.3 s
for starting the process.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.errors import Failed
from summarizer.records import Record
from summarizer.transcribe import wholeness

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000  # Hz
CODECS = frozenset({"aac", "opus", "libopus", "mp3", "mp3float", "vorbis", "libvorbis", "flac"})
MEMORY = 4 * 2**30  # bytes of address space for the decoder
_BROKEN = wholeness.REMEDY


class MediaInfo(Record):
    """What a container says about its first audio stream."""

    codec: str
    duration: float | None  # seconds, of the stream or, failing that, of the file; some live recordings do not say
    pictures: bool  # whether there are other streams, which may be longer
    sample_rate: int  # Hz
    channels: int


def probe(path: Path) -> MediaInfo:
    """Look at a file without decoding it.

    Raises `Failed`: `media_unreadable`, `no_audio`, or `codec_refused` for codecs we have no reason to trust.
    """
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise Failed("no_audio", f"{path.name} has no sound", _BROKEN)
            stream = container.streams.audio[0]
            name = stream.codec_context.name
            length = stream.duration * stream.time_base if stream.duration else (container.duration or 0) / 1_000_000
            info = MediaInfo(
                codec=name,
                duration=float(length) if length > 0 else None,
                pictures=len(container.streams) > 1,
                sample_rate=stream.codec_context.sample_rate or 0,
                channels=stream.codec_context.channels or 0,
            )
    except (av.FFmpegError, OSError, ValueError) as error:
        raise Failed(
            "media_unreadable", f"{path.name} is not a media file that can be read: {error}", _BROKEN
        ) from None
    if name not in CODECS and not name.startswith("pcm_"):
        raise Failed(
            "codec_refused",
            f"{path.name} has {name} sound, which is not decoded here",
            "Convert it to Opus or AAC.",
        )
    return info


def decode(path: Path, declared: float | None = None, seconds_limit: float = 900.0) -> NDArray[np.float32]:
    """Mono samples at 16 kHz, float32 in -1..1, of the whole file.

    `declared` is the duration that the site gave, seconds. Raises `Failed`: those of `probe`, `media_unreadable` when
    the decoder fails or exceeds its limits, `truncated_media` or `wrong_length` when that is not all of it.
    """
    import numpy as np

    info = probe(path)
    with tempfile.TemporaryFile() as out:
        command = [sys.executable, "-m", "summarizer.transcribe.decoder", str(path.resolve()), str(MEMORY)]
        try:
            done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, timeout=seconds_limit, check=False)
        except subprocess.TimeoutExpired:
            raise Failed("media_unreadable", f"decoding {path.name} took over {seconds_limit:.0f} s", _BROKEN) from None
        if done.returncode != 0:
            reason = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [f"exit {done.returncode}"]
            raise Failed("media_unreadable", f"{path.name} cannot be decoded: {reason[0][:200]}", _BROKEN)
        out.seek(0)
        samples = np.frombuffer(out.read(), dtype=np.int16).astype(np.float32) / np.float32(32768)
    wholeness.refuse(path, samples.size / RATE, declared=declared, container=info.duration, pictures=info.pictures)
    return samples
