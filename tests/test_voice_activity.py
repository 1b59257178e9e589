from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from faster_whisper import vad
from hypothesis import given
from hypothesis import strategies as st

from summarizer.audio import stream
from summarizer.audio.voice_activity import FRAME, Hysteresis, Stretch, VoiceActivity
from summarizer.sample import load_talks

OPTIONS = vad.VadOptions(max_speech_duration_s=30, min_silence_duration_ms=160)


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Real speech of the sample, s16."""
    path: Path = next(talk.media for talk in load_talks() if not talk.tone_seconds)
    return np.concatenate(list(stream(path)))


def expected_stretches(samples: np.ndarray) -> list[Stretch]:
    """The stretches that faster-whisper finds with the complete recording in memory."""
    timestamps = vad.get_speech_timestamps(samples.astype(np.float32) / 32768, OPTIONS)
    return [(timestamp["start"], timestamp["end"]) for timestamp in timestamps]


@pytest.mark.parametrize("block", [512, 7_001, 480_000])
def test_blocks_give_the_same_stretches_as_the_complete_recording(speech: np.ndarray, block: int) -> None:
    """For any block size, the result equals that of faster-whisper."""
    activity = VoiceActivity()
    stretches = [s for start in range(0, speech.size, block) for s in activity.feed(speech[start : start + block])]
    assert expected_stretches(speech) == [*stretches, *activity.finish()]
    assert len(stretches) > 2


def test_stretches_are_returned_before_the_end_of_the_recording(speech: np.ndarray) -> None:
    """Recognition can start before the recording is decoded completely."""
    assert VoiceActivity().feed(speech) != []


def test_silence_and_an_empty_recording_have_no_stretches() -> None:
    """Neither zeros nor an empty recording contain speech."""
    activity = VoiceActivity()
    assert [*activity.feed(np.zeros(320_000, dtype=np.int16)), *activity.finish()] == []
    assert VoiceActivity().finish() == []


RUNS = st.lists(st.tuples(st.sampled_from([0.05, 0.4, 0.49, 0.6, 0.95]), st.integers(1, 400)), min_size=1, max_size=40)


@given(runs=RUNS, step=st.integers(1, 300), missing=st.integers(0, FRAME - 1))
def test_any_probabilities_give_the_same_stretches_as_faster_whisper(
    runs: list[tuple[float, int]], step: int, missing: int
) -> None:
    """This includes short pauses, long speech, and probabilities that vary around the threshold."""
    probabilities = np.concatenate([np.full(count, value, dtype=np.float32) for value, count in runs])
    size = probabilities.size * FRAME - missing
    hysteresis = Hysteresis()
    steps = range(0, probabilities.size, step)
    stretches = [s for start in steps for s in hysteresis.feed(probabilities[start : start + step])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vad, "get_vad_model", lambda: lambda _samples: probabilities)
        expected = expected_stretches(np.zeros(size, dtype=np.int16))
    assert expected == [*stretches, *hysteresis.finish(size)]
