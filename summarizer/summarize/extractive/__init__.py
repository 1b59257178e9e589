"""The back end without a model: it quotes the talk. `backend` is imported when it is opened."""

from __future__ import annotations

from summarizer.config import Config
from summarizer.errors import BackendError
from summarizer.stage import Backend, Opening
from summarizer.summarize.base import Summarizer


def _check(config: Config) -> None:
    language = config.summarize.language
    if language:
        raise BackendError(
            f"the extractive back end quotes the talk and cannot translate to {language!r}",
            "Set summarize.backend to transformers or openai, or leave summarize.language empty.",
        )


def _open(opening: Opening) -> Summarizer:
    from summarizer.summarize.extractive.backend import Extractive

    _check(opening.config)
    return Extractive(opening.config.summarize)


EXTRACTIVE: Backend[Summarizer] = Backend(name="extractive", open=_open, settings=lambda _config: {}, check=_check)
