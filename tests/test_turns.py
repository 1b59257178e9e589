from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.glossary import name_speakers
from summarizer.records import CaptionFormat, Segment
from summarizer.transcribe.captions.cues import Cue
from summarizer.transcribe.captions.reader import read_captions
from summarizer.transcribe.captions.turns import mark_turns
from tests.conftest import make_source, make_transcript


def spoken(tmp_path: Path, text: str, format: CaptionFormat = "vtt") -> list[tuple[str | None, str]]:
    path = tmp_path / f"x.{format}"
    path.write_text(text)
    transcript = read_captions(path, format, video_id="abcdefghijk", language="en", kind="human", duration=60.0)
    assert all((segment.speaker is None) is (segment.speaker_from is None) for segment in transcript.segments)
    return [(segment.speaker, segment.text) for segment in transcript.segments]


def named(name: str, **source: object) -> str | None:
    segment = Segment(id=0, start=0.0, end=1.0, text="Hello.", speaker=name, speaker_from="captions")
    transcript = make_transcript().model_copy(update={"segments": (segment,)})
    return name_speakers(transcript, make_source(**source)).segments[0].speaker


@pytest.mark.parametrize(
    ("cue", "expected"),
    [
        (">> Ana: Hello.", [("Ana", "Hello.")]),
        (">> ANA LIMA: Hello.", [("ANA LIMA", "Hello.")]),
        (">> Hello.", [(None, "Hello.")]),
        ("<v Ana Lima>Hello.</v>", [("Ana Lima", "Hello.")]),
        ("- Hello.\n- Good day.", [(None, "Hello."), (None, "Good day.")]),
        (">> Ana: Hello. >> Bo: Good day.", [("Ana", "Hello."), ("Bo", "Good day.")]),
        ("Hello from me\n>> Bo: Good day.", [(None, "Hello from me"), ("Bo", "Good day.")]),
        ("It is 5 - 3 and a well-known one.", [(None, "It is 5 - 3 and a well-known one.")]),
    ],
)
def test_every_marker_starts_a_turn(tmp_path: Path, cue: str, expected: list[tuple[str | None, str]]) -> None:
    """Chevrons, dashes and voice tags start a turn at the start of a cue and inside it."""
    assert expected == spoken(tmp_path, f"WEBVTT\n\n00:00.000 --> 00:04.000\n{cue}\n")


def test_names_before_a_colon_are_speakers_when_they_are_repeated(tmp_path: Path) -> None:
    """ "Note:" and labels that occur once are text."""
    text = "Ana Lima: Welcome to all.\nBO: Thank you.\nAna Lima: Note: it rains.\nBO: Hidden: yes.\nNote: the end.\nNote: really."
    assert spoken(tmp_path, text, "txt") == [
        ("Ana Lima", "Welcome to all."),
        ("BO", "Thank you."),
        ("Ana Lima", "Note: it rains."),
        ("BO", "Hidden: yes."),
        ("BO", "Note: the end."),
        ("BO", "Note: really."),
    ]


def test_a_turn_lasts_until_the_next_one(tmp_path: Path) -> None:
    """Cues without a marker continue the turn."""
    cues = "".join(
        f"00:0{i}.000 --> 00:0{i + 1}.000\n{text}\n\n" for i, text in enumerate((">> Ana: One.", "two", "three"))
    )
    assert spoken(tmp_path, f"WEBVTT\n\n{cues}") == [("Ana", "One. two three")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Mara", "Mara Lindqvist"), ("LINDQVIST", "Mara Lindqvist"), ("mara lindqvist", "Mara Lindqvist"), ("Bo", "Bo")],
)
def test_a_partial_name_is_completed_from_the_speakers(name: str, expected: str) -> None:
    """This requires that only one speaker has this name."""
    assert expected == named(name)


def test_a_partial_name_is_completed_from_the_description() -> None:
    """The description contains two capitalised words, of which the first is the name in the captions."""
    assert named("Bo", description="With Ana Lima of Acme, and Bo Berg.") == "Bo Berg"


@pytest.mark.parametrize(
    "description", ["Mara Lima and others join Mara Lindqvist.", "We thank Mara Smith. We thank Mara Jones."]
)
def test_an_ambiguous_name_is_not_completed(description: str) -> None:
    """Two people have the same name, so the name remains as it is."""
    assert named("Mara", description=description) == "Mara"


def test_names_in_capitals_are_converted_to_mixed_case() -> None:
    """Professional captions write names in capitals."""
    assert named("ANA LIMA") == "Ana Lima"


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 10), st.text("aB>- \n.é", max_size=40)), max_size=10))
def test_marking_turns_loses_no_word(raw: list[tuple[float, float, str]]) -> None:
    """Only markers are removed, the order is kept, and times remain valid."""
    cues = [Cue(start, start + length, text) for start, length, text in raw]
    marked = mark_turns(cues)

    def letters(cues: list[Cue]) -> str:
        return "".join(char for cue in cues for char in cue.text if char.isalpha())

    assert letters(cues) == letters(marked)
    assert all(cue.text and cue.start <= cue.end + 1e-9 for cue in marked)
