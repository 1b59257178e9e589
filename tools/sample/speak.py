"""Speak the sample's talks with espeak-ng, and write their audio and captions.

    python -m tools.sample.speak

A formant synthesizer sounds artificial, but it is free, runs on any machine, always gives the same audio for the same
text, and makes hours of speech in minutes. The script needs the program espeak-ng; its results are committed.
"""

from __future__ import annotations

import io
import subprocess
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from summarizer.sample import SampleTalk, load_talks

RATE = 16_000  # Hz, the sampling rate of Whisper
PAUSE = 0.7  # seconds between sentences
VOICE, SPEED, PITCH = "en-us", 150, 45  # espeak-ng's voice, words per minute, 0..99
Samples = NDArray[np.float32]


def say(text: str) -> Samples:
    """One sentence as mono float32 samples at 16 kHz in -1..1."""
    command = ["espeak-ng", "-v", VOICE, "-s", str(SPEED), "-p", str(PITCH), "--stdout", "--", text]
    spoken = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(spoken)) as file:
        rate, count = file.getframerate(), file.getnframes()
        raw = np.frombuffer(file.readframes(count), dtype=np.int16).astype(np.float32) / 32768
    return resample(trimmed(raw, rate)[0], rate)


def trimmed(raw: Samples, rate: int) -> tuple[Samples, float]:
    """The samples without silence at both ends (50 ms are kept), and the seconds removed at the start."""
    loud = np.flatnonzero(np.abs(raw) > 0.005)
    if not loud.size:
        return raw, 0.0
    first = max(int(loud[0]) - rate // 20, 0)
    return raw[first : loud[-1] + rate // 20], first / rate


def resample(samples: Samples, rate: int) -> Samples:
    """Resample from `rate` Hz to 16 kHz with a linear-phase windowed sinc; sufficient for one synthetic voice."""
    if rate == RATE:
        return samples
    taps = np.arange(-64, 65) / rate
    kernel = np.sinc(2 * 7200 * taps) * np.hanning(taps.size) * 2 * 7200 / rate
    smooth = np.convolve(samples, kernel, mode="same")
    times = np.arange(int(samples.size * RATE / rate)) * (rate / RATE)
    return np.interp(times, np.arange(samples.size), smooth).astype(np.float32)


def silence(seconds: float) -> Samples:
    """Digital silence."""
    return np.zeros(int(seconds * RATE), dtype=np.float32)


def tone(seconds: float) -> Samples:
    """A quiet chord of varying loudness, for a recording without speech."""
    t = np.arange(int(seconds * RATE)) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * t) for hertz in (220.0, 277.2, 329.6))
    return (0.02 * chord * (1 + np.sin(2 * np.pi * t / 7)) / 2).astype(np.float32)


def encode(path: Path, samples: Samples, bit_rate: int = 24_000) -> None:
    """Write mono samples as Opus (.opus) or AAC (.m4a) with PyAV."""
    import av

    codec = {".opus": "libopus", ".m4a": "aac"}[path.suffix]
    with av.open(str(path), "w", format={".opus": "ogg", ".m4a": "mp4"}[path.suffix]) as container:
        stream = container.add_stream(codec, rate=48_000 if codec == "libopus" else RATE, layout="mono")
        stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(
            (np.clip(samples, -1, 1) * 32767).astype(np.int16).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = RATE
        resampler = av.AudioResampler(
            format=stream.format.name,
            layout="mono",
            rate=stream.rate,
            frame_size=stream.codec_context.frame_size or 960,
        )
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


def stamp(seconds: float) -> str:
    """A time in WebVTT format."""
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{round(seconds % 1 * 1000) % 1000:03}"


def perform(talk: SampleTalk) -> tuple[Samples, list[tuple[float, float, str]]]:
    """Speak a talk; returns its samples and its cues as (start, end, text), seconds."""
    if talk.tone_seconds:
        return tone(talk.tone_seconds), [(0.0, talk.tone_seconds, "[Music]")]
    parts, cues, at = [silence(0.5)], [], 0.5
    for sentence in talk.sentences:
        name, colon, text = sentence.partition(": ")
        speaker = name if colon and name in talk.speakers else ""
        spoken = say(text if speaker else sentence)
        length = spoken.size / RATE
        cues.append((at, at + length, f">> {speaker}: {text}" if speaker else sentence))
        parts += [spoken, silence(PAUSE)]
        at += length + PAUSE
    return np.concatenate(parts), cues


def main() -> None:
    """Write media/<id>.<format> and media/<id>.en.vtt."""
    for talk in load_talks():
        samples, cues = perform(talk)
        talk.media.parent.mkdir(exist_ok=True)
        encode(talk.media, samples)
        lines = [f"{stamp(start)} --> {stamp(end)}\n{text}\n" for start, end, text in cues]
        talk.track.write_text("WEBVTT\n\n" + "\n".join(lines), encoding="utf-8")
        print(f"{talk.media.name}: {samples.size / RATE:.0f} s, {talk.media.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
