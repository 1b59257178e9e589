from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from summarizer.config import RuntimeSettings, WhisperSettings
from summarizer.language.repetition import compression, repeats
from summarizer.language.terms import Glossary
from summarizer.records import Segment
from summarizer.transcribe import Recording
from summarizer.transcribe.whisper import Whisper
from summarizer.transcribe.whisper.guards import Interval, mend, suspects
from tests import tiny_whisper
from tests.conftest import TALK, make_source, make_transcript
from tests.media import write_audio

GOOD = make_transcript(TALK).segments  # one of five seconds each
VOICE: list[Interval] = [(0.0, 60.0)]


def segment(start: float, end: float, text: str) -> Segment:
    return Segment(id=0, start=start, end=end, text=text)


def found(segments: tuple[Segment, ...], speech: list[Interval] | None = None) -> list[tuple[float, float, str]]:
    return [(span.start, span.end, span.reason) for span in suspects(segments, speech)]


def test_ordinary_speech_is_left_alone() -> None:
    """A talk with a voice throughout has nothing to hear again."""
    assert found(GOOD, VOICE) == []


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
    """Three times in a row for a phrase, more for a word; people do say "very very very"."""
    assert expected is bool(repeats(text.split()))


def test_a_loop_inside_a_segment_is_found() -> None:
    """One segment that says the same again and again."""
    loop = segment(60.0, 75.0, "and then we moved on, " * 6)
    assert found((*GOOD, loop)) == [(60.0, 75.0, "looped")]


def test_a_loop_over_segments_names_only_the_segments_that_loop() -> None:
    """The good sentence before it stays out of the span."""
    loop = tuple(segment(60.0 + 2 * i, 62.0 + 2 * i, "Thank you for watching.") for i in range(5))
    assert found((*GOOD, *loop)) == [(60.0, 70.0, "looped")]


def test_text_where_nobody_talks_is_found() -> None:
    """The voice ends at 60 s, the text does not."""
    assert found((*GOOD, segment(70.0, 75.0, "Subtitles by the community.")), VOICE) == [
        (70.0, 75.0, "text_over_silence")
    ]


def test_more_words_than_a_mouth_can_speak_are_found() -> None:
    """Twelve words in a second, and letters for languages without spaces."""
    assert found((segment(0.0, 1.0, " ".join(TALK[0].split())),)) == [(0.0, 1.0, "too_fast")]
    assert found(
        (segment(0.0, 1.0, "クラウドネイティブの話をこれからたくさんしたいと思いますのでよろしくお願いします"),)
    ) == [(0.0, 1.0, "too_fast")]


def test_speech_without_text_is_found_in_windows() -> None:
    """Forty seconds of voice that nothing was written for: two windows to hear again."""
    spans = found(GOOD[:2], [(0.0, 50.0)])
    assert spans == [(9.5, 29.75, "no_text"), (29.75, 50.0, "no_text")]


def test_only_suspect_windows_are_heard_again() -> None:
    """The second hearing takes the place of the loop; everything else stays as it was."""
    asked = []

    def redo(start: float, end: float) -> tuple[Segment, ...]:
        asked.append((start, end))
        return (segment(start, end, "So we moved on to the next subject."),)

    mended = mend((*GOOD, segment(60.0, 75.0, "and then " * 9)), [(0.0, 75.0)], 75.0, redo)
    assert asked == [(60.0, 75.0)]
    assert (mended.redone, mended.spans) == (1, ())
    assert [s.text for s in mended.segments] == [*TALK, "So we moved on to the next subject."]


def test_what_stays_wrong_is_cut_out_and_marked() -> None:
    """A loop that comes back is not text; the span says where it was."""
    loop = segment(20.0, 24.5, "no " * 12)
    mended = mend((*GOOD[:4], loop, *GOOD[5:]), VOICE, 60.0, lambda _start, _end: (loop,))
    assert [s.text for s in mended.segments] == [*TALK[:4], *TALK[5:]]
    assert [(s.start, s.end, s.reason) for s in mended.spans] == [(20.0, 24.5, "looped")]


def test_silence_is_marked() -> None:
    """Ten seconds without a voice are a span; shorter pauses are not."""
    mended = mend(GOOD[:2], [(0.0, 9.5), (15.0, 16.0)], 40.0)
    assert [(s.start, s.end, s.reason) for s in mended.spans] == [(16.0, 40.0, "no_speech")]


TEXTS = st.one_of(st.sampled_from(TALK), st.just("no " * 12), st.text("ab ", max_size=60).filter(str.strip))


@given(
    st.lists(st.tuples(st.floats(0, 20), st.floats(0, 30), TEXTS), max_size=20),
    st.lists(st.tuples(st.floats(0.1, 40), st.floats(0.1, 40)), max_size=8),
    TEXTS,
)
def test_nothing_suspect_is_ever_passed_on(
    raw: list[tuple[float, float, str]], voices: list[tuple[float, float]], again: str
) -> None:
    """Whatever is recognised, first or second: what remains is in order, numbered, and has no suspect text."""
    segments, speech, at = [], [], 0.0
    for gap, length, text in raw:
        segments.append(segment(at + gap, at + gap + length, text))
        at += gap + length
    at = 0.0
    for gap, length in voices:
        speech.append((at + gap, at + gap + length))
        at += gap + length
    mended = mend(segments, speech, 500.0, lambda start, end: (segment(start, end, again),))
    assert list(range(len(mended.segments))) == [s.id for s in mended.segments]
    assert all(a.start <= b.start for a, b in pairwise(mended.segments))
    assert {"no_text"} >= {span.reason for span in suspects(mended.segments, speech)}


def test_compression_tells_speech_from_loops() -> None:
    """Whisper's threshold of 2.4 lies between them."""
    assert compression(" ".join(TALK)) < 2.0 < 2.4 < compression("thank you for watching " * 12)


def sounds() -> dict[str, NDArray[np.float32]]:
    """A minute each of silence, noise, and music: chords with overtones, changing twice a second."""
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
def test_ten_minutes_without_a_voice_give_no_segments(tmp_path: Path, kind: str) -> None:
    """Voice activity detection finds none, whatever the model would write; the transcript says so."""
    path = write_audio(tmp_path / "x.wav", samples=np.tile(sounds()[kind], 10))
    whisper = Whisper(
        WhisperSettings(language="en"),
        RuntimeSettings(device="cpu", threads=1),
        tiny_whisper.build(tmp_path / "model"),
    )
    found = whisper.transcribe(Recording(path, make_source(duration=None), Glossary(terms=())))
    assert found.segments == ()
    assert [(span.start, span.reason) for span in found.spans] == [(0.0, "no_speech")]
    assert pytest.approx(600.0, abs=0.1) == found.spans[0].end
