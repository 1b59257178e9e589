"""The stage `summarize`: turn segments into claims with evidence."""

from __future__ import annotations

from typing import Any

from summarizer.config import Config
from summarizer.language.terms import packaged_checksum
from summarizer.records import Corrected, Source, Summary
from summarizer.stage import Backend, Stage, Work, choose
from summarizer.summarize.abbreviations import find_abbreviations
from summarizer.summarize.base import Summarizer
from summarizer.summarize.chapters import close_ranges
from summarizer.summarize.extractive import EXTRACTIVE
from summarizer.summarize.llm import LLAMACPP, OPENAI, TRANSFORMERS

BACKENDS: dict[str, Backend[Summarizer]] = {
    backend.name: backend for backend in (EXTRACTIVE, TRANSFORMERS, LLAMACPP, OPENAI)
}


def summarizer_backend(config: Config) -> Backend[Summarizer]:
    """Return the back end that the settings name."""
    return choose(BACKENDS, config.summarize.backend, "summarize.backend")


def _settings(config: Config) -> dict[str, Any]:
    """Return [summarize], the further settings that the chosen back end reads, and the glossary that evidence reads."""
    return {
        **config.summarize.dump(),
        **summarizer_backend(config).settings(config),
        "glossary": packaged_checksum(),
    }


def _make(work: Work[dict[str, Any], Summarizer], source: Source, corrected: Corrected) -> Summary:
    summary = work.backend.summarize(corrected.transcript, source, work.answers)
    segments = corrected.transcript.segments
    found = {
        "projects": corrected.projects,
        "abbreviations": find_abbreviations(corrected.transcript),
        "sections": close_ranges(summary.sections, segments[0].start, segments[-1].end),
    }
    return summary.model_copy(update=found)


# Version 12: a claim must be said at one place, in its words and relations; decisions, owners and commands need cues.
SUMMARIZE = Stage(
    name="summarize",
    version=12,
    record=Summary,
    settings=_settings,
    reads=(Source, Corrected),
    make=_make,
    backend=summarizer_backend,
)
