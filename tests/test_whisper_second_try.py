from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.records import Segment, Word
from summarizer.transcribe.whisper.guards import remove_suspects
from summarizer.transcribe.whisper.jobs import Job, Request
from summarizer.transcribe.whisper.network.alignment import TimedWord
from summarizer.transcribe.whisper.network.model import WindowText
from summarizer.transcribe.whisper.network.plan import Plan
from summarizer.transcribe.whisper.scheduler import Scheduler
from summarizer.transcribe.whisper.second_try import WindowResult, plan_second_try
from summarizer.transcribe.whisper.segments import make_segments, place_words
from summarizer.transcribe.whisper.voice import measure_coverage
from summarizer.transcribe.whisper.windows import Window
from tests import real_speech

RATE = 16_000


def speak(start: float, end: float, text: str = " word") -> tuple[TimedWord, ...]:
    """One word for every half second."""
    count = int((end - start) * 2)
    return tuple(TimedWord(start + n / 2, start + n / 2 + 0.5, f"{text}{n}", 0.9) for n in range(count))


def window(*stretches: tuple[float, float]) -> Window:
    return Window(tuple((int(start * RATE), int(end * RATE)) for start, end in stretches), padding=1600)


def result(words: tuple[TimedWord, ...], *stretches: tuple[float, float]) -> WindowResult:
    return WindowResult(window(*stretches), "en", words, -0.2)


# -- coverage -------------------------------------------------------------------------------------------------


def test_speech_with_text_throughout_is_covered() -> None:
    """Short pauses between words are not lost speech."""
    coverage = measure_coverage([*speak(0, 5), *speak(5.5, 10)], [(0.0, 10.0)])
    assert (coverage.voiced, coverage.unwritten, coverage.share) == (10.0, (), 1.0)


@pytest.mark.parametrize(
    ("words", "gap"),
    [
        (speak(0, 7), (7.0, 10.0)),
        (speak(3, 10), (0.0, 3.0)),
        ((*speak(0, 4), *speak(7, 10)), (4.0, 7.0)),
        ((), (0.0, 10.0)),
        ((TimedWord(0.0, 10.0, " stretched", 0.5),), (2.0, 10.0)),
    ],
)
def test_a_voice_without_text_is_found(words: tuple[TimedWord, ...], gap: tuple[float, float]) -> None:
    """At the start, at the end, between words, everywhere, and under a word that is too long."""
    coverage = measure_coverage(words, [(0.0, 10.0)])
    assert [pytest.approx(gap)] == list(coverage.unwritten)
    assert coverage.share == pytest.approx(1 - (gap[1] - gap[0]) / 10)


def test_silence_without_text_is_not_lost_speech() -> None:
    """Only the intervals with a voice count."""
    assert measure_coverage([*speak(0, 2), *speak(8, 10)], [(0.0, 2.0), (8.0, 10.0)]).unwritten == ()


@given(
    st.lists(st.tuples(st.floats(0, 60), st.floats(0, 4)), max_size=40),
    st.lists(st.tuples(st.floats(0.1, 5), st.floats(0.1, 20)), max_size=8),
)
def test_gaps_are_in_the_voice_and_the_share_is_a_share(
    times: list[tuple[float, float]], lengths: list[tuple[float, float]]
) -> None:
    """This holds for words in any order, with any overlap."""
    voice, time = [], 0.0
    for pause, length in lengths:
        voice.append((time + pause, time + pause + length))
        time += pause + length
    coverage = measure_coverage([TimedWord(start, start + length, " w", 1.0) for start, length in times], voice)
    assert 0.0 <= coverage.share <= 1.0
    assert all(any(a <= start < end <= b for a, b in voice) for start, end in coverage.unwritten)


# -- second try -----------------------------------------------------------------------------------------------


def test_a_window_with_text_throughout_needs_no_second_try() -> None:
    """Decoding twice would cost time for nothing."""
    assert plan_second_try(result(speak(0, 10), (0.0, 10.0))) is None


def test_the_second_try_is_for_the_speech_without_text_only() -> None:
    """Its text is added to the text of the first try, in order."""
    second = plan_second_try(result((*speak(0, 4), *speak(8, 10)), (0.0, 10.0)))
    assert second is not None
    [part] = second.parts
    [(start, end)] = part.stretches
    assert (start / RATE, end / RATE) == (pytest.approx(3.9), pytest.approx(8.1))
    second.results[0] = WindowResult(part, "en", speak(4.5, 7.5, " new"), -0.2)
    merged = second.merge()
    assert [word.start for word in merged.words] == sorted(word.start for word in merged.words)
    assert sum(word.text.startswith(" new") for word in merged.words) == 6
    assert len(merged.words) == 8 + 4 + 6
    assert merged.redone


def test_a_looping_window_is_recognised_again_in_halves() -> None:
    """The new text replaces the loop; a second loop leaves the first, which the guards remove."""
    loop = tuple(TimedWord(n / 2, n / 2 + 0.5, " no", 0.9) for n in range(20))
    second = plan_second_try(result(loop, (0.0, 5.0), (6.0, 11.0)))
    assert second is not None
    assert [part.stretches for part in second.parts] == [((0, 80_000),), ((96_000, 176_000),)]
    second.results = {0: result(speak(0, 5), (0.0, 5.0)), 1: result(speak(6, 11), (6.0, 11.0))}
    assert second.merge().words == (*speak(0, 5), *speak(6, 11))
    second.results[1] = result(loop, (6.0, 11.0))
    assert second.merge().words == loop


@pytest.mark.parametrize("stretches", [[(0.0, 8.0)], [(0.0, 1.0), (2.0, 9.0)], [(0.0, 6.0), (7.0, 8.0), (9.0, 10.0)]])
def test_the_halves_of_a_window_contain_all_of_it(stretches: list[tuple[float, float]]) -> None:
    """No sample is lost or decoded twice."""
    whole = window(*stretches)
    halves = whole.halve()
    assert len(halves) == 2
    assert sum(half.size for half in halves) == whole.size


class SkippingModel:
    """Writes the first two seconds of a window; in a second try, all of it."""

    plan = Plan(workers=1, threads=1, batch=8)
    batch = 8

    def __init__(self) -> None:
        self.batches: list[tuple[bool, int]] = []

    def compute_features(self, samples: Any) -> Any:
        return samples

    def detect_languages(self, features: list[Any]) -> list[dict[str, float]]:
        return [{"en": 1.0} for _ in features]

    def recognise(
        self, features: list[Any], seconds: list[float], language: str, _hotwords: str, safe: bool
    ) -> list[WindowText]:
        self.batches.append((safe, len(features)))
        return [WindowText(language, speak(0, length if safe else 2.0), -0.2) for length in seconds]


def test_speech_without_text_is_recognised_again_in_a_batch(tmp_path: Path) -> None:
    """Second tries of all windows share batches, and no voice stays without text."""
    model = SkippingModel()
    scheduler = Scheduler(model)
    path = real_speech.write_copies(tmp_path / "x.wav", 2)
    job: Job = scheduler.submit(Request(path, "en", "", None, vad=True))
    while not job.complete:
        time.sleep(0.01)
    results = list(scheduler.results(job))
    scheduler.close()
    assert all(found.redone for found in results)
    voice = [interval for found in results for interval in found.window.voice]
    words = [word for found in results for word in found.words]
    assert measure_coverage(words, voice).share > 0.95
    assert [safe for safe, _ in model.batches] == sorted(safe for safe, _ in model.batches)  # windows first
    assert {size for safe, size in model.batches[:-1] if safe} <= {8}  # only the last batch is not full


def test_what_stays_without_text_is_a_span_with_its_reason() -> None:
    """The share counts it, and so does text that was removed."""
    segment = Segment(
        id=0, start=0.0, end=4.0, text="eight words", words=tuple(
            Word(start=word.start, end=word.end, text=word.text) for word in speak(0, 4)
        )
    )  # fmt: skip
    checked = remove_suspects([segment], [(0.0, 8.0)], 8.0)
    assert [(span.start, span.end, span.reason) for span in checked.spans] == [(4.0, 8.0, "no_text")]
    assert checked.coverage is not None
    assert checked.coverage.share == pytest.approx(0.5)


# -- times and sentences --------------------------------------------------------------------------------------


def test_a_word_does_not_start_in_the_silence_before_it() -> None:
    """The alignment counts a pause as part of the next word; the voice after the pause decides."""
    placed = place_words(window((0.0, 2.0), (5.0, 8.0)), [TimedWord(1.8, 2.6, " After", 0.9)])
    assert [(word.start, word.end) for word in placed] == [(5.1, 5.6)]


@given(st.lists(st.tuples(st.floats(0, 6), st.floats(0, 6)), max_size=20))
def test_placed_words_are_in_order_and_in_the_voice(times: list[tuple[float, float]]) -> None:
    """This holds for any times of the alignment."""
    frame = window((1.0, 3.0), (5.0, 9.0))
    words = [TimedWord(min(pair), max(pair), " w", 0.9) for pair in times]
    placed = place_words(frame, words)
    assert [word.start for word in placed] == sorted(word.start for word in placed)
    assert all(word.start <= word.end for word in placed)
    assert all(any(start <= word.start <= end for start, end in frame.voice) for word in placed)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It is slow. We moved it.", ["It is slow.", "We moved it."]),
        ("Is it slow? “Yes.” We moved it.", ["Is it slow?", "“Yes.”", "We moved it."]),
        ("About 2.5 seconds, e.g. with etcd.", ["About 2.5 seconds, e.g. with etcd."]),
        ("no marks at all", ["no marks at all"]),
        ("", []),
    ],
)
def test_segments_end_with_their_sentences(text: str, sentences: list[str]) -> None:
    """A full stop before a small letter does not end a sentence."""
    words = [TimedWord(n / 2, n / 2 + 0.5, f" {word}", 0.9) for n, word in enumerate(text.split())]
    assert [segment.text for segment in make_segments(words, None)] == sentences


def test_a_pause_and_a_length_end_a_segment() -> None:
    """Speech without punctuation still gets segments of seconds, not minutes."""
    assert [len(s.words) for s in make_segments((*speak(0, 3), *speak(5, 7)), None)] == [6, 4]
    longest = max(s.end - s.start for s in make_segments(speak(0, 200), None))
    assert 12 < longest <= 25


def test_a_language_without_spaces_stays_without_spaces() -> None:
    """Words are joined as the model wrote them."""
    words = [TimedWord(n / 2, n / 2 + 0.5, word, 0.9) for n, word in enumerate(["クラ", "ウド", "です。"])]
    assert [segment.text for segment in make_segments(words, "ja")] == ["クラウドです。"]
    assert np.isclose(next(iter(make_segments(words, "ja"))).end, 1.5)
