"""The stage `check`: raise a refusal, or return the score of the text."""

from __future__ import annotations

from typing import Any

from summarizer.check.gates import check
from summarizer.config import CheckSettings, Config, Table
from summarizer.language.terms import Glossary
from summarizer.records import Source, TextScore, Transcript
from summarizer.stage import Stage, Work


class _Settings(Table):
    """[check], and the wanted languages, which apply to captions and texts."""

    check: CheckSettings
    languages: tuple[str, ...]

    def dump(self) -> dict[str, Any]:
        return {"languages": list(self.languages), **self.check.dump()}


def _settings(config: Config) -> _Settings:
    return _Settings(check=config.check, languages=config.download.languages)


def _make(work: Work[_Settings, None], source: Source, transcript: Transcript, glossary: Glossary) -> TextScore:
    names = [term.name for term in glossary.terms]
    return check(transcript, source.duration, work.settings.check, work.settings.languages, names)


# Version 5: the minimum score of captions is in the key of every text.
CHECK = Stage(
    name="check",
    version=5,
    record=TextScore,
    settings=_settings,
    reads=(Source, Transcript, Glossary),
    make=_make,
)
