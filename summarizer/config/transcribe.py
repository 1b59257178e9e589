"""[transcribe]: the source of the text, with one table for each back end."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from summarizer.config.base import Table


class CaptionsSettings(Table):
    """[transcribe.captions]: how caption cues are merged into segments."""

    segment_seconds: float = Field(default=15.0, gt=0, le=60)
    """Maximum length of a segment, seconds."""
    pause_seconds: float = Field(default=1.2, gt=0)
    """Length of a pause that ends a segment, seconds."""


class WhisperSettings(Table):
    """[transcribe.whisper]: speech recognition with Whisper."""

    model: str = "small"
    """Whisper model: a name from `summarizer models list`, or a folder in CTranslate2 format."""
    revision: str = ""
    """Exact revision of the model. Empty: the one that `summarizer models list` shows."""
    language: str = ""
    """Spoken language (ISO 639-1). Empty: detected from the audio."""
    beam_size: int = Field(default=1, ge=1, le=10)
    """Number of hypotheses (beams) while decoding; 5 is slower and slightly more accurate."""
    compute_type: Literal["auto", "int8", "float16", "int8_float16", "float32"] = "auto"
    """Arithmetic. auto: float16 on CUDA, int8 on a CPU, with the encoder in bfloat16 if the CPU supports it."""
    vad: bool = True
    """Whether to skip audio without speech (voice activity detection with Silero VAD)."""
    word_timestamps: bool = False
    """Whether to store the times of words; transcripts become ten times as large."""
    hotwords: bool = True
    """Whether to give the recogniser about ten expected terms from the title, the description and the glossary."""


class TranscribeSettings(Table):
    """[transcribe]: the source of the text."""

    policy: Literal["captions", "whisper", "human_else_whisper", "captions_then_whisper"] = "human_else_whisper"
    """Source of the text. captions: captions only. whisper: speech recognition only. human_else_whisper: captions
    written by people, else speech recognition, automatic captions as a last resort. captions_then_whisper: automatic
    captions at first if people wrote none, replaced by speech recognition on a later night when time is left."""
    backend: str = "whisper"
    """Speech recognition back end; its settings are in the table of the same name."""
    captions: CaptionsSettings = CaptionsSettings()
    whisper: WhisperSettings = WhisperSettings()
