"""The tables that set where and how fast a run works; their settings are in no key."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from summarizer.config.base import Table
from summarizer.machine import find_models_folder


class RuntimeSettings(Table):
    """[runtime]: folders, devices, batch sizes and network access; in no key."""

    library: Path = Path("library")
    """Folder of the library (the cache), with one folder per video."""
    digests: Path = Path("digests")
    """Folder for the markdown pages."""
    models: Path = Field(default_factory=find_models_folder)
    """Folder for models downloaded by `summarizer models pull`. Default: `models` in the current folder if it exists,
    else `$XDG_DATA_HOME/summarizer/models` (`~/.local/share/summarizer/models`)."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Device for models. auto: CUDA if it is available, else the CPU."""
    threads: int = Field(default=0, ge=0)
    """CPU threads of a model. 0: all cores."""
    whisper_batch: int = Field(default=0, ge=0)
    """Windows of audio in one batch of a worker. 0: as many as memory allows, up to 8 on a CPU and 64 on a GPU."""
    whisper_workers: int = Field(default=0, ge=0)
    """Batches of windows decoded in parallel. 0: one per core, as far as memory allows."""
    llm_batch: int = Field(default=4, ge=1)
    """Prompts in one batch of a language model, and talks that are summarized in parallel to fill the batches."""
    endpoint: str = "http://127.0.0.1:8000/v1"
    """Address of the OpenAI-compatible server; its API key is read from SUMMARIZER_API_KEY."""
    request_seconds: float = Field(default=300.0, gt=0)
    """Timeout of one request to the endpoint, seconds."""
    download_ahead: int = Field(default=2, ge=1, le=16)
    """Videos that are downloaded in the background while models compute."""
    sleep_seconds: float = Field(default=5.0, ge=0)
    """Pause between two downloads from a site, seconds; YouTube allows about 300 videos an hour without signing in."""
    retries: int = Field(default=3, ge=0)
    """Retries after a network error."""
    cookies: Path | None = None
    """File of cookies for the site, in Netscape format."""
    proxy: str = ""
    """Address of a proxy for downloads."""
    subfolders: bool = False
    """Whether to search the subfolders of a folder of recordings, as `run --recursive` does."""
    loopback_feed: bool = False
    """Allow a feed on this machine (127.0.0.1) as a source; for the embedded sample and for tests."""


class NightlySettings(Table):
    """[nightly]: the scheduled job."""

    sources: tuple[str, ...] = ()
    """Playlists, channels, videos or folders, processed in this order."""
    budget_minutes: float = Field(default=330.0, gt=0)
    """Time after which the run stops, minutes; the next night continues with the remaining videos."""
    limit: int = Field(default=0, ge=0)
    """Maximum number of videos to process per night. 0: all."""
    report: Path = Path("digests/nightly.md")
    """Path of the report of the night, markdown."""
