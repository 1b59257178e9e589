"""[transcribe]: where the text comes from, with one table for each back end."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from summarizer.config.base import Table


class CaptionsSettings(Table):
    """[transcribe.captions]: how caption cues become segments."""

    segment_seconds: float = Field(default=15.0, gt=0, le=60)
    """Longest segment that cues are merged into, seconds."""
    pause_seconds: float = Field(default=1.2, gt=0)
    """Time without text that ends a segment, seconds."""


class WhisperSettings(Table):
    """[transcribe.whisper]: speech recognition with Whisper."""

    model: str = "small"
    """Whisper model: a name of `summarizer models list`, or a folder in CTranslate2's format."""
    revision: str = ""
    """Exact revision of the model; empty: the one that `models list` shows."""
    language: str = ""
    """Spoken language (ISO 639-1). Empty: detected from the audio."""
    beam_size: int = Field(default=1, ge=1, le=10)
    """Hypotheses kept while decoding; 5 is slower and slightly better."""
    compute_type: Literal["auto", "int8", "float16", "int8_float16", "float32"] = "auto"
    """Arithmetic. auto: float16 on CUDA; int8 on a CPU, its encoder in bfloat16 where the CPU has that."""
    vad: bool = True
    """Skip what is not speech (Silero VAD)."""
    word_timestamps: bool = False
    """Keep a time for every word; about a third slower."""
    hotwords: bool = True
    """Give the recogniser about ten terms of the title, the description and the glossary to expect."""


class TranscribeSettings(Table):
    """[transcribe]: where the text comes from."""

    policy: Literal["captions", "whisper", "human_else_whisper", "captions_then_whisper"] = "human_else_whisper"
    """Where the text comes from. captions: captions only. whisper: speech recognition only. human_else_whisper:
    captions written by people, else speech recognition, automatic captions as a last resort. captions_then_whisper:
    automatic captions at once where people wrote none, and speech recognition on a later night that has time."""
    backend: str = "whisper"
    """Speech recognition back end; its settings are in the table of its name."""
    captions: CaptionsSettings = CaptionsSettings()
    whisper: WhisperSettings = WhisperSettings()
