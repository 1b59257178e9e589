"""The root of the configuration: all tables."""

from __future__ import annotations

from summarizer.config.base import Table
from summarizer.config.runtime import NightlySettings, RuntimeSettings
from summarizer.config.stages import (
    CheckSettings,
    DigestSettings,
    DownloadSettings,
    GlossarySettings,
    IndexSettings,
)
from summarizer.config.summarize import SummarizeSettings
from summarizer.config.transcribe import TranscribeSettings


class Config(Table):
    """All settings of a run; immutable."""

    download: DownloadSettings = DownloadSettings()
    transcribe: TranscribeSettings = TranscribeSettings()
    check: CheckSettings = CheckSettings()
    glossary: GlossarySettings = GlossarySettings()
    summarize: SummarizeSettings = SummarizeSettings()
    digest: DigestSettings = DigestSettings()
    index: IndexSettings = IndexSettings()
    runtime: RuntimeSettings = RuntimeSettings()
    nightly: NightlySettings = NightlySettings()
