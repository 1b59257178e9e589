from __future__ import annotations

import random

import pytest

from summarizer.check import check
from summarizer.config import CheckSettings
from summarizer.errors import Refused
from summarizer.language.detection import language_of
from summarizer.language.repetition import LOOP_RATIO, compression
from summarizer.records import Transcript
from tests.conftest import TALK, make_transcript

SETTINGS = CheckSettings()
GERMAN = (
    "Wir haben das nicht gewusst und die Frage ist, ob der Server mit dem Netz auch für uns von Nutzen ist. "
    "Es gibt einen Fehler in den Daten, dass wir so nicht auf dem Rechner arbeiten werden, wie sie sagen. "
)


def refusal(transcript: Transcript, duration: float | None = 60.0, wanted: tuple[str, ...] = ("en",)) -> str:
    """The code of the refusal; empty when the transcript passes."""
    try:
        check(transcript, duration, SETTINGS, wanted)
    except Refused as refused:
        return refused.code
    return ""


def test_a_real_talk_passes(transcript: Transcript) -> None:
    """Sixty seconds with 130 words are fine."""
    assert refusal(transcript, duration=60.0) == ""


def test_nothing_but_sound_markers_is_a_placeholder() -> None:
    """A caption track without words."""
    assert refusal(make_transcript(())) == "placeholder"


def test_no_recognised_speech_is_empty() -> None:
    """Speech recognition that heard nothing."""
    assert refusal(make_transcript((), kind="whisper")) == "empty"


@pytest.mark.parametrize(
    "text",
    ["Transcript is not available.", "No captions for this video, sorry.", "lorem ipsum dolor sit amet", "la " * 50],
)
def test_stand_ins_for_a_transcript_are_placeholders(text: str) -> None:
    """A sentence that says there is no transcript is not one."""
    assert refusal(make_transcript((text,))) == "placeholder"


def test_text_in_another_language_is_refused_whatever_it_declares() -> None:
    """The words are looked at, not only the label."""
    assert refusal(make_transcript((GERMAN,), language="en")) == "wrong_language"


def test_any_language_passes_when_none_is_wanted() -> None:
    """An empty list of languages means all."""
    transcript = make_transcript((GERMAN,), language="de")
    assert [refusal(transcript, 30.0, wanted) for wanted in ((), ("en",))] == ["", "wrong_language"]


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
def test_languages_are_told_apart(language: str, text: str) -> None:
    """By function words, or by script."""
    assert language == language_of(text)


@pytest.mark.parametrize(
    ("language", "text"), [("ja", "これはクラウドネイティブの話です。"), ("th", "นี่คือการพูดคุยเกี่ยวกับคลาวด์")]
)
def test_a_text_without_spaces_is_refused_by_its_name(language: str, text: str) -> None:
    """Claims are checked word by word, which is not possible there; the refusal must not speak of too few words."""
    transcript = make_transcript((text,) * 3, language=language)
    assert refusal(transcript, duration=600.0, wanted=(language,)) == "unspaced_language"


def test_a_tenth_of_a_talk_is_too_short() -> None:
    """Under one word in three seconds of a video over three minutes."""
    assert refusal(make_transcript(TALK), duration=3600.0) == "too_short"


def test_a_short_video_may_be_sparse() -> None:
    """A jingle and two sentences are fine in a minute."""
    transcript = make_transcript(TALK[:2])
    assert [refusal(transcript, duration) for duration in (60.0, 600.0)] == ["", "too_short"]


def test_the_refusal_names_its_figure_and_its_threshold() -> None:
    """A person can see how far off it was."""
    with pytest.raises(Refused, match=r"138 words for 3600 s, 0\.04 a second; 0\.33 are needed"):
        check(make_transcript(TALK), 3600.0, SETTINGS, ("en",))


def test_looping_text_is_refused() -> None:
    """The same sentence again and again is what recognisers write over silence."""
    assert refusal(make_transcript((*TALK, *("Thank you for watching this video today.",) * 30)), 200.0) == "looped"


def test_an_ordinary_talk_in_long_segments_is_no_loop() -> None:
    """Two minutes of anybody's speech compress well; half a minute tells a loop from a talk."""
    dice = random.Random(3)
    phrases = [" ".join(dice.choices(" ".join(TALK).lower().replace(".", "").split(), k=4)) for _ in range(120)]
    lines = tuple(" ".join(dice.choices(phrases, k=9)) for _ in range(64))
    long_windows = [" ".join(lines[i : i + 8]) for i in range(0, len(lines), 8)]
    assert sum(compression(window) > LOOP_RATIO for window in long_windows) > len(long_windows) * 0.3
    assert refusal(make_transcript(lines, seconds=15.0), duration=960.0) == ""
