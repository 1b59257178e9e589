from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.errors import Failed, VideoError
from summarizer.library.export import export_transcript
from summarizer.records import CaptionFormat, Transcript
from summarizer.transcribe.captions.cues import Cue
from summarizer.transcribe.captions.merge import drop_repeated_lines, merge
from summarizer.transcribe.captions.reader import read_captions
from tests.conftest import TALK, make_transcript


def read(tmp_path: Path, text: str | bytes, format: CaptionFormat = "vtt", duration: float | None = None) -> Transcript:
    path = tmp_path / f"x.{format}"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_captions(path, format, video_id="abcdefghijk", language="en-US", kind="human", duration=duration)


def test_all_features_of_webvtt_in_real_files_are_parsed(tmp_path: Path) -> None:
    """Notes, styles, settings, voices, tags, entities, times without hours and times after an hour are parsed."""
    text = (
        "\ufeffWEBVTT - a title\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\nNOTE hidden\r\n\r\n"
        "intro\r\n00:01.500 --> 00:04.000 align:start position:0%\r\n<v Ana Lima>Tom &amp; <c.yellow>Jerry</c>.</v>\r\n\r\n"
        "01:02:03.250 --> 01:02:05.000\r\nLate words.\r\n"
    )
    transcript = read(tmp_path, text)
    assert [segment.text for segment in transcript.segments] == ["Tom & Jerry.", "Late words."]
    assert [segment.start for segment in transcript.segments] == [1.5, 3723.25]
    assert (transcript.segments[0].speaker, transcript.language) == ("Ana Lima", "en")


def test_subrip_without_blank_lines_between_cues_is_parsed(tmp_path: Path) -> None:
    """The number of the next cue does not become text."""
    text = "1\n00:00:01,000 --> 00:00:02,000\nOne.\n2\n00:00:09,000 --> 00:00:10,000\nTwo.\n"
    assert [segment.text for segment in read(tmp_path, text, "srt").segments] == ["One.", "Two."]


def test_json3_reads_words_once(tmp_path: Path) -> None:
    """Events that only append a line break are skipped."""
    events = [
        {"tStartMs": 0, "dDurationMs": 3000, "segs": [{"utf8": "etcd"}, {"utf8": " is"}]},
        {"tStartMs": 1500, "dDurationMs": 1000, "aAppend": 1, "segs": [{"utf8": "\n"}]},
        {"tStartMs": 1600, "dDurationMs": 3000, "segs": [{"utf8": "slow today"}]},
        {"wWinId": 1},
    ]
    transcript = read(tmp_path, json.dumps({"events": events}), "json3")
    assert transcript.text == "etcd is slow today"


def test_ttml_is_parsed_with_both_kinds_of_times(tmp_path: Path) -> None:
    """Times may be clock times, or offsets with a duration."""
    text = (
        '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="00:00:01.000" end="00:00:02.000">One<br/>two.</p>'
        '<p begin="9s" dur="2s">Three.</p></div></body></tt>'
    )
    transcript = read(tmp_path, text, "ttml")
    assert [(segment.start, segment.text) for segment in transcript.segments] == [(1.0, "One two."), (9.0, "Three.")]


def test_an_entity_bomb_is_not_expanded(tmp_path: Path) -> None:
    """TTML with a document type is rejected before it is parsed."""
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><tt><p begin="1s" dur="1s">&b;</p></tt>'
    with pytest.raises(Failed):
        read(tmp_path, bomb, "ttml")


def test_plain_text_is_spread_over_the_duration(tmp_path: Path) -> None:
    """Without timestamps, times are estimated by text length, from 0 to the duration."""
    transcript = read(tmp_path, "One two three four. " * 40, "txt", duration=400.0)
    assert transcript.segments[0].start == 0.0
    assert pytest.approx(400.0, abs=0.01) == transcript.segments[-1].end
    assert len(transcript.text.split()) == 160


def test_timestamps_in_plain_text_are_used(tmp_path: Path) -> None:
    """A line that begins with a time starts a segment at that time."""
    transcript = read(tmp_path, "[00:00:05] Hello there.\n1:02:03 Late words\nand more.\n", "txt", duration=4000.0)
    assert [(s.start, s.text) for s in transcript.segments] == [(5.0, "Hello there."), (3723.0, "Late words and more.")]


def test_sound_markers_are_removed_from_text(tmp_path: Path) -> None:
    """Markers such as "[Music]" are removed; other text in brackets is kept."""
    text = "WEBVTT\n\n00:00.000 --> 00:05.000\n[Music] ♪ Use kubectl (the client). (applause)\n"
    assert read(tmp_path, text).text == "Use kubectl (the client)."


def test_a_track_of_sound_markers_has_no_segments(tmp_path: Path) -> None:
    """Such a track is valid, so it is no error."""
    assert read(tmp_path, "WEBVTT\n\n00:00.000 --> 01:00.000\n[Music]\n").segments == ()


def test_sounds_without_speech_become_spans(tmp_path: Path) -> None:
    """Music before the talk is a span; applause during a sentence is not."""
    text = (
        "WEBVTT\n\n00:00.000 --> 00:05.000\n[Music]\n\n00:05.500 --> 00:09.000\n[Music]\n\n"
        "00:10.000 --> 00:14.000\nHello music lovers. [Applause]\n\n00:12.000 --> 00:13.000\n(applause)\n"
    )
    assert [(span.start, span.end, span.reason) for span in read(tmp_path, text).spans] == [(0.0, 9.0, "sound")]


def test_speakers_come_from_markers(tmp_path: Path) -> None:
    """`>> Name:` starts a turn of that speaker, `>>` alone one of an unknown speaker; a turn lasts until the next."""
    text = (
        "WEBVTT\n\n00:00.000 --> 00:02.000\n>> Ana: Hello.\n\n00:02.000 --> 00:04.000\nand welcome\n\n"
        "00:04.000 --> 00:06.000\n>> Thank you.\n"
    )
    assert [(s.speaker, s.text) for s in read(tmp_path, text).segments] == [
        ("Ana", "Hello. and welcome"),
        (None, "Thank you."),
    ]


@given(
    st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]), min_size=2, max_size=60),
    st.integers(1, 6),
)
def test_roll_up_captions_give_every_word_once_in_order(words: list[str], width: int) -> None:
    """Automatic captions of the site repeat each line in the next cue; the transcript contains it once."""
    lines = [f"{i} " + " ".join(words[i : i + width]) for i in range(0, len(words), width)]

    cues = [Cue(2.0 * i, 2.0 * i + 2, "\n".join(lines[max(0, i - 1) : i + 1])) for i in range(len(lines))]
    assert " ".join(lines) == " ".join(cue.text for cue in drop_repeated_lines(cues))


@given(st.lists(st.tuples(st.floats(0, 5000), st.floats(0, 20), st.text(min_size=1, max_size=20)), max_size=30))
def test_segments_are_in_order_and_numbered(raw: list[tuple[float, float, str]]) -> None:
    """For any cues, ids count from 0, starts do not decrease, and no segment ends before it starts."""
    segments = merge([Cue(start, start + length, text) for start, length, text in sorted(raw)])
    assert list(range(len(segments))) == [segment.id for segment in segments]
    assert all(a.start <= b.start for a, b in pairwise(segments))
    assert all(segment.start <= segment.end for segment in segments)


@pytest.mark.parametrize("format", get_args(CaptionFormat))
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
def test_any_bytes_give_a_transcript_or_a_typed_error(
    tmp_path_factory: pytest.TempPathFactory, format: CaptionFormat, data: bytes
) -> None:
    """No input raises an exception of another type."""
    try:
        transcript = read(tmp_path_factory.mktemp("x"), data, format)
    except VideoError:
        return
    assert all(segment.text for segment in transcript.segments)


@pytest.mark.parametrize("format", ["srt", "vtt"])
def test_exports_can_be_read_back(tmp_path: Path, format: CaptionFormat) -> None:
    """Text and times are the same after export and import."""
    transcript = make_transcript((*TALK, "a --> b & <c>"))
    imported = read(tmp_path, export_transcript(transcript, format), format)  # type: ignore[arg-type]
    assert transcript.text == imported.text
    assert transcript.segments[0].start == imported.segments[0].start


def test_the_json_export_contains_the_complete_record() -> None:
    """The exported JSON can be parsed to an equal record."""
    transcript = make_transcript()
    assert transcript == Transcript.model_validate_json(export_transcript(transcript, "json"))
