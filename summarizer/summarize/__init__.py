"""Stage 3: from segments to claims with evidence.

Back ends stand in a plain dictionary. `extractive` quotes the talk and needs nothing; `transformers` and `openai` write
with a language model, and what they write is checked against the segments they cite.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from summarizer.config.tables import RuntimeSettings, SummarizeSettings
from summarizer.errors import BackendError
from summarizer.records import Source, Summary, Transcript
from summarizer.summarize.kinds import choose_kind
from summarizer.summarize.llm.generator import Parts
from summarizer.summarize.llm.prompts import fingerprint as prompts_fingerprint

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


@dataclass(frozen=True)
class _Wanted:
    """What a back end is opened with; `processor` is the lock of whoever computes on the CPU."""

    settings: SummarizeSettings
    runtime: RuntimeSettings
    path: Path | None
    revision: str
    processor: AbstractContextManager[Any]


def _extractive(wanted: _Wanted) -> Summarizer:
    settings = wanted.settings
    if settings.language:
        raise BackendError(
            f"the extractive back end quotes the talk and cannot write in {settings.language!r}",
            "Set summarize.backend to transformers or openai, or leave summarize.language empty.",
        )
    from summarizer.summarize.extractive.backend import Extractive

    return Extractive()


def _transformers(wanted: _Wanted) -> Summarizer:
    from summarizer.summarize.llm.batching import Batching
    from summarizer.summarize.llm.map_reduce import MapReduce
    from summarizer.summarize.llm.transformers_model import TransformersGenerator

    if wanted.path is None:
        raise BackendError("the transformers back end needs a model folder", "Run: summarizer models pull NAME")
    generator = TransformersGenerator(wanted.path, wanted.runtime, wanted.settings)
    processor = wanted.processor if generator.device.startswith("cpu") else nullcontext()
    shared = Batching(generator, wanted.runtime.llm_batch, processor)
    return MapReduce(shared, wanted.settings.model, wanted.revision)


def _openai(wanted: _Wanted) -> Summarizer:
    from summarizer.summarize.llm.map_reduce import MapReduce
    from summarizer.summarize.llm.openai_server import OpenAIGenerator

    return MapReduce(OpenAIGenerator(wanted.runtime, wanted.settings), wanted.settings.model, wanted.revision)


BACKENDS: dict[str, Callable[[_Wanted], Summarizer]] = {
    "extractive": _extractive,
    "transformers": _transformers,
    "openai": _openai,
}


def open_summarizer(
    settings: SummarizeSettings,
    runtime: RuntimeSettings,
    model_path: Path | None = None,
    revision: str = "",
    processor: AbstractContextManager[Any] | None = None,
) -> Summarizer:
    """Open the back end that the settings name; raises `BackendError` with what to install or pull.

    `processor` is held while a model computes on the CPU, so that another one can wait for its turn.
    """
    return BACKENDS[settings.backend](_Wanted(settings, runtime, model_path, revision, processor or nullcontext()))
