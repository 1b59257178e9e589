"""The stage `glossary`: correct the names of projects and people in the transcript."""

from __future__ import annotations

from summarizer.config import GlossarySettings
from summarizer.glossary.correct import correct
from summarizer.glossary.speakers import name_speakers
from summarizer.language.terms import Glossary
from summarizer.records import Corrected, Source, Transcript
from summarizer.stage import Stage, Work


def _make(work: Work[GlossarySettings, None], source: Source, transcript: Transcript, glossary: Glossary) -> Corrected:
    named = name_speakers(transcript, source)
    return correct(named, source, glossary, on=work.settings.correct)


# The source is in the key too: a new title or description repeats this stage, but not speech recognition.
GLOSSARY = Stage(
    name="glossary",
    version=1,
    record=Corrected,
    settings=lambda config: config.glossary,
    reads=(Source, Transcript, Glossary),
    make=_make,
)
