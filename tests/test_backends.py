from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from summarizer import pipeline
from summarizer.config import Config
from summarizer.errors import BackendError, UsageError
from summarizer.language import terms
from summarizer.pipeline import OpenedBackends
from summarizer.records import Transcript
from summarizer.stage import Backend, Opening, choose
from summarizer.transcribe import Recording
from tests.conftest import make_source, make_transcript


class FakeTranscriber:
    """Records its calls in order."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.calls: list[tuple[str, str]] = []

    def announce(self, recording: Recording) -> None:
        self.calls.append(("announce", recording.path.name))

    def transcribe(self, recording: Recording) -> Transcript:
        self.calls.append(("transcribe", recording.path.name))
        self.opening.progress(0.5)
        return make_transcript()


FAKE: Backend[FakeTranscriber] = Backend(name="whisper", open=FakeTranscriber, settings=lambda _config: {})


@pytest.fixture
def _speech(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline.backends, "speech_backend", lambda _config: FAKE)


def recording(name: str) -> Recording:
    return Recording(Path(name), make_source(), terms.Glossary(terms=()))


@pytest.mark.usefixtures("_speech")
def test_announcing_a_recording_opens_no_model() -> None:
    """Recordings announced before are passed on when the back end is opened, later ones at once."""
    backends = OpenedBackends(Config())
    backends.announce(recording("second.opus"))
    transcriber = backends.open(FAKE)
    transcriber.transcribe(recording("first.opus"))
    backends.announce(recording("third.opus"))
    assert transcriber.calls == [
        ("announce", "second.opus"),
        ("transcribe", "first.opus"),
        ("announce", "third.opus"),
    ]


@pytest.mark.usefixtures("_speech")
def test_progress_is_passed_on() -> None:
    """The callback gets the recognised share of the recording."""
    shares: list[float] = []
    OpenedBackends(Config(), shares.append).open(FAKE).transcribe(recording("x.opus"))
    assert shares == [0.5]


@pytest.mark.usefixtures("_speech")
def test_threads_open_a_back_end_once() -> None:
    """A model needs gigabytes of memory."""
    opened: list[Any] = []
    counted: Backend[object] = Backend(name="x", open=lambda o: opened.append(o) or o, settings=lambda _config: {})
    backends = OpenedBackends(Config())
    threads = [threading.Thread(target=backends.open, args=(counted,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 1


@pytest.mark.usefixtures("_speech")
def test_opening_a_broken_back_end_is_tried_once() -> None:
    """All talks that need it fail with the same message."""
    attempts: list[Opening] = []

    def broken(opening: Opening) -> object:
        attempts.append(opening)
        raise BackendError("no such model", "Pull it.")

    backends = OpenedBackends(Config())
    backend: Backend[object] = Backend(name="broken", open=broken, settings=lambda _config: {})
    for _ in range(2):
        with pytest.raises(BackendError, match="no such model"):
            backends.open(backend)
    assert len(attempts) == 1


@pytest.mark.usefixtures("_speech")
def test_opening_one_back_end_does_not_delay_another() -> None:
    """Downloads go on while a model is opened; two back ends of different stages may share a name."""
    opened, release = threading.Event(), threading.Event()

    def slow(_opening: Opening) -> str:
        opened.set()
        assert release.wait(20)
        return "model"

    backends = OpenedBackends(Config())
    model: Backend[str] = Backend(name="same", open=slow, settings=lambda _config: {})
    other: Backend[str] = Backend(name="same", open=lambda _opening: "downloads", settings=lambda _config: {})
    thread = threading.Thread(target=backends.open, args=(model,))
    thread.start()
    assert opened.wait(20)
    assert backends.open(other) == "downloads"
    release.set()
    thread.join()
    assert backends.open(model) == "model"


@pytest.mark.usefixtures("_speech")
def test_any_error_of_an_opener_is_remembered() -> None:
    """A model that does not fit into memory is not opened again for every talk."""
    attempts: list[Opening] = []

    def too_large(opening: Opening) -> object:
        attempts.append(opening)
        raise MemoryError("8 GB")

    backends = OpenedBackends(Config())
    backend: Backend[object] = Backend(name="large", open=too_large, settings=lambda _config: {})
    with pytest.raises(BackendError, match="8 GB"):
        backends.open(backend)
    with pytest.raises(BackendError, match="large could not be opened: 8 GB"):
        backends.open(backend)
    assert len(attempts) == 1


def test_an_unknown_back_end_is_an_error_that_lists_the_available_ones() -> None:
    """The message names the setting."""
    with pytest.raises(UsageError, match=r"transcribe\.backend: there is no back end 'wisper'") as error:
        choose({"whisper": FAKE}, "wisper", "transcribe.backend")
    assert "whisper" in error.value.remedy
