"""Create real media files with PyAV for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FORMATS = {
    ".opus": ("ogg", "libopus", 48_000),
    ".webm": ("webm", "libopus", 48_000),
    ".ogg": ("ogg", "libopus", 48_000),
    ".m4a": ("mp4", "aac", 16_000),
    ".mp3": ("mp3", "libmp3lame", 44_100),
    ".flac": ("flac", "flac", 16_000),
    ".wav": ("wav", "pcm_s16le", 16_000),
    ".ac3": ("ac3", "ac3", 48_000),
    ".eac3": ("eac3", "eac3", 48_000),
    ".mp2": ("mp2", "mp2", 48_000),
    ".wma": ("asf", "wmav2", 44_100),
    ".aiff": ("aiff", "pcm_s16be", 16_000),
    ".3gp": ("3gp", "aac", 16_000),
    ".amr": ("amr", "libopencore_amrnb", 8_000),
    ".mpg": ("mpeg", "mp2", 44_100),
    ".flv": ("flv", "libmp3lame", 44_100),
    ".ogv": ("ogv", "libopus", 48_000),
    ".ts": ("mpegts", "aac", 48_000),
    ".mov": ("mov", "alac", 44_100),
    ".avi": ("avi", "mp2", 44_100),
    ".caf": ("caf", "adpcm_ima_qt", 44_100),
    ".wv": ("wv", "wavpack", 44_100),
}


def tone(seconds: float, rate: int = 16_000) -> NDArray[np.float32]:
    """A tone of rising frequency, which every codec preserves; float32 of shape (n,)."""
    t = np.arange(int(seconds * rate)) / rate
    return (0.3 * np.sin(2 * np.pi * (300 + 50 * t) * t)).astype(np.float32)


def write_audio(
    path: Path,
    seconds: float = 3.0,
    samples: NDArray[np.float32] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Encode mono samples at 16 kHz in the format of the suffix; `options` are options of the muxer."""
    import av

    container_format, codec, rate = FORMATS[path.suffix]
    with av.open(str(path), "w", format=container_format, options=options or {}) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        if codec == "wmav2":  # has no default
            stream.bit_rate = 64_000
        _encode(container, stream, tone(seconds) if samples is None else samples)
    return path


def rewrite_start(path: Path, new: Path, seconds: float) -> Path:
    """Copy the first seconds of a file into a new, complete file, which shows no sign of the truncation."""
    import av

    with av.open(str(path)) as old, av.open(str(new), "w", format=FORMATS[path.suffix][0]) as container:
        source = old.streams.audio[0]
        stream = container.add_stream_from_template(source)
        for packet in old.demux(source):
            if packet.pts is not None and packet.pts * source.time_base < seconds:
                packet.stream = stream
                container.mux(packet)
    return new


def measure(path: Path) -> tuple[float | None, float]:
    """Return (duration that the container states, duration of the decoded audio) in seconds; for trusted files only."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        length = stream.duration * stream.time_base if stream.duration else (container.duration or 0) / 1_000_000
        decoded = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
    return float(length) if length > 0 else None, decoded


def write_video(path: Path, seconds: float = 3.0, audio: bool = True) -> Path:
    """Write an MP4 with a small picture, and with AAC audio or without an audio stream."""
    import av

    with av.open(str(path), "w", format="mp4") as container:
        picture = container.add_stream("mpeg4", rate=5, width=64, height=48)
        audio_stream = container.add_stream("aac", rate=16_000, layout="mono") if audio else None
        for _ in range(int(seconds * 5)):
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), dtype=np.uint8), format="rgb24")
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        if audio_stream:
            _encode(container, audio_stream, tone(seconds))
    return path


def _encode(container: object, stream: object, samples: NDArray[np.float32]) -> None:
    import av

    frame = av.AudioFrame.from_ndarray((samples * 32767).astype(np.int16).reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = 16_000
    size = stream.codec_context.frame_size or 1024  # type: ignore[attr-defined]
    resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=stream.rate, frame_size=size)  # type: ignore[attr-defined]
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        container.mux(stream.encode(piece))  # type: ignore[attr-defined]
    container.mux(stream.encode(None))  # type: ignore[attr-defined]
