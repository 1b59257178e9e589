from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from summarizer.audio.voice_activity import Hysteresis
from summarizer.config import RuntimeSettings, WhisperSettings
from summarizer.language.repetition import compression, find_repeats
from summarizer.language.terms import Glossary
from summarizer.records import Segment, Word
from summarizer.transcribe import Recording
from summarizer.transcribe.whisper.backend import Whisper
from summarizer.transcribe.whisper.guards import find_suspects, remove_suspects
from summarizer.transcribe.whisper.network.alignment import TimedWord
from summarizer.transcribe.whisper.segments import make_segments, place_words
from summarizer.transcribe.whisper.voice import Interval
from summarizer.transcribe.whisper.windows import Packer
from tests import tiny_whisper
from tests.conftest import TALK, make_source, make_transcript
from tests.media import write_audio

GOOD = tuple(  # five seconds each
    segment.model_copy(
        update={"words": tuple(Word(start=segment.start + n, end=segment.start + n + 1, text="word") for n in range(5))}
    )
    for segment in make_transcript(TALK).segments
)
SPEECH: list[Interval] = [(0.0, 60.0)]


def segment(start: float, end: float, text: str) -> Segment:
    return Segment(id=0, start=start, end=end, text=text)


def suspects(segments: tuple[Segment, ...], speech: list[Interval] | None = None) -> list[tuple[float, float, str]]:
    return [(span.start, span.end, span.reason) for span in find_suspects(segments, speech)]


def test_ordinary_speech_is_not_suspect() -> None:
    """A talk with speech throughout has no suspect spans."""
    assert suspects(GOOD, SPEECH) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("very very very good", False),
        ("no no no no no no", True),
        ("thank you thank you thank you thank you", True),
        ("we go to the shop and we go to the sea", False),
        ("see you next time see you next time see you next time", True),
    ],
)
def test_repeated_words_are_found_at_any_length(text: str, expected: bool) -> None:
    """Three repeats of a long phrase are a loop, but six of a single word: people do say "very very very"."""
    assert expected is bool(find_repeats(text.split()))


def test_a_loop_inside_a_segment_is_found() -> None:
    """A segment that repeats the same words is suspect."""
    loop = segment(60.0, 75.0, "and then we moved on, " * 6)
    assert suspects((*GOOD, loop)) == [(60.0, 75.0, "looped")]


def test_a_loop_over_segments_contains_only_the_segments_that_loop() -> None:
    """The correct sentence before the loop is not in the span."""
    loop = tuple(segment(60.0 + 2 * i, 62.0 + 2 * i, "Thank you for watching.") for i in range(5))
    assert suspects((*GOOD, *loop)) == [(60.0, 70.0, "looped")]


def test_text_without_speech_is_suspect() -> None:
    """The speech ends at 60 s, the text at 75 s."""
    assert suspects((*GOOD, segment(70.0, 75.0, "Subtitles by the community.")), SPEECH) == [
        (70.0, 75.0, "text_over_silence")
    ]


def test_words_on_single_sounds_are_text_without_speech() -> None:
    """Words are cut to the voice, but two clicks that count as a voice make a sentence of a second of silence."""
    probabilities = np.zeros(200)
    probabilities[[50, 79]] = 0.6  # frames of 32 ms
    hysteresis = Hysteresis()
    stretches = hysteresis.feed(probabilities.tolist()) + hysteresis.finish(200 * 512)
    [window] = (packer := Packer(Hysteresis.pad)).feed(stretches) + packer.finish()
    words = [TimedWord(0.3, 0.8, " Thank", 0.9), TimedWord(0.9, 1.4, " you.", 0.9)]
    segments = tuple(make_segments(place_words(window, words), None))
    result = remove_suspects(segments, window.voice, 6.4)
    assert [span.reason for span in result.spans] == ["text_over_silence"]
    assert result.segments == ()


def test_text_that_is_too_long_for_its_duration_is_suspect() -> None:
    """Words per second are limited, and letters per second for languages without spaces."""
    assert suspects((segment(0.0, 1.0, " ".join(TALK[0].split())),)) == [(0.0, 1.0, "too_fast")]
    assert suspects(
        (segment(0.0, 1.0, "クラウドネイティブの話をこれからたくさんしたいと思いますのでよろしくお願いします"),)
    ) == [(0.0, 1.0, "too_fast")]


def test_suspect_text_is_removed_and_leaves_a_span() -> None:
    """A loop is removed, and a span shows its times and the reason."""
    loop = segment(20.0, 25.0, "no " * 12)
    result = remove_suspects((*GOOD[:4], loop, *GOOD[5:]), SPEECH, 60.0)
    assert [s.text for s in result.segments] == [*TALK[:4], *TALK[5:]]
    assert [(s.start, s.end, s.reason) for s in result.spans] == [(20.0, 25.0, "looped")]


def test_long_silence_leaves_a_span() -> None:
    """Ten seconds without speech are a span; shorter pauses are not."""
    result = remove_suspects(GOOD[:2], [(0.0, 9.5), (15.0, 15.2)], 40.0)
    assert [(s.start, s.end, s.reason) for s in result.spans] == [(15.2, 40.0, "no_speech")]


TEXTS = st.one_of(st.sampled_from(TALK), st.just("no " * 12), st.text("ab ", max_size=60).filter(str.strip))


@given(
    st.lists(st.tuples(st.floats(0, 20), st.floats(0, 30), TEXTS), max_size=20),
    st.lists(st.tuples(st.floats(0.1, 40), st.floats(0.1, 40)), max_size=8),
)
def test_kept_segments_are_in_order_numbered_and_not_suspect(
    raw: list[tuple[float, float, str]], stretches: list[tuple[float, float]]
) -> None:
    """This holds for any result of recognition."""
    segments, speech, time = [], [], 0.0
    for gap, length, text in raw:
        segments.append(segment(time + gap, time + gap + length, text))
        time += gap + length
    time = 0.0
    for gap, length in stretches:
        speech.append((time + gap, time + gap + length))
        time += gap + length
    result = remove_suspects(segments, speech, 500.0)
    assert list(range(len(result.segments))) == [s.id for s in result.segments]
    assert all(a.start <= b.start for a, b in pairwise(result.segments))
    assert find_suspects(result.segments, speech) == ()


def test_loops_have_a_higher_compression_ratio_than_speech() -> None:
    """Whisper's threshold of 2.4 is between them."""
    assert compression(" ".join(TALK)) < 2.0 < 2.4 < compression("thank you for watching " * 12)


def sounds() -> dict[str, NDArray[np.float32]]:
    """One minute each of silence, noise, and music: chords with overtones that change twice a second."""
    rng = np.random.default_rng(4)
    t = np.arange(60 * 16_000) / 16_000
    music = np.zeros_like(t)
    for bar in range(120):
        part = slice(bar * 8_000, (bar + 1) * 8_000)
        for note in rng.choice([220.0, 247.0, 262.0, 294.0, 330.0, 392.0, 440.0], 3, replace=False):
            for overtone in range(1, 5):
                music[part] += np.sin(2 * np.pi * note * overtone * t[part]) / overtone**1.5
    fade = np.tile(np.exp(-np.arange(8_000) / 4_000), 120)
    return {
        "silence": np.zeros(t.size, dtype=np.float32),
        "noise": rng.normal(0, 0.1, t.size).astype(np.float32),
        "music": (0.2 * music * fade / np.abs(music).max()).astype(np.float32),
    }


@pytest.mark.parametrize("kind", ["silence", "noise", "music"])
def test_ten_minutes_without_speech_give_no_segments(tmp_path: Path, kind: str) -> None:
    """Voice activity detection finds no speech, so nothing is recognised, and one span covers the recording."""
    path = write_audio(tmp_path / "x.wav", samples=np.tile(sounds()[kind], 10))
    whisper = Whisper(
        WhisperSettings(language="en"),
        RuntimeSettings(device="cpu", threads=1),
        tiny_whisper.build(tmp_path / "model"),
    )
    transcript = whisper.transcribe(Recording(path, make_source(duration=None), Glossary(terms=())))
    assert transcript.segments == ()
    assert [(span.start, span.reason) for span in transcript.spans] == [(0.0, "no_speech")]
    assert pytest.approx(600.0, abs=0.1) == transcript.spans[0].end
