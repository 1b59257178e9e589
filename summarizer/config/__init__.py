"""The settings of a run: one table for each stage and for each back end.

The cache depends on the difference between two kinds of tables. The tables of stages and back ends change results, so
each is part of its stage's key. `[index]`, `[runtime]` and `[nightly]` are in no key: they set where and how fast a
run works, so that moving to a faster machine repeats no work.
"""

from summarizer.config.base import Table
from summarizer.config.loading import API_KEY, find_file, known_keys, load, user_file
from summarizer.config.presets import describe_preset, find_preset, list_presets
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
from summarizer.config.writing import write_settings, write_template

__all__ = [
    "API_KEY",
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
    "describe_preset",
    "find_file",
    "find_preset",
    "known_keys",
    "list_presets",
    "load",
    "user_file",
    "write_settings",
    "write_template",
]
