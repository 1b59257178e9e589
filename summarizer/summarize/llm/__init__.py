"""The back ends with a language model: chunks become notes and notes a summary; every statement is checked.

This module declares them; their modules are imported when they are opened.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from summarizer import models
from summarizer.config import Config
from summarizer.stage import Backend, ModelChoice, Opening, Package
from summarizer.summarize.base import Summarizer
from summarizer.summarize.llm import prompts


def _open_server(opening: Opening) -> Summarizer:
    from summarizer.summarize.llm.method import Method
    from summarizer.summarize.llm.openai_server import OpenAIGenerator

    settings = opening.config.summarize
    return Method(OpenAIGenerator(opening.config.runtime, settings.llm), settings, settings.llm.revision)


OPENAI: Backend[Summarizer] = Backend(
    name="openai",
    open=_open_server,
    settings=lambda config: {"llm": config.summarize.llm.dump(), "prompts": prompts.compute_checksum()},
    packages=(Package("openai", "openai"),),
    talks_at_once=lambda runtime: runtime.llm_batch,  # enough talks for that many concurrent requests
)


def _open_model(opening: Opening) -> Summarizer:
    from summarizer.summarize.llm.batching import Batching
    from summarizer.summarize.llm.method import Method
    from summarizer.summarize.llm.transformers_model import TransformersGenerator

    assert opening.installed is not None  # noqa: S101 - TRANSFORMERS declares a model
    settings, runtime, installed = opening.config.summarize, opening.config.runtime, opening.installed
    generator = TransformersGenerator(installed.path, runtime, settings)
    processor = opening.processor if generator.device.startswith("cpu") else nullcontext()
    shared = Batching(generator, runtime.llm_batch, processor)
    return Method(shared, settings, installed.revision, name=installed.name)


def _choose_model(config: Config) -> ModelChoice:
    return ModelChoice(config.summarize.llm.model, "llm", config.summarize.llm.revision)


def _list_settings(config: Config) -> dict[str, Any]:
    llm = config.summarize.llm
    return {
        "llm": llm.dump() | models.identify(llm.model, llm.revision, config.runtime.models),
        "prompts": prompts.compute_checksum(),
    }


TRANSFORMERS: Backend[Summarizer] = Backend(
    name="transformers",
    open=_open_model,
    settings=_list_settings,
    packages=(Package("torch", "llm"), Package("transformers", "llm"), Package("xgrammar", "llm")),
    model=_choose_model,
    check=lambda config: models.check_format(config.summarize.llm.model, "llm"),
    talks_at_once=lambda runtime: runtime.llm_batch,  # so that a batch can have one request of each talk
)
