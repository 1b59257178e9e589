"""[summarize]: the content of a digest, with one table for the settings of each kind of model."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from summarizer.config.base import Table


class LLMSettings(Table):
    """[summarize.llm]: the language model of the back ends `transformers` and `openai`, and how it is used."""

    model: str = "qwen2.5-1.5b-instruct"
    """Language model: a name from `summarizer models list`, a folder, or the name that the server uses."""
    revision: str = ""
    """Exact revision of the model. Empty: the one that `summarizer models list` shows."""
    method: Literal["edit", "map_reduce"] = "edit"
    """edit: the model writes one sentence for each chosen passage. map_reduce: it reads chunks and takes notes."""
    chunk_tokens: int = Field(default=2400, ge=64)
    """Maximum size of a chunk of the transcript, tokens (map step)."""
    overlap_segments: int = Field(default=1, ge=0, le=10)
    """Segments of the previous chunk that are repeated as context at the start of a chunk."""
    max_new_tokens: int = Field(default=900, ge=32)
    """Maximum length of an answer, tokens; a truncated answer is requested once more, then rejected."""


class LlamaCppSettings(Table):
    """[summarize.llamacpp]: llama.cpp inside this process; it also obeys [summarize.llm], except model and revision."""

    model: str = "qwen2.5-1.5b-instruct-gguf"
    """Language model: a name from `summarizer models list`, a .gguf file, or a folder with one."""
    context_tokens: int = Field(default=6144, ge=512)
    """Tokens of prompt and answer of one request; memory is reserved for `runtime.llm_batch` requests of this size."""


class SummarizeSettings(Table):
    """[summarize]: the content of a digest, and the back end that writes it."""

    backend: str = "extractive"
    """extractive: quotes, no model. transformers, llamacpp: a local model. openai: an OpenAI-compatible server."""
    kind: str = "auto"
    """Layout of the digest: talk, panel, meeting or tutorial. auto: chosen by the title and the speaker turns."""
    language: str = Field(default="", pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")
    """Language of the digest (`ja`, `pt-BR`); evidence stays in the talk's. Empty: the talk's. Needs a model."""
    max_takeaways: int = Field(default=5, ge=3, le=5)
    """Maximum number of takeaways."""
    max_sections: int = Field(default=8, ge=3, le=8)
    """Maximum number of sections; short talks have fewer."""
    points_per_section: int = Field(default=3, ge=1, le=6)
    """Maximum number of points in a section."""
    llm: LLMSettings = LLMSettings()
    llamacpp: LlamaCppSettings = LlamaCppSettings()
