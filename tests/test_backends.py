from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from summarizer import models
from summarizer.config import Config
from summarizer.pipeline.backends import OpenedBackends
from summarizer.transcribe.whisper import Whisper
from tests.conftest import make_source, make_transcript


class FakeWhisper:
    """Notes what it is told, in order."""

    device = "cpu"

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def tokens(self, text: str) -> int:
        return len(text) // 4

    def announce(self, audio: Path, **_how: Any) -> None:
        self.told.append(("announce", audio.name))

    def transcribe(self, audio: Path, *, progress: Any, **_how: Any) -> Any:
        self.told.append(("transcribe", audio.name))
        progress(0.5)
        return make_transcript()


@pytest.fixture
def whisper(monkeypatch: pytest.MonkeyPatch) -> FakeWhisper:
    fake = FakeWhisper()
    monkeypatch.setattr(models, "resolve", lambda *_: models.Installed(name="m", path=Path("m"), revision="r"))
    monkeypatch.setattr(Whisper, "open", lambda *_: fake)
    return fake


def test_announcing_opens_no_model(whisper: FakeWhisper) -> None:
    """What was announced before is read ahead when the first recording is heard, the rest at once."""
    backends = OpenedBackends(Config())
    backends.announce(Path("second.opus"), make_source())
    assert whisper.told == []
    backends.hear(Path("first.opus"), make_source())
    backends.announce(Path("third.opus"), make_source())
    assert whisper.told == [("announce", "second.opus"), ("transcribe", "first.opus"), ("announce", "third.opus")]


def test_progress_is_passed_on(whisper: FakeWhisper) -> None:
    """A front end shows how much of the speech is recognised."""
    told: list[float] = []
    OpenedBackends(Config(), told.append).hear(Path("x.opus"), make_source())
    assert told == [0.5]
