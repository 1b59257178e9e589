from __future__ import annotations

import random

import pytest

from summarizer.check import check
from summarizer.config import CheckSettings
from summarizer.errors import Refused
from summarizer.language.detection import detect_language
from summarizer.language.repetition import LOOP_RATIO, compression
from summarizer.records import Transcript
from tests.conftest import TALK, make_transcript

SETTINGS = CheckSettings()
GERMAN = (
    "Wir haben das nicht gewusst und die Frage ist, ob der Server mit dem Netz auch für uns von Nutzen ist. "
    "Es gibt einen Fehler in den Daten, dass wir so nicht auf dem Rechner arbeiten werden, wie sie sagen. "
)


def find_refusal(transcript: Transcript, duration: float | None = 60.0, wanted: tuple[str, ...] = ("en",)) -> str:
    """Return the code of the find_refusal; empty when the transcript passes."""
    try:
        check(transcript, duration, SETTINGS, wanted)
    except Refused as refused:
        return refused.code
    return ""


def test_a_real_talk_passes(transcript: Transcript) -> None:
    """130 words in 60 seconds are a normal pace."""
    assert find_refusal(transcript, duration=60.0) == ""


def test_captions_with_only_sound_markers_are_a_placeholder() -> None:
    """The caption track has no words."""
    assert find_refusal(make_transcript(())) == "placeholder"


def test_no_recognised_speech_is_empty() -> None:
    """Speech recognition returned no segment."""
    assert find_refusal(make_transcript((), kind="whisper")) == "empty"


@pytest.mark.parametrize(
    "text",
    ["Transcript is not available.", "No captions for this video, sorry.", "lorem ipsum dolor sit amet", "la " * 50],
)
def test_placeholder_texts_are_refused(text: str) -> None:
    """A notice that there is no transcript is not a transcript."""
    assert find_refusal(make_transcript((text,))) == "placeholder"


def test_text_in_another_language_is_refused_despite_its_label() -> None:
    """The language is detected from the words."""
    assert find_refusal(make_transcript((GERMAN,), language="en")) == "wrong_language"


def test_any_language_passes_when_none_is_wanted() -> None:
    """An empty list of languages accepts all."""
    transcript = make_transcript((GERMAN,), language="de")
    assert [find_refusal(transcript, 30.0, wanted) for wanted in ((), ("en",))] == ["", "wrong_language"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", " ".join(TALK)),
        ("de", GERMAN),
        ("ja", "これはクラウドネイティブの話です。とても面白いと思います。"),
        ("zh", "这是一个关于云原生的演讲非常有意思"),
        ("", "etcd etcd"),
    ],
)
def test_languages_are_detected(language: str, text: str) -> None:
    """Languages are detected by function words or by script."""
    assert language == detect_language(text)


@pytest.mark.parametrize(
    ("language", "text"), [("ja", "これはクラウドネイティブの話です。"), ("th", "นี่คือการพูดคุยเกี่ยวกับคลาวด์")]
)
def test_a_text_without_spaces_has_its_own_refusal(language: str, text: str) -> None:
    """Claims are checked word by word, which is impossible here; the reason must not be that there are few words."""
    transcript = make_transcript((text,) * 3, language=language)
    assert find_refusal(transcript, duration=600.0, wanted=(language,)) == "unspaced_language"


def test_a_tenth_of_a_talk_is_too_short() -> None:
    """The text has less than one word per three seconds of a video that is longer than three minutes."""
    assert find_refusal(make_transcript(TALK), duration=3600.0) == "too_short"


def test_a_short_video_may_have_few_words() -> None:
    """Two sentences are enough for a video of one minute, and too few for ten minutes."""
    transcript = make_transcript(TALK[:2])
    assert [find_refusal(transcript, duration) for duration in (60.0, 600.0)] == ["", "too_short"]


def test_the_refusal_contains_the_figure_and_the_threshold() -> None:
    """A person can see how far the text was from passing."""
    with pytest.raises(Refused, match=r"138 words for 3600 s, 0\.04 a second; 0\.33 are needed"):
        check(make_transcript(TALK), 3600.0, SETTINGS, ("en",))


def test_looping_text_is_refused() -> None:
    """Recognisers repeat one sentence when there is silence."""
    assert (
        find_refusal(make_transcript((*TALK, *("Thank you for watching this video today.",) * 30)), 200.0) == "looped"
    )


def test_an_ordinary_talk_in_long_segments_is_no_loop() -> None:
    """Two minutes of any speech compress well; in windows of 30 s only loops do."""
    dice = random.Random(3)
    phrases = [" ".join(dice.choices(" ".join(TALK).lower().replace(".", "").split(), k=4)) for _ in range(120)]
    lines = tuple(" ".join(dice.choices(phrases, k=9)) for _ in range(64))
    long_windows = [" ".join(lines[i : i + 8]) for i in range(0, len(lines), 8)]
    assert sum(compression(window) > LOOP_RATIO for window in long_windows) > len(long_windows) * 0.3
    assert find_refusal(make_transcript(lines, seconds=15.0), duration=960.0) == ""
