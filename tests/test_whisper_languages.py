from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from summarizer.transcribe.whisper.languages import (
    MAX_LOG_PROBABILITY,
    MAX_MISSES,
    RecognisedWindow,
    find_windows_in_other_languages,
)

SPOKEN = st.lists(st.tuples(st.sampled_from(["en", "de", "es"]), st.floats(-3, 0)), max_size=40)


def search(windows: list[tuple[str, float]], probability: float = 0.9) -> tuple[dict[int, str], int]:
    """The result for windows of (language, log probability), and the number of detections."""
    detected = []

    def detect(index: int) -> dict[str, float]:
        detected.append(index)
        language = windows[index][0]
        return {language: probability, "en" if language != "en" else "de": 1 - probability}

    recognised = [RecognisedWindow(i, log_probability) for i, (_, log_probability) in enumerate(windows)]
    return find_windows_in_other_languages(recognised, "en", detect), len(detected)


def test_windows_with_a_high_probability_need_no_detection() -> None:
    """Without a window of low probability, the language is not detected again."""
    assert search([("en", -0.2)] * 100) == ({}, 0)


def test_a_poor_recording_in_one_language_needs_few_detections() -> None:
    """All windows have a low probability and are English: the search ends after `MAX_MISSES` detections."""
    assert search([("en", -2.0)] * 100) == ({}, MAX_MISSES)


def test_the_german_part_of_a_meeting_is_found() -> None:
    """Two German windows are found among English windows of low probability."""
    windows = [("en", -0.3)] * 10 + [("de", -1.5), ("de", -1.2)] + [("en", -0.9)] * 4
    assert search(windows)[0] == {10: "de", 11: "de"}


def test_an_uncertain_detection_changes_nothing() -> None:
    """The language of noise is detected with a low probability, which is ignored."""
    assert search([("de", -2.0)] * 5, probability=0.6)[0] == {}


@given(SPOKEN)
def test_only_windows_of_low_probability_in_another_language_are_found(windows: list[tuple[str, float]]) -> None:
    """The result never has the main language or a window of high probability, and detections are limited."""
    languages, detections = search(windows)
    assert all(
        windows[i][0] == language != "en" and windows[i][1] < MAX_LOG_PROBABILITY for i, language in languages.items()
    )
    assert detections <= (len(languages) + 1) * MAX_MISSES
