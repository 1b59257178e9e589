from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from summarizer.transcribe.whisper.languages import LOW, PATIENCE, Confidence, others

SPOKEN = st.lists(st.tuples(st.sampled_from(["en", "de", "es"]), st.floats(-3, 0)), max_size=40)


def look(windows: list[tuple[str, float]], sure: float = 0.9) -> tuple[dict[int, str], int]:
    """What is found in windows of (language, log probability), and how often the model was asked."""
    asked = []

    def detect(place: int) -> dict[str, float]:
        asked.append(place)
        language = windows[place][0]
        return {language: sure, "en" if language != "en" else "de": 1 - sure}

    found = others([Confidence(i, p) for i, (_, p) in enumerate(windows)], "en", detect)
    return found, len(asked)


def test_a_confident_talk_costs_nothing() -> None:
    """No window of low probability, no question."""
    assert look([("en", -0.2)] * 100) == ({}, 0)


def test_a_bad_recording_in_one_language_costs_a_few_looks() -> None:
    """Doubtful throughout, and English throughout: after some looks the rest is believed."""
    assert look([("en", -2.0)] * 100) == ({}, PATIENCE)


def test_the_german_part_of_a_meeting_is_found() -> None:
    """Two German windows among doubtful English ones."""
    windows = [("en", -0.3)] * 10 + [("de", -1.5), ("de", -1.2)] + [("en", -0.9)] * 4
    assert look(windows)[0] == {10: "de", 11: "de"}


def test_an_unsure_detection_changes_nothing() -> None:
    """Noise looks like any language."""
    assert look([("de", -2.0)] * 5, sure=0.6)[0] == {}


@given(SPOKEN)
def test_only_doubtful_windows_of_another_language_are_named(windows: list[tuple[str, float]]) -> None:
    """Never the recording's own, never a confident one; and each search has an end."""
    found, asked = look(windows)
    assert all(windows[i][0] == language != "en" and windows[i][1] < LOW for i, language in found.items())
    assert asked <= (len(found) + 1) * PATIENCE
