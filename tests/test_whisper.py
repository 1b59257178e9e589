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
from summarizer.transcribe.whisper.backend import Whisper
from summarizer.transcribe.whisper.network.alignment import TimedWord
from summarizer.transcribe.whisper.network.model import WindowText
from tests import tiny_whisper
from tests.conftest import make_source
from tests.media import write_audio

RUNTIME = RuntimeSettings(device="cpu", threads=1)
ENGLISH = WhisperSettings(language="en")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with random weights: the text is nonsense, but all steps are real."""
    return tiny_whisper.build(tmp_path_factory.mktemp("whisper"))


def recording(path: Path, **fields: object) -> Recording:
    """A recording without title, description, speakers or glossary."""
    source = make_source(title="", description="", speakers=(), duration=None)
    return Recording(path, source.model_copy(update=fields), Glossary(terms=()))


@pytest.fixture(scope="module")
def speech() -> Path:
    """Real speech of the sample."""
    return next(talk.media for talk in load_talks() if not talk.tone_seconds)


def test_segments_are_numbered_timed_and_within_the_recording(model: Path, speech: Path) -> None:
    """Segments have ids from 0 and times in order within the audio, and the transcript names model and device."""
    settings = WhisperSettings(model="tiny", beam_size=1, word_timestamps=False, language="en")
    transcript = Whisper(settings, RUNTIME, model, "r1").transcribe(recording(speech, title="etcd"))
    assert list(range(len(transcript.segments))) == [segment.id for segment in transcript.segments]
    assert all(0 <= s.start <= s.end <= (transcript.duration or 0) + 30 for s in transcript.segments)
    assert (
        transcript.made.backend,
        transcript.made.model,
        transcript.made.revision,
        transcript.made.device,
    ) == ("whisper", "tiny", "r1", "cpu")
    assert (transcript.language, transcript.kind) == ("en", "whisper")


def test_announcing_a_recording_does_not_change_its_transcript(model: Path, speech: Path) -> None:
    """Decoding a recording ahead changes no segment, and progress increases to 1."""
    shares: list[float] = []
    whisper = Whisper(ENGLISH, RUNTIME, model, progress=shares.append)
    plain = whisper.transcribe(recording(speech))
    plain_shares = list(shares)
    whisper.announce(recording(speech))
    announced = whisper.transcribe(recording(speech))
    whisper.close()
    assert (plain.segments, plain.spans) == (announced.segments, announced.spans)
    assert plain_shares == sorted(plain_shares)
    assert 0.9 < plain_shares[-1] <= 1.0


@pytest.mark.parametrize("vad", [True, False])
def test_silence_has_no_segments_with_voice_activity_detection(model: Path, tmp_path: Path, vad: bool) -> None:
    """With the VAD, nothing is recognised in silence; without it, the windows cover the complete file."""
    path = write_audio(tmp_path / "x.wav", samples=np.zeros(16_000 * 35, dtype=np.float32))
    whisper = Whisper(WhisperSettings(vad=vad, language="en"), RUNTIME, model)
    transcript = whisper.transcribe(recording(path))
    assert pytest.approx(35.0, abs=0.01) == transcript.duration
    assert not vad or transcript.segments == ()


def test_a_truncated_file_is_not_recognised(model: Path, tmp_path: Path) -> None:
    """The duration that the site declares is compared before recognition starts."""
    path = write_audio(tmp_path / "x.wav", seconds=3.0)
    with pytest.raises(Failed) as error:
        Whisper(ENGLISH, RUNTIME, model).transcribe(recording(path, duration=60.0))
    assert error.value.code == "truncated_media"


def test_cuda_that_cannot_be_used_falls_back_to_the_cpu_with_one_warning(
    model: Path, speech: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With device "auto" the model runs on the CPU; with device "cuda" it is an error with a remedy."""
    import ctranslate2

    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    with caplog.at_level(logging.WARNING):
        whisper = Whisper(WhisperSettings(), RuntimeSettings(device="auto", threads=1), model)
    assert (whisper.device, len([r for r in caplog.records if "CUDA" in r.message])) == ("cpu", 1)
    with pytest.raises(BackendError, match="CUDA cannot be used") as error:
        Whisper(WhisperSettings(), RuntimeSettings(device="cuda"), model)
    assert "runtime.device=cpu" in error.value.remedy


def test_a_folder_without_a_model_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    """A missing tokenizer, which faster-whisper would download, and an invalid model file are errors."""
    with pytest.raises(BackendError, match=r"no tokenizer\.json"):
        Whisper(WhisperSettings(), RUNTIME, tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "model.bin").write_bytes(b"nonsense")
    with pytest.raises(BackendError, match="is not a Whisper model") as error:
        Whisper(WhisperSettings(), RUNTIME, tmp_path)
    assert "models pull" in error.value.remedy


def test_windows_in_another_language_are_recognised_in_that_language(
    model: Path, speech: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """German windows of an English recording give German segments; the language of the transcript remains English."""
    whisper = Whisper(WhisperSettings(), RUNTIME, model)
    detections = iter([{"en": 0.9, "de": 0.1}])  # the first is for the recording; later ones, for windows, are German

    def recognise(features: list[Any], seconds: list[float], language: str, *_: object) -> list[WindowText]:
        word = "Guten Tag zusammen." if language == "de" else "Gooden tuck."
        return [
            WindowText(language, (TimedWord(0.0, length, word, 1.0),), -0.3 if language == "de" else -2.0)
            for length in seconds
        ]

    monkeypatch.setattr(whisper.model, "detect_languages", lambda batch: [next(detections, {"de": 0.95})] * len(batch))
    monkeypatch.setattr(whisper.model, "recognise", recognise)
    transcript = whisper.transcribe(recording(speech))
    assert (transcript.language, {"de"}) == ("en", {segment.language for segment in transcript.segments})
    assert {"Guten Tag zusammen."} == {segment.text for segment in transcript.segments}


def test_count_tokens_uses_the_tokenizer_of_the_model(model: Path) -> None:
    """A longer text has more tokens; hotwords are fitted into the prompt with this count."""
    whisper = Whisper(WhisperSettings(), RUNTIME, model)
    assert 0 == whisper.count_tokens("") < whisper.count_tokens("etcd") < whisper.count_tokens("etcd, Prometheus")
