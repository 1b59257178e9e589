"""Speech recognition with Whisper (CTranslate2). `backend` is imported when it is opened."""

from __future__ import annotations

from typing import Any

from summarizer import models
from summarizer.config import Config
from summarizer.stage import Backend, ModelChoice, Opening
from summarizer.transcribe.base import Transcriber


def _open(opening: Opening) -> Transcriber:
    from summarizer.transcribe.whisper.backend import Whisper

    assert opening.installed is not None  # noqa: S101 - WHISPER declares a model
    return Whisper(
        opening.config.transcribe.whisper,
        opening.config.runtime,
        opening.installed.path,
        opening.installed.revision,
        name=opening.installed.name,
        processor=opening.processor,
        progress=opening.progress,
    )


def _choose_model(config: Config) -> ModelChoice:
    return ModelChoice(config.transcribe.whisper.model, "whisper", config.transcribe.whisper.revision)


def _list_settings(config: Config) -> dict[str, Any]:
    """The settings table, with the model's content in place of its name.

    Do not change it: every key of a recognised transcript contains it, so a change would repeat all recognition.
    """
    settings = config.transcribe.whisper
    return settings.dump() | models.identify(settings.model, settings.revision, config.runtime.models)


WHISPER: Backend[Transcriber] = Backend(name="whisper", open=_open, settings=_list_settings, model=_choose_model)
