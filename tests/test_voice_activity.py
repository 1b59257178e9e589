from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from faster_whisper import vad as theirs
from hypothesis import given
from hypothesis import strategies as st

from summarizer.audio import stream
from summarizer.audio.voice_activity import FRAME, Hysteresis, Stretch, VoiceActivity
from summarizer.sample import load_talks

OPTIONS = theirs.VadOptions(max_speech_duration_s=30, min_silence_duration_ms=160)


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Real speech of the sample, s16."""
    path: Path = next(talk.media for talk in load_talks() if not talk.tone_seconds)
    return np.concatenate(list(stream(path)))


def whole(samples: np.ndarray) -> list[Stretch]:
    """What the library finds when it has the whole recording in memory."""
    found = theirs.get_speech_timestamps(samples.astype(np.float32) / 32768, OPTIONS)
    return [(one["start"], one["end"]) for one in found]


@pytest.mark.parametrize("block", [512, 7_001, 480_000])
def test_blocks_give_the_stretches_of_the_whole_recording(speech: np.ndarray, block: int) -> None:
    """However the samples come, the result is that of the library on all of them at once."""
    activity = VoiceActivity()
    found = [stretch for at in range(0, speech.size, block) for stretch in activity.feed(speech[at : at + block])]
    assert whole(speech) == [*found, *activity.finish()]
    assert len(found) > 2


def test_stretches_come_while_the_recording_goes_on(speech: np.ndarray) -> None:
    """Recognition can begin before the end is known."""
    assert VoiceActivity().feed(speech) != []


def test_silence_and_nothing_have_no_stretches() -> None:
    """Neither zeros nor an empty recording are speech."""
    silent = VoiceActivity()
    assert [*silent.feed(np.zeros(320_000, dtype=np.int16)), *silent.finish()] == []
    assert VoiceActivity().finish() == []


RUNS = st.lists(st.tuples(st.sampled_from([0.05, 0.4, 0.49, 0.6, 0.95]), st.integers(1, 400)), min_size=1, max_size=40)


@given(runs=RUNS, step=st.integers(1, 300), missing=st.integers(0, FRAME - 1))
def test_any_probabilities_give_the_librarys_stretches(runs: list[tuple[float, int]], step: int, missing: int) -> None:
    """Short pauses, endless speech, flicker around the threshold: the rules are the same."""
    probabilities = np.concatenate([np.full(count, value, dtype=np.float32) for value, count in runs])
    size = probabilities.size * FRAME - missing
    ours = Hysteresis()
    found = [s for at in range(0, probabilities.size, step) for s in ours.feed(probabilities[at : at + step])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(theirs, "get_vad_model", lambda: lambda _samples: probabilities)
        expected = whole(np.zeros(size, dtype=np.int16))
    assert expected == [*found, *ours.finish(size)]
