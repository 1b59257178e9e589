"""Stage 3: from segments to claims with evidence.

Back ends stand in a plain dictionary. `extractive` quotes the talk and needs nothing; `transformers` and `openai` write
with a language model, and what they write is checked against the segments they cite.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from summarizer.errors import BackendError
from summarizer.records import Source, Summary, Transcript
from summarizer.settings import RuntimeSettings, SummarizeSettings
from summarizer.summarize.kind import choose_kind

__all__ = ["BACKENDS", "Summarizer", "choose_kind", "open_summarizer"]


class Summarizer(Protocol):
    """What every back end can do."""

    name: str

    def summarize(self, transcript: Transcript, source: Source, settings: SummarizeSettings) -> Summary:
        """Raises `Refused` rather than write what the transcript does not support."""
        ...


def _extractive(
    _runtime: RuntimeSettings, _settings: SummarizeSettings, _path: Path | None, _revision: str
) -> Summarizer:
    from summarizer.summarize.extractive import Extractive

    return Extractive()


def _transformers(
    runtime: RuntimeSettings, settings: SummarizeSettings, path: Path | None, revision: str
) -> Summarizer:
    from summarizer.summarize.mapreduce import MapReduce
    from summarizer.summarize.transformers_backend import TransformersGenerator

    if path is None:
        raise BackendError("the transformers back end needs a model folder", "Run: summarizer models pull NAME")
    return MapReduce(TransformersGenerator(path, runtime, settings.max_new_tokens), settings.model, revision)


def _openai(runtime: RuntimeSettings, settings: SummarizeSettings, _path: Path | None, revision: str) -> Summarizer:
    from summarizer.summarize.mapreduce import MapReduce
    from summarizer.summarize.openai_backend import OpenAIGenerator

    return MapReduce(OpenAIGenerator(runtime, settings), settings.model, revision)


BACKENDS: dict[str, Callable[[RuntimeSettings, SummarizeSettings, Path | None, str], Summarizer]] = {
    "extractive": _extractive,
    "transformers": _transformers,
    "openai": _openai,
}


def open_summarizer(
    settings: SummarizeSettings, runtime: RuntimeSettings, model_path: Path | None = None, revision: str = ""
) -> Summarizer:
    """Open the back end that the settings name; raises `BackendError` with what to install or pull."""
    return BACKENDS[settings.backend](runtime, settings, model_path, revision)
