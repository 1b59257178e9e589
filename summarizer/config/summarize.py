"""[summarize]: what is written, and by which model, with tables for the back ends."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from summarizer.config.base import Table


class LLMSettings(Table):
    """[summarize.llm]: the language model of the back ends `transformers` and `openai`."""

    model: str = "qwen2.5-1.5b-instruct"
    """A name of `summarizer models list`, a folder, or the server's model name."""
    revision: str = ""
    """Exact revision of the model; empty: the one that `models list` shows."""
    chunk_tokens: int = Field(default=2400, ge=64)
    """Transcript tokens shown to the model at once (map step)."""
    overlap_segments: int = Field(default=1, ge=0, le=10)
    """Segments repeated at the start of the next chunk, as context."""
    max_new_tokens: int = Field(default=900, ge=32)
    """Longest answer, tokens; a longer one is asked for again, then refused."""


class TransformersSettings(Table):
    """[summarize.transformers]: a local model through transformers and torch."""

    quantize: Literal["int8", "none"] = "int8"
    """Arithmetic of a local model's large layers on a CPU; int8 is several times faster. CUDA keeps bfloat16."""


class SummarizeSettings(Table):
    """[summarize]: what is written, and by which back end."""

    backend: str = "extractive"
    """extractive: sentences of the talk, no model. transformers: a local model. openai: any compatible server."""
    kind: str = "auto"
    """Which shape the digest has: talk, panel, meeting or tutorial. auto: decided from title and speaker turns."""
    language: str = Field(default="", pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")
    """Language of the digest (`ja`, `pt-BR`); evidence stays in the talk's. Empty: the talk's own. Needs a model."""
    max_takeaways: int = Field(default=5, ge=3, le=5)
    """Takeaways in the quick reference."""
    max_sections: int = Field(default=8, ge=3, le=8)
    """Sections of the digest; short talks get fewer."""
    points_per_section: int = Field(default=3, ge=1, le=6)
    """Points in each section."""
    llm: LLMSettings = LLMSettings()
    transformers: TransformersSettings = TransformersSettings()
