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
from summarizer.summarize.generation import Parts
from summarizer.summarize.kind import choose_kind
from summarizer.summarize.prompts import fingerprint as prompts_fingerprint

__all__ = ["BACKENDS", "Parts", "Summarizer", "choose_kind", "open_summarizer", "prompts_fingerprint"]


class Summarizer(Protocol):
    """What every back end can do."""

    name: str

    def summarize(
        self, transcript: Transcript, source: Source, settings: SummarizeSettings, parts: Parts | None = None, /
    ) -> Summary:
        """Raises `Refused` rather than write what the transcript does not support.

        `parts` keeps what a long summary is made from, so that a killed run need not repeat it.
        """
        ...


def _extractive(
    _runtime: RuntimeSettings, settings: SummarizeSettings, _path: Path | None, _revision: str
) -> Summarizer:
    if settings.language:
        raise BackendError(
            f"the extractive back end quotes the talk and cannot write in {settings.language!r}",
            "Set summarize.backend to transformers or openai, or leave summarize.language empty.",
        )
    from summarizer.summarize.extractive import Extractive

    return Extractive()


def _transformers(
    runtime: RuntimeSettings, settings: SummarizeSettings, path: Path | None, revision: str
) -> Summarizer:
    from summarizer.summarize.mapreduce import MapReduce
    from summarizer.summarize.transformers_backend import TransformersGenerator

    if path is None:
        raise BackendError("the transformers back end needs a model folder", "Run: summarizer models pull NAME")
    return MapReduce(TransformersGenerator(path, runtime, settings), settings.model, revision)


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
