"""Shared fixtures and helpers. Tests have no network except this machine (pytest-socket, see pyproject.toml)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from summarizer.config import Config, RuntimeSettings, SummarizeSettings
from summarizer.models import Installed
from summarizer.records import Provenance, Segment, Source, Transcript
from summarizer.stage import Backend, Opening
from summarizer.summarize import Summarizer

os.environ["HF_HUB_OFFLINE"] = "1"
settings.register_profile("default", deadline=None, max_examples=60)
settings.load_profile("default")

TALK = (
    "Last year our cluster had nine hundred nodes and sixty thousand pods.",
    "Every morning the API server became slow and nobody knew why.",
    "Then we looked at etcd, and the disk was the problem.",
    "Our disk needed forty milliseconds for every write.",
    "We moved etcd to a faster disk and the delay fell to three milliseconds.",
    "One controller asked for the list of all pods every ten seconds.",
    "We changed the controller to use a watch instead of a list.",
    "After this change the memory of the API server fell by half.",
    "We put the events into a separate etcd cluster.",
    "We also use Prometheus to measure every request to the API server.",
    "An alert is sent when the slow requests are more than one percent.",
    "So please measure first, use a watch, and keep the events apart.",
)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Remove settings from the environment; no file of the user is read or written."""
    for name in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "xdg" / name.lower()))
    for name in list(os.environ):
        if name.startswith("SUMMARIZER_"):
            monkeypatch.delenv(name)


def make_transcript(texts: tuple[str, ...] = TALK, seconds: float = 5.0, **fields: object) -> Transcript:
    """A transcript with one segment per text."""
    segments = tuple(
        Segment(id=i, start=i * seconds, end=(i + 1) * seconds - 0.5, text=text) for i, text in enumerate(texts)
    )
    values: dict[str, object] = {
        "video_id": "abcdefghijk",
        "language": "en",
        "segments": segments,
        "duration": len(texts) * seconds,
        "kind": "human",
        "made": Provenance(backend="captions"),
    }
    return Transcript.model_validate(values | fields)


def make_source(**fields: object) -> Source:
    """Metadata of a public talk."""
    values: dict[str, object] = {
        "video_id": "abcdefghijk",
        "url": "https://www.youtube.com/watch?v=abcdefghijk",
        "title": "Why Your Control Plane Is Slow - Mara Lindqvist, Northwind",
        "channel": "Cloud Native",
        "speakers": ("Mara Lindqvist",),
        "description": "How etcd and a controller made the API server slow.",
        "published": "2026-03-12",
        "duration": 60.0,
    }
    return Source.model_validate(values | fields)


@pytest.fixture
def transcript() -> Transcript:
    """A short talk with punctuation."""
    return make_transcript()


@pytest.fixture
def source() -> Source:
    """The metadata of the talk."""
    return make_source()


def summarize_settings(**fields: object) -> SummarizeSettings:
    """The table [summarize], from the values of its own keys and of the keys of its nested tables."""
    inner = {
        name: {key: fields.pop(key) for key in list(fields) if key in table.model_fields}
        for name, table in SummarizeSettings.tables().items()
    }
    return SummarizeSettings.model_validate(fields | inner)


def opened(
    backend: Backend[Summarizer], settings: SummarizeSettings, runtime: RuntimeSettings, folder: Path | None = None
) -> Summarizer:
    """A summarizer, opened as in a run; `folder` contains its model."""
    installed = Installed(name="m", path=folder, revision="local") if folder else None
    return backend.open(Opening(Config(summarize=settings, runtime=runtime), installed))


def changed(settings: SummarizeSettings, **fields: object) -> SummarizeSettings:
    """The settings with other values of their own keys or of the keys of their nested tables."""
    values = settings.dump() | settings.llm.dump()
    return summarize_settings(**(values | fields))
