"""The tables that say where and how fast a run goes; nothing in them is part of a key."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from summarizer.config.base import Table


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
    """Timeout of one request to the endpoint, seconds."""
    download_ahead: int = Field(default=2, ge=1, le=16)
    """Videos fetched in the background while models compute."""
    sleep_seconds: float = Field(default=5.0, ge=0)
    """Pause between two videos of a site, seconds; a guest session is good for about 300 videos an hour."""
    retries: int = Field(default=3, ge=0)
    """Further attempts after a network error."""
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
    """Wall time after which no new work starts, minutes; the next night continues from there."""
    limit: int = Field(default=0, ge=0)
    """New videos per source and night. 0: all."""
    report: Path = Path("digests/nightly.md")
    """Report of the night, markdown."""
