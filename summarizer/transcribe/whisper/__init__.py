"""Speech recognition with Whisper (CTranslate2). `backend` is imported when it is opened."""

from __future__ import annotations

from typing import Any

from summarizer import models
from summarizer.config import Config
from summarizer.errors import BackendError
from summarizer.stage import Backend, ModelChoice, Opening
from summarizer.transcribe.base import Transcriber

# The codes that Whisper knows. Its tokenizer has them too, but takes a second to import.
LANGUAGES = frozenset(
    """af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu
    hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt
    ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh yue""".split()
)


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


def _check(config: Config) -> None:
    """Find problems of the settings without loading the model; raises `BackendError`."""
    settings = config.transcribe.whisper
    if settings.language and settings.language not in LANGUAGES:
        raise BackendError(
            f"Whisper knows no language {settings.language!r}",
            f"Set transcribe.whisper.language to one of {', '.join(sorted(LANGUAGES))}.",
        )
    model = models.CATALOGUE.get(settings.model)
    if model and model.english and settings.language not in {"", "en"}:
        raise BackendError(
            f"the model {model.name} knows English only, and transcribe.whisper.language is {settings.language!r}",
            "Set transcribe.whisper.model to small, or another model without .en and distil in its name.",
        )
    models.check_format(settings.model, "whisper")


def _choose_model(config: Config) -> ModelChoice:
    return ModelChoice(config.transcribe.whisper.model, "whisper", config.transcribe.whisper.revision)


def _list_settings(config: Config) -> dict[str, Any]:
    """The settings table, with the model's content in place of its name.

    Do not change it: every key of a recognised transcript contains it, so a change would repeat all recognition.
    """
    settings = config.transcribe.whisper
    return settings.dump() | models.identify(settings.model, settings.revision, config.runtime.models)


WHISPER: Backend[Transcriber] = Backend(
    name="whisper", open=_open, settings=_list_settings, model=_choose_model, check=_check
)
