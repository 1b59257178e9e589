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
    from summarizer.summarize.llm.servers.openai_server import OpenAIGenerator

    settings = opening.config.summarize
    return Method(OpenAIGenerator(opening.config.runtime, settings.llm), settings, settings.llm.revision)


def _check_endpoint(config: Config) -> None:
    from summarizer.summarize.llm.servers.openai_server import check_endpoint

    check_endpoint(config)


OPENAI: Backend[Summarizer] = Backend(
    name="openai",
    open=_open_server,
    settings=lambda config: {"llm": config.summarize.llm.dump(), "prompts": prompts.compute_checksum()},
    check=_check_endpoint,
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


def _open_llamacpp(opening: Opening) -> Summarizer:
    from summarizer.summarize.llm.batching import Batching
    from summarizer.summarize.llm.method import Method
    from summarizer.summarize.llm.servers.llamacpp import BATCHES_AHEAD, LlamaCppGenerator

    assert opening.installed is not None  # noqa: S101 - LLAMACPP declares a model
    settings, runtime, installed = opening.config.summarize, opening.config.runtime, opening.installed
    generator = LlamaCppGenerator(installed.path, runtime, settings)
    processor = opening.processor if generator.device.startswith("cpu") else nullcontext()
    shared = Batching(generator, BATCHES_AHEAD * runtime.llm_batch, processor)
    named = settings.llm.model_copy(update={"model": settings.llamacpp.model, "revision": installed.revision})
    return Method(shared, settings.model_copy(update={"llm": named}), installed.revision, name=installed.name)


def _list_llamacpp_settings(config: Config) -> dict[str, Any]:
    shared = {name: value for name, value in config.summarize.llm.dump().items() if name not in {"model", "revision"}}
    return {
        "llm": shared,
        # Not context_tokens: a prompt that does not fit is an error, so the size of the context changes no answer.
        "llamacpp": models.identify(config.summarize.llamacpp.model, "", config.runtime.models),
        "prompts": prompts.compute_checksum(),
    }


LLAMACPP: Backend[Summarizer] = Backend(
    name="llamacpp",
    open=_open_llamacpp,
    settings=_list_llamacpp_settings,
    packages=(Package("xllamacpp", "llamacpp"),),
    model=lambda config: ModelChoice(config.summarize.llamacpp.model, "llamacpp"),
    check=lambda config: models.check_format(config.summarize.llamacpp.model, "llamacpp"),
    talks_at_once=lambda runtime: runtime.llm_batch,
)
