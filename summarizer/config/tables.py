"""The tables of the configuration, one class each; every field's docstring is its line in docs/configuration.md.

What belongs in `[runtime]` or `[nightly]` says where and how fast a run goes; everything else changes what comes out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Table(BaseModel):
    """Base of one table of the configuration file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class DownloadSettings(Table):
    """[download]: which videos, and what is fetched of each."""

    languages: tuple[str, ...] = ("en",)
    """Wanted caption languages, best first; `en` also takes `en-US`. Empty: any language."""
    captions: tuple[Literal["human", "automatic"], ...] = ("human", "automatic")
    """Caption tracks to fetch when they exist."""
    shorts: bool = False
    """Whether to take YouTube Shorts (vertical clips); they are mostly trailers."""
    max_hours: float = Field(default=12.0, gt=0)
    """Longer recordings are refused, hours."""


class TranscribeSettings(Table):
    """[transcribe]: where the text comes from."""

    policy: Literal["captions", "whisper", "human_else_whisper", "captions_then_whisper"] = "human_else_whisper"
    """Where the text comes from. captions: captions only. whisper: speech recognition only. human_else_whisper:
    captions written by people, else speech recognition, automatic captions as a last resort. captions_then_whisper:
    automatic captions at once where people wrote none, and speech recognition on a later night that has time."""
    min_caption_score: float = Field(default=0.0, ge=0, le=1)
    """Automatic captions that score lower are not used (`explain` shows the score); 0: all are."""
    model: str = "small"
    """Whisper model: a name of `summarizer models list`, or a folder in CTranslate2's format."""
    revision: str = ""
    """Exact revision of the model; empty: the one that `models list` shows."""
    language: str = ""
    """Spoken language (ISO 639-1). Empty: detected from the audio."""
    beam_size: int = Field(default=1, ge=1, le=10)
    """Hypotheses kept while decoding; 5 is slower and slightly better."""
    compute_type: Literal["auto", "int8", "float16", "int8_float16", "float32"] = "auto"
    """Arithmetic. auto: float16 on CUDA; int8 on a CPU, its encoder in bfloat16 where the CPU has that."""
    vad: bool = True
    """Skip what is not speech (Silero VAD)."""
    word_timestamps: bool = False
    """Keep a time for every word; about a third slower."""
    hotwords: bool = True
    """Tell the recogniser about ten terms of the title, the description and the glossary."""
    correct: bool = True
    """Put misheard names right: "cube control" to kubectl; every change is listed."""
    glossary: str = ""
    """File of names in the form of configs/glossary.toml; empty: that one."""
    min_words_per_second: float = Field(default=1 / 3, ge=0)
    """Fewer words per second of a video over three minutes: the text is refused as incomplete."""


class SummarizeSettings(Table):
    """[summarize]: what is written, and by which model."""

    backend: Literal["extractive", "transformers", "openai"] = "extractive"
    """extractive: sentences of the talk, no model. transformers: a local model. openai: any compatible server."""
    model: str = "qwen2.5-1.5b-instruct"
    """A name of `summarizer models list`, a folder, or the server's model name."""
    revision: str = ""
    """Exact revision of the model; empty: the one that `models list` shows."""
    kind: Literal["auto", "talk", "panel", "meeting", "tutorial"] = "auto"
    """Which shape the digest has. auto: decided from title, speakers and speaker turns."""
    chunk_tokens: int = Field(default=2400, ge=64)
    """Transcript tokens shown to the model at once (map step)."""
    overlap_segments: int = Field(default=1, ge=0, le=10)
    """Segments repeated at the start of the next chunk, as context."""
    language: str = Field(default="", pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")
    """Language of the digest (`ja`, `pt-BR`); evidence stays in the talk's. Empty: the talk's own. Needs a model."""
    quantize: Literal["int8", "none"] = "int8"
    """Arithmetic of a local model's large layers on a CPU; int8 is several times faster. CUDA keeps bfloat16."""
    max_new_tokens: int = Field(default=900, ge=32)
    """Longest answer; a longer one is asked for again, then refused."""
    max_takeaways: int = Field(default=5, ge=3, le=5)
    """Takeaways in the quick reference."""
    max_sections: int = Field(default=8, ge=3, le=8)
    """Sections of the digest; short talks get fewer."""
    points_per_section: int = Field(default=3, ge=1, le=6)
    """Points in each section."""


class DigestSettings(Table):
    """[digest]: how the page looks."""

    tags: tuple[str, ...] = ()
    """Extra tags for the front matter."""
    index_title: str = "Talk digests"
    """Heading of the index page."""


class RuntimeSettings(Table):
    """[runtime]: where and how fast; never part of a key."""

    library: Path = Path("library")
    """Folder of the cache: one folder per video."""
    digests: Path = Path("digests")
    """Folder that the markdown pages are written to."""
    models: Path = Path("models")
    """Folder that `models pull` writes to."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where models run. auto: CUDA when it works, else the CPU."""
    threads: int = Field(default=0, ge=0)
    """CPU threads for a model. 0: all cores."""
    whisper_batch: int = Field(default=0, ge=0)
    """Windows of audio decoded together by a worker. 0: what memory allows, at most 8 on a CPU and 64 on a GPU."""
    whisper_workers: int = Field(default=0, ge=0)
    """Batches of windows decoded side by side. 0: one for each core, as far as memory allows."""
    llm_batch: int = Field(default=4, ge=1)
    """Prompts that a language model answers together, and talks that are summarized at once to fill them."""
    endpoint: str = "http://127.0.0.1:8000/v1"
    """Address of the OpenAI-compatible server; its key comes from SUMMARIZER_API_KEY."""
    request_seconds: float = Field(default=300.0, gt=0)
    """Patience with one request to the endpoint, seconds."""
    download_ahead: int = Field(default=2, ge=1, le=16)
    """Videos fetched in the background while models compute."""
    sleep_seconds: float = Field(default=5.0, ge=0)
    """Pause between two videos of a site; a guest is good for about 300 videos an hour."""
    retries: int = Field(default=3, ge=0)
    """Attempts again after a network error."""
    cookies: Path | None = None
    """Netscape cookies file for the site."""
    proxy: str = ""
    """Proxy address for downloads."""
    loopback_feed: bool = False
    """Allow a feed on this machine (127.0.0.1) as a source; for the embedded sample and tests."""


class NightlySettings(Table):
    """[nightly]: the scheduled job."""

    sources: tuple[str, ...] = ()
    """Playlists, channels, videos or folders, in order."""
    budget_minutes: float = Field(default=330.0, gt=0)
    """Wall time after which no new work starts; the next night goes on from there."""
    limit: int = Field(default=0, ge=0)
    """New videos per source and night. 0: all."""
    report: Path = Path("digests/nightly.md")
    """Report of the night, markdown."""
