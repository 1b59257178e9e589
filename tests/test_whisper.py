from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from summarizer.config import RuntimeSettings, WhisperSettings
from summarizer.errors import BackendError, Failed
from summarizer.language.terms import Glossary
from summarizer.sample import load_talks
from summarizer.transcribe import Recording
from summarizer.transcribe.whisper import Whisper
from summarizer.transcribe.whisper.model import Phrase, WindowText
from tests import tiny_whisper
from tests.conftest import make_source
from tests.media import write_audio

RUNTIME = RuntimeSettings(device="cpu", threads=1)
ENGLISH = WhisperSettings(language="en")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights: what it writes is nonsense, the way there is real."""
    return tiny_whisper.build(tmp_path_factory.mktemp("whisper"))


def recording(path: Path, **fields: object) -> Recording:
    """Sound of which nothing else is known."""
    source = make_source(title="", description="", speakers=(), duration=None)
    return Recording(path, source.model_copy(update=fields), Glossary(terms=()))


@pytest.fixture(scope="module")
def speech() -> Path:
    """Real speech of the sample."""
    return next(talk.media for talk in load_talks() if not talk.tone_seconds)


def test_segments_are_numbered_timed_and_within_the_recording(model: Path, speech: Path) -> None:
    """Whatever a model says, the record holds: ids from 0, times in order and inside the sound."""
    settings = WhisperSettings(model="tiny", beam_size=1, word_timestamps=False, language="en")
    found = Whisper(settings, RUNTIME, model, "r1").transcribe(recording(speech, title="etcd"))
    assert list(range(len(found.segments))) == [segment.id for segment in found.segments]
    assert all(0 <= s.start <= s.end <= (found.duration or 0) + 30 for s in found.segments)
    assert (
        found.made.backend,
        found.made.model,
        found.made.revision,
        found.made.device,
    ) == ("whisper", "tiny", "r1", "cpu")
    assert (found.language, found.kind) == ("en", "whisper")


def test_announced_recordings_are_heard_like_others(model: Path, speech: Path) -> None:
    """Reading ahead changes no word; progress goes up to the whole."""
    shares: list[float] = []
    whisper = Whisper(ENGLISH, RUNTIME, model, progress=shares.append)
    plain = whisper.transcribe(recording(speech))
    first = list(shares)
    whisper.announce(recording(speech))
    again = whisper.transcribe(recording(speech))
    whisper.close()
    assert (plain.segments, plain.spans) == (again.segments, again.spans)
    assert first == sorted(first)
    assert 0.9 < first[-1] <= 1.0


def test_what_is_heard_again_is_heard_a_window_at_a_time(
    model: Path, speech: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the suspect stretch is: memory stays bounded."""
    whisper = Whisper(ENGLISH, RUNTIME, model)
    job = whisper._submit(recording(speech))
    list(whisper._scheduler.results(job))
    sizes: list[int] = []
    monkeypatch.setattr(
        whisper.model, "recognise_again", lambda samples, _language: (sizes.append(samples.size), ())[1]
    )
    whisper._recognise_again(job, 1.0, 72.0, "en")
    assert sizes == [480_000, 480_000, 176_000]


@pytest.mark.parametrize("vad", [True, False])
def test_silence_has_no_segments_or_is_at_least_read(model: Path, tmp_path: Path, vad: bool) -> None:
    """With the VAD nothing is recognised in silence; without it the windows cover the whole file."""
    path = write_audio(tmp_path / "x.wav", samples=np.zeros(16_000 * 35, dtype=np.float32))
    whisper = Whisper(WhisperSettings(vad=vad, language="en"), RUNTIME, model)
    found = whisper.transcribe(recording(path))
    assert pytest.approx(35.0, abs=0.01) == found.duration
    assert not vad or found.segments == ()


def test_a_cut_file_is_not_recognised(model: Path, tmp_path: Path) -> None:
    """The site's duration is compared before anything is heard."""
    path = write_audio(tmp_path / "x.wav", seconds=3.0)
    with pytest.raises(Failed) as error:
        Whisper(ENGLISH, RUNTIME, model).transcribe(recording(path, duration=60.0))
    assert error.value.code == "truncated_media"


def test_a_cuda_that_breaks_falls_back_with_one_warning(
    model: Path, speech: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Automatic choice goes on with the CPU; an explicit wish for CUDA is an error with its remedy."""
    import ctranslate2

    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    with caplog.at_level(logging.WARNING):
        whisper = Whisper(WhisperSettings(), RuntimeSettings(device="auto", threads=1), model)
    assert (whisper.device, len([r for r in caplog.records if "CUDA" in r.message])) == ("cpu", 1)
    with pytest.raises(BackendError, match="CUDA cannot be used") as error:
        Whisper(WhisperSettings(), RuntimeSettings(device="cuda"), model)
    assert "runtime.device=cpu" in error.value.remedy


def test_a_folder_that_is_no_model_names_the_remedy(tmp_path: Path) -> None:
    """Without a tokenizer faster-whisper would ask a hub; with nonsense it could crash."""
    with pytest.raises(BackendError, match=r"no tokenizer\.json"):
        Whisper(WhisperSettings(), RUNTIME, tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "model.bin").write_bytes(b"nonsense")
    with pytest.raises(BackendError, match="is not a Whisper model") as error:
        Whisper(WhisperSettings(), RUNTIME, tmp_path)
    assert "models pull" in error.value.remedy


def test_windows_in_another_language_are_recognised_in_it(
    model: Path, speech: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recording is English, its doubtful windows German: their segments say so, the transcript stays English."""
    whisper = Whisper(WhisperSettings(), RUNTIME, model)
    looks = iter([{"en": 0.9, "de": 0.1}])  # the recording as a whole; later looks, at single windows, find German

    def recognise(features: list[Any], seconds: list[float], language: str, _hotwords: str) -> list[WindowText]:
        said = Phrase(0.0, 3.0, "Guten Tag zusammen." if language == "de" else "Gooden tuck.", ())
        return [WindowText(language, (said,), -0.3 if language == "de" else -2.0, 0.0) for _ in features]

    monkeypatch.setattr(whisper.model, "detect_languages", lambda some: [next(looks, {"de": 0.95})] * len(some))
    monkeypatch.setattr(whisper.model, "recognise", recognise)
    monkeypatch.setattr(whisper.model, "recognise_again", lambda _samples, _language: ())
    found = whisper.transcribe(recording(speech))
    assert (found.language, {"de"}) == ("en", {segment.language for segment in found.segments})
    assert {"Guten Tag zusammen."} == {segment.text for segment in found.segments}


def test_a_text_s_tokens_are_counted_by_the_model(model: Path) -> None:
    """What hotwords are fitted into the prompt with."""
    whisper = Whisper(WhisperSettings(), RUNTIME, model)
    assert 0 == whisper.count_tokens("") < whisper.count_tokens("etcd") < whisper.count_tokens("etcd, Prometheus")
