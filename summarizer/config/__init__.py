"""The settings of a run: one table for each stage and for each back end.

The cache depends on the difference between two kinds of tables. The tables of stages and back ends change results, so
each is part of its stage's key. `[index]`, `[runtime]` and `[nightly]` are in no key: they set where and how fast a
run works, so that moving to a faster machine repeats no work.
"""

from summarizer.config.base import Table
from summarizer.config.loading import known_keys, load
from summarizer.config.root import Config
from summarizer.config.runtime import NightlySettings, RuntimeSettings
from summarizer.config.stages import (
    CheckSettings,
    DigestSettings,
    DownloadSettings,
    GlossarySettings,
    IndexSettings,
)
from summarizer.config.summarize import LLMSettings, SummarizeSettings
from summarizer.config.transcribe import CaptionsSettings, TranscribeSettings, WhisperSettings

__all__ = [
    "CaptionsSettings",
    "CheckSettings",
    "Config",
    "DigestSettings",
    "DownloadSettings",
    "GlossarySettings",
    "IndexSettings",
    "LLMSettings",
    "NightlySettings",
    "RuntimeSettings",
    "SummarizeSettings",
    "Table",
    "TranscribeSettings",
    "WhisperSettings",
    "known_keys",
    "load",
]
