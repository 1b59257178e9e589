"""Real speech and real weights: Whisper tiny.en reads half a minute of LJ Speech through the complete path."""

from __future__ import annotations

import re
from pathlib import Path

import jiwer
import numpy as np
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from summarizer.config import RuntimeSettings, WhisperSettings
from summarizer.errors import Failed
from summarizer.language.terms import Glossary
from summarizer.records import RecordingNote, Transcript
from summarizer.transcribe import Recording
from summarizer.transcribe.whisper.backend import Whisper
from tests import real_speech
from tests.conftest import make_source
from tests.media import FORMATS, write_audio
from tests.test_tracks import write_tracks

REFERENCE = " ".join(clip.text for clip in real_speech.clips())
RUNTIME = RuntimeSettings(device="cpu")


def recognise(path: Path, **settings: object) -> Transcript:
    whisper = Whisper(WhisperSettings(language="en", **settings), RUNTIME, real_speech.tiny_en(), name="tiny.en")  # type: ignore[arg-type]
    source = make_source(title="", description="", speakers=(), duration=None)
    try:
        return whisper.transcribe(Recording(path, source, Glossary(terms=())))
    finally:
        whisper.close()


def count_errors(text: str) -> jiwer.WordOutput:
    normalise = EnglishTextNormalizer()
    return jiwer.process_words(normalise(REFERENCE), normalise(text))


@pytest.fixture(scope="module")
def transcript() -> Transcript:
    return recognise(real_speech.AUDIO, word_timestamps=True)


def test_no_word_of_real_speech_is_lost(transcript: Transcript) -> None:
    """Whisper tiny.en hears nearly every word of a clear reading."""
    errors = count_errors(transcript.text)
    assert errors.deletions <= 1
    assert errors.wer <= 0.06
    assert (transcript.voiced_share, transcript.spans, transcript.redone) == (1.0, (), 0)


def test_sentences_start_when_they_are_said(transcript: Transcript) -> None:
    """Half of the clips start within 0.2 s of their first word, and none is far off: a pause is half a second."""
    first_words = [re.sub(r"\W", "", clip.text.split()[0].lower()) for clip in real_speech.clips()]
    words = [(re.sub(r"\W", "", word.text.lower()), word.start) for s in transcript.segments for word in s.words]
    errors = [
        min(abs(start - clip.start) for text, start in words if text == first)
        for clip, first in zip(real_speech.clips(), first_words, strict=True)
    ]
    assert float(np.median(errors)) <= 0.2
    assert max(errors) <= 0.7


def test_the_beam_loses_no_word() -> None:
    """With time stamps, five beams lost more words than one."""
    assert count_errors(recognise(real_speech.AUDIO, beam_size=5).text).deletions <= 1


def test_words_across_windows_are_kept(tmp_path: Path) -> None:
    """Three readings in a row fill several windows; each reading is complete."""
    text = recognise(real_speech.write_copies(tmp_path / "x.wav", 3)).text
    normalise = EnglishTextNormalizer()
    errors = jiwer.process_words(normalise(" ".join([REFERENCE] * 3)), normalise(text))
    assert errors.deletions <= 3
    assert errors.wer <= 0.06


def test_the_same_audio_gives_the_same_text(tmp_path: Path) -> None:
    """Noise over the speech makes second tries necessary; they have no random element."""
    rng = np.random.default_rng(3)
    noisy = real_speech.samples() + rng.normal(0, 0.05, real_speech.samples().size).astype(np.float32)
    path = write_audio(tmp_path / "x.flac", samples=noisy)
    assert recognise(path).segments == recognise(path).segments


@pytest.mark.parametrize("suffix", sorted(set(FORMATS) - {".wv"}))
def test_every_container_gives_the_same_words(tmp_path: Path, suffix: str) -> None:
    """Codecs may change single words, but lose none."""
    errors = count_errors(recognise(write_audio(tmp_path / f"x{suffix}", samples=real_speech.samples())).text)
    assert errors.deletions <= 2
    assert errors.wer <= 0.08


@pytest.mark.parametrize("suffix", [".wav", ".m4a", ".flac"])
def test_a_cut_file_is_refused(tmp_path: Path, suffix: str) -> None:
    """Half of a talk must not be summarized as the talk."""
    path = write_audio(tmp_path / f"x{suffix}", samples=real_speech.samples())
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with pytest.raises(Failed) as error:
        recognise(path)
    assert error.value.code in {"truncated_media", "media_unreadable"}


def test_both_ends_of_a_call_are_heard(tmp_path: Path) -> None:
    """Each person is in a track of their own; the text has the words of both, and the transcript says so."""
    speech, half = real_speech.samples(), real_speech.samples().size // 2
    silence = np.zeros_like(speech)
    ends = np.concatenate([speech[:half], silence[half:]]), np.concatenate([silence[:half], speech[half:]])
    mixed = recognise(write_tracks(tmp_path / "x.mkv", *ends))
    assert count_errors(mixed.text).wer <= 0.08
    assert mixed.notes == (RecordingNote(kind="tracks_mixed", tracks=(1, 2), total=2),)
