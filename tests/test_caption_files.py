"""Caption files as tools write them and people save them: what is kept, and what is said of the rest."""

from __future__ import annotations

import io
import json
import sys
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.digest import describe_notes
from summarizer.errors import Failed
from summarizer.records import CaptionFormat, NoteKind, RecordingNote, Transcript
from summarizer.transcribe.captions import read_captions
from summarizer.transcribe.captions.cues import Cue
from summarizer.transcribe.captions.encoding import decode
from summarizer.transcribe.captions.formats import parse
from summarizer.transcribe.captions.merge import drop_repeated_lines

Lines = list[tuple[float, str | None, str]]


def read(
    tmp_path: Path, data: str | bytes, format: CaptionFormat, duration: float | None = None, language: str = "en"
) -> Transcript:
    path = tmp_path / f"x.{format}"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_captions(path, format, video_id="a" * 11, language=language, kind="human", duration=duration)


def cues(text: str, format: CaptionFormat) -> list[tuple[float, str]]:
    return [(round(cue.start, 3), cue.text.replace("\n", " ")) for cue in parse(text, format, None).cues]


def spoken(transcript: Transcript) -> list[tuple[str | None, str]]:
    return [(segment.speaker, segment.text) for segment in transcript.segments]


def notes(transcript: Transcript) -> dict[NoteKind, RecordingNote]:
    return {note.kind: note for note in transcript.notes}


SRT = "1\n00:00:01,000 --> 00:00:03,000\n{}\n\n2\n00:00:04,000 --> 00:00:06,000\n{}\n"


@pytest.mark.parametrize(
    ("text", "format", "expected"),
    [
        ("1\n00:00:01,0 --> 00:00:03\nOne.\n\nStill one.\n\n2\n00:00:04 --> 00:00:06\nTwo.\n", "srt", [(1, "One. Still one."), (4, "Two.")]),
        ("1\n\n00:00:01,0 --> 00:00:03,0\n\nOne.\n\n\n\n2\n\n00:00:04,0 --> 00:00:06,0\n\nTwo.\n", "srt", [(1, "One."), (4, "Two.")]),
        ("1\r\r\n00:00:01,0 --> 00:00:03,0\r\r\nOne.\r\r\n", "srt", [(1, "One.")]),
        ("a-1\n00:00:01,0 --> 00:00:03,0\nOne.\n\na-2\n00:00:04,0 --> 00:00:06,0\nTwo.\n", "srt", [(1, "One."), (4, "Two.")]),
        ("1\n00:00:01,0 --> 00:00:03,0 X1:40 X2:600\nThe answer is\n42\n\n2\n00:00:04,0 --> 00:00:06,0\nTwo.\n", "srt", [(1, "The answer is 42"), (4, "Two.")]),
        ("1\n00:00:01,0 --> 00:00:03,0 Same line.\n", "srt", [(1, "Same line.")]),
        ("WEBVTT\n\n00:01.000 --> 00:03.000\nOne.\n00:04.000 --> 00:06.000\nTwo.\n", "vtt", [(1, "One."), (4, "Two.")]),
        ("WEBVTT\n\n00:01.000 --> 00:03.000\n\nSpeech below an empty line.\n\n00:04.000 --> 00:06.000\n \nTwo.\n", "vtt", [(1, "Speech below an empty line."), (4, "Two.")]),
        ("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0\n\n7c/12-0\n00:01.000 --> 00:03.000 position:10%,line-left\nOne.\n\nNOTE a\nb\n\n7c/13-0\n00:04.000 --> 00:06.000\nTwo.\n", "vtt", [(1, "One."), (4, "Two.")]),
        ("0:00:01.000,0:00:03.000\nOne.[br]More.\n\n0:00:04.000,0:00:06.000\nTwo.\n", "sbv", [(1, "One. More."), (4, "Two.")]),
        ("WEBVTT\n\n00:01.000 --> 00:03.000\nOne.\n", "srt", [(1, "One.")]),
        ("1\n00:00:01,000 --> 00:00:03,000\nOne.\n", "vtt", [(1, "One.")]),
        ("1\n00:00:01,000 --> 00:00:03,000\nOne.\n", "txt", [(1, "One.")]),
        ("[00:01.00]One.\n[00:04.00]Two.\n", "txt", [(1, "One."), (4, "Two.")]),
        ("[Script Info]\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:01.00,0:00:03.00,D,Ana,0,0,0,,{\\i1}One{\\i0},\\Nmore.\nDialogue: 0,0:00:0x.00,0:00:03.00,D,,0,0,0,,Lost.\n", "ass", [(1, "One, more.")]),
        ('{"segments": [{"start": 1.0, "end": 3.0, "text": " One.", "speaker": "SPEAKER_00"}]}', "json3", [(1, "One.")]),
        ('[{"text": "One.", "start": 1.0, "duration": 2.0}]', "json3", [(1, "One.")]),
    ],
)  # fmt: skip
def test_all_text_of_a_file_is_read(text: str, format: CaptionFormat, expected: list[tuple[float, str]]) -> None:
    """Whatever the tool left out or added: empty lines, numbers, names of cues, times, the right suffix."""
    assert expected == cues(text, format)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Use -n <your-namespace> now.", "Use -n <your-namespace> now."),
        ("Below if a < 3 and b > 5.", "Below if a < 3 and b > 5."),
        ("A List<String>, a Map<K, V> and a <V>.", "A List<String>, a Map<K, V> and a <V>."),
        ('<i>All</i> <b>of</b> <font color="#fff">it</font> <c.red>is</c> <00:00:01.500>text.', "All of it is text."),
        ("{\\an8}{\\c&H00FFFF&}Text with {braces}.", "Text with {braces}."),
        ("It&#39;s a&nbsp;pod &amp; more.", "It's a pod & more."),
        ("\u200bInvisible\u200e marks.", "Invisible marks."),
    ],
)
def test_markup_goes_and_code_stays(text: str, expected: str) -> None:
    """Only tags of caption formats are removed."""
    assert cues(SRT.format(text, "Two."), "srt")[0][1] == expected


@pytest.mark.parametrize(
    ("begin", "attributes", "expected"),
    [
        ("00:00:02:15", 'ttp:frameRate="30"', 2.5),
        ("25f", 'ttp:frameRate="25"', 1.0),
        ("25000000t", 'ttp:tickRate="10000000"', 2.5),
        ("24f", 'ttp:frameRate="24" ttp:frameRateMultiplier="1000 1001"', 1.001),
        ("1500ms", "", 1.5),
        ("1.5h", "", 5400.0),
        ("2m", "", 120.0),
        ("00:00:04", "", 4.0),
    ],
)
def test_every_time_of_ttml_is_read(begin: str, attributes: str, expected: float) -> None:
    """Frames, ticks and all units."""
    text = f'<tt xmlns:ttp="http://www.w3.org/ns/ttml#parameter" {attributes}><body><div><p begin="{begin}">One.</p></div></body></tt>'
    assert cues(text, "ttml") == [(expected, "One.")]


def test_times_of_ttml_count_from_the_elements_around() -> None:
    """The begins of body, div and paragraph are added; children of a sequence follow one another."""
    text = (
        '<tt><head><metadata><title>no</title></metadata></head><body begin="10s"><div begin="5s"><p begin="1s" dur="2s">One &lt;x&gt;.'
        '<metadata>no</metadata></p></div><div timeContainer="seq"><p dur="2s">Two.</p><p dur="3s">Three.</p></div></body></tt>'
    )
    assert cues(text, "ttml") == [(16, "One <x>."), (10, "Two."), (12, "Three.")]


def test_agents_of_ttml_are_speakers(tmp_path: Path) -> None:
    """Each word keeps the agent of the element around it."""
    text = (
        '<tt xmlns:ttm="x"><head><metadata><ttm:agent xml:id="a"><ttm:name>Ana Lima</ttm:name></ttm:agent>'
        '<ttm:agent xml:id="b"><ttm:name>Ben</ttm:name></ttm:agent></metadata></head><body><div>'
        '<p begin="1s" end="3s" ttm:agent="a">Yes. <span ttm:agent="b">No.</span></p></div></body></tt>'
    )
    assert spoken(read(tmp_path, text, "ttml")) == [("Ana Lima", "Yes."), ("Ben", "No.")]


def test_a_cut_off_file_is_read_up_to_the_cut(tmp_path: Path) -> None:
    """The bytes behind it are counted."""
    text = '<tt><body><p begin="1s" end="2s">One.</p><p begin="3s" end="4s">Two.</p><p begin="5s" en'
    transcript = read(tmp_path, text, "ttml")
    assert transcript.text == "One. Two."
    assert notes(transcript)["unread_bytes"].count > 0


def test_older_xml_of_youtube_is_read() -> None:
    """srv1 has seconds and escapes its text twice; srv3 has milliseconds and words."""
    assert cues('<transcript><text start="1.5" dur="2">it&amp;#39;s</text></transcript>', "srv1") == [(1.5, "it's")]
    assert cues('<timedtext><body><p t="1500" d="9"><s>one</s><s t="2"> two</s></p></body></timedtext>', "srv3") == [(1.5, "one two")]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Intro\n0:00\nwelcome all\n0:15\nI am Ana\n0:30\nwe begin\n0:45\nwith pods\nPart two\n1:02\nthe end", [(0, None, "welcome all"), (15, None, "I am Ana"), (30, None, "we begin"), (45, None, "with pods"), (62, None, "the end")]),
        ("0:05\n5 seconds\nwelcome all\n1:02\n1 minute, 2 seconds\nthe end", [(5, None, "welcome all"), (62, None, "the end")]),
        ("0:05\twelcome all\n1:02\tthe end", [(5, None, "welcome all"), (62, None, "the end")]),
        ("[00:00:07 - 00:00:10] one\n[00:00:20 - 00:00:26] two", [(7, None, "one"), (20, None, "two")]),
        ("Detected language: English\n[00:07.000 --> 00:10.000]  One.\n[00:20.000 --> 00:26.000]  Two.", [(7, None, "One."), (20, None, "Two.")]),
        ("Ana Lima  0:05\nGood morning.\nAll of you.\n\nBen Okoro  1:02\nHello.", [(5, "Ana Lima", "Good morning. All of you."), (62, "Ben Okoro", "Hello.")]),
        ("Speaker 1 (00:05):\nGood morning.\n\nSpeaker 2 (01:02):\nHello.", [(5, "Speaker 1", "Good morning."), (62, "Speaker 2", "Hello.")]),
        ("14:00:05 From Ana Lima to Everyone: Hello.\n14:00:25 From Ben Okoro to Everyone:\n\tYes.", [(0, "Ana Lima", "Hello."), (20, "Ben Okoro", "Yes.")]),
        ("[Ana Lima] 14:00:05\nHello.\n\n[Ben Okoro] 14:00:25\nYes.", [(0, "Ana Lima", "Hello."), (20, "Ben Okoro", "Yes.")]),
        ("[00:05] Ana: Hello.\n[00:20] Ben: Yes.\n[00:30] Ana: No.\n[00:40] Ben: Why?", [(5, "Ana", "Hello."), (20, "Ben", "Yes."), (30, "Ana", "No."), (40, "Ben", "Why?")]),
    ],
)  # fmt: skip
def test_pasted_transcripts_have_their_times_and_speakers(tmp_path: Path, text: str, expected: Lines) -> None:
    """YouTube's pane, Otter, Whisper's console, Rev, Zoom: stamps and headings are no words."""
    transcript = read(tmp_path, text, "txt")
    assert expected == [(segment.start, segment.speaker, segment.text) for segment in transcript.segments]


def test_times_in_prose_are_words(tmp_path: Path) -> None:
    """A text that mentions times loses nothing and gets estimated ones."""
    text = "We begin now.\n" * 12 + "10:30 is when we met.\n11:45 is when we left.\n"
    transcript = read(tmp_path, text, "txt")
    assert transcript.text.split() == text.split()
    assert list(notes(transcript)) == ["times_estimated"]


TEXT = "Zoë and José présentent “Größe” – £40."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_the_encoding_of_a_file_is_found(tmp_path: Path, encoding: str) -> None:
    """With a byte order mark or without one."""
    assert read(tmp_path, SRT.format(TEXT, "Two.").encode(encoding), "srt").text.startswith(TEXT)


@pytest.mark.parametrize(
    ("language", "encoding", "text"),
    [
        ("ru", "cp1251", "Сегодня мы говорим о том, как работают наши серверы."),
        ("ja", "cp932", "こんにちは、今日はクラスタの話をします。"),
        ("zh", "gb18030", "大家好，今天我们谈谈集群是怎么工作的。"),
        ("pl", "cp1250", "Dziś mówimy o żółwiach, które są świetne."),
        ("tr", "cp1254", "Bugün çok güzel şeyler öğreneceğiz."),
    ],
)
def test_the_language_decides_between_plausible_encodings(language: str, encoding: str, text: str) -> None:
    """The detector alone takes the first of equals."""
    assert decode(SRT.format(text, text).encode(encoding), language).text == SRT.format(text, text)


def test_a_file_in_no_encoding_is_refused(tmp_path: Path) -> None:
    """Rather than read as random characters."""
    with pytest.raises(Failed) as failed:
        read(tmp_path, bytes(range(256)) * 20, "srt")
    assert failed.value.code == "unknown_encoding"


def test_damaged_characters_are_counted_and_never_shown(tmp_path: Path) -> None:
    """A stray byte in UTF-8, and a character that another tool has replaced already."""
    data = SRT.format("ä" * 50 + "X", "lost: \ufffd").encode().replace(b"X", b"\xe9 fine")
    transcript = read(tmp_path, data, "srt")
    assert "\ufffd" not in transcript.text
    assert "fine" in transcript.text
    assert notes(transcript)["unread_bytes"].count == 2


def test_a_cue_with_unreadable_times_keeps_its_text(tmp_path: Path) -> None:
    """It is placed between its neighbours, counted, and named on the page."""
    text = (
        "1\n00:00:01,0 --> 00:00:03,0\nOne.\n\n2\n00:0x:04 --> 00:00:06\nTwo.\n\n3\n00:00:08,0 --> 00:00:09,0\nThree.\n"
    )
    transcript = read(tmp_path, text, "srt")
    assert transcript.text == "One. Two. Three."
    assert describe_notes(transcript) == ("Captions with unreadable times: 1 of 3, placed between their neighbours.",)


def test_few_unread_lines_are_for_explain_only() -> None:
    """Up to one in a hundred is not on the page; more is."""
    few, many = (RecordingNote(kind="unread_lines", count=count, total=100, example="Intro") for count in (1, 2))
    assert (few.minor, many.minor) == (True, False)
    transcript = Transcript.model_construct(notes=(few,))
    assert describe_notes(transcript) == ()
    assert describe_notes(transcript, minor=True) == (
        "Lines of the captions that could not be read: 1 of 100. (Intro)",
    )


def numbered(*starts: float, speaker: str = "") -> str:
    parts = (
        f"{s // 60:02.0f}:{s % 60:06.3f} --> {s // 60:02.0f}:{s % 60 + 4:06.3f}\n{speaker}w{i}.\n"
        for i, s in enumerate(starts)
    )
    return "\n".join(parts)


def test_times_that_restart_are_placed_after_one_another(tmp_path: Path) -> None:
    """Two joined files keep their order, and the page says so."""
    text = "WEBVTT\n\n" + numbered(0, 20, 40, 60) + "\n" + numbered(0, 20, 40)
    transcript = read(tmp_path, text, "vtt", duration=120.0)
    assert [segment.start for segment in transcript.segments] == [0, 20, 40, 60, 64, 84, 104]
    assert list(notes(transcript)) == ["times_restart"]


def test_tracks_of_several_speakers_are_sorted_by_time(tmp_path: Path) -> None:
    """Parts that together are longer than the video are each of the whole video."""
    text = "WEBVTT\n\n" + numbered(0, 20, 40, 60) + "\n" + numbered(10, 30, 50)
    transcript = read(tmp_path, text, "vtt", duration=65.0)
    assert [segment.start for segment in transcript.segments] == [0, 10, 20, 30, 40, 50, 60]
    assert list(notes(transcript)) == ["times_sorted"]


def test_equal_times_are_replaced_by_estimates(tmp_path: Path) -> None:
    """A file in which all times are zero keeps its words in order."""
    text = "WEBVTT\n\n" + "\n".join("00:00.000 --> 00:00.000\nSome words here.\n" for _ in range(4))
    transcript = read(tmp_path, text, "vtt", duration=100.0)
    assert (transcript.text.count("words"), transcript.segments[-1].end) == (4, 100.0)
    assert list(notes(transcript)) == ["times_equal"]


def test_cues_that_run_backwards_are_counted(tmp_path: Path) -> None:
    """They are sorted, and an end before the begin is moved."""
    transcript = read(tmp_path, "WEBVTT\n\n" + numbered(0, 20, 15, 40) + "\n00:50.000 --> 00:48.000\nEnd.\n", "vtt")
    assert transcript.text == "w0. w2. w1. w3. End."
    assert (notes(transcript)["times_backwards"].count, notes(transcript)["times_backwards"].total) == (2, 5)


def test_a_programme_that_begins_at_ten_hours_begins_at_zero(tmp_path: Path) -> None:
    """Tapes begin at a whole hour; only a video that is shorter shows it."""
    text = "1\n10:00:01,0 --> 10:00:03,0\nOne.\n\n2\n10:00:14,0 --> 10:00:16,0\nTwo.\n"
    assert [segment.start for segment in read(tmp_path, text, "srt", duration=20.0).segments] == [1, 14]
    assert [segment.start for segment in read(tmp_path, text, "srt").segments] == [36001, 36014]


def test_each_word_keeps_its_voice(tmp_path: Path) -> None:
    """Several voices in a cue, voices that are not closed, and equal words by two people."""
    text = (
        "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ana Lima>Shall we?</v>\n<v.loud Ben Okoro>Yes.</v>\n\n"
        "00:03.000 --> 00:05.000\n<v Cleo>Yes.\n<v Dan>Yes.\n\n00:05.000 --> 00:06.000\nWho is that?\n"
    )
    assert spoken(read(tmp_path, text, "vtt")) == [
        ("Ana Lima", "Shall we?"), ("Ben Okoro", "Yes."), ("Cleo", "Yes."), ("Dan", "Yes."), (None, "Who is that?"),
    ]  # fmt: skip


def test_words_that_are_said_twice_are_kept(tmp_path: Path) -> None:
    """Only where captions roll is a repeated line the same one."""
    text = "WEBVTT\n\n" + "\n".join(f"00:0{i}.000 --> 00:0{i + 1}.000\nNo.\n" for i in range(3))
    assert read(tmp_path, text, "vtt").text == "No. No. No."


def zoom(*lines: str) -> str:
    parts = (f"{i}\n00:00:{i:02}.000 --> 00:00:{i + 1:02}.000\n{line}\n" for i, line in enumerate(lines))
    return "WEBVTT\n\n" + "\n".join(parts)


def test_labels_of_zoom_are_speakers_whatever_their_form(tmp_path: Path) -> None:
    """Pronouns, lower case, other scripts, rooms, and a label that stands once."""
    text = zoom(
        "Ana Lima (she/her): Good morning.", "ben okoro: The gateway was down.", "Zoom user 2: Was it?",
        "李明: I can review it.", "О. Петров: Good.", "O'Brien, Seán: One question: who?", "Conference Room 4B | Berlin: We agree.",
    )  # fmt: skip
    assert spoken(read(tmp_path, text, "vtt")) == [
        ("Ana Lima", "Good morning."), ("ben okoro", "The gateway was down."), ("Zoom user 2", "Was it?"),
        ("李明", "I can review it."), ("О. Петров", "Good."), ("O'Brien, Seán", "One question: who?"),
        ("Conference Room 4B | Berlin", "We agree."),
    ]  # fmt: skip


def test_a_label_that_stands_once_counts_where_others_are_repeated(tmp_path: Path) -> None:
    """Otherwise words before a colon are text."""
    text = zoom(
        "Ana Lima: One.",
        "and more",
        "Ana Lima: Two.",
        "then",
        "Priya Nair: Three.",
        "The point is: four.",
        "ok",
        "Note: five.",
    )
    assert [speaker for speaker, _ in spoken(read(tmp_path, text, "vtt"))] == ["Ana Lima", "Priya Nair"]
    assert read(tmp_path, zoom("Key Point: one.", "two", "three"), "vtt").text == "Key Point: one. two three"


def test_labels_of_whisperx_are_speakers(tmp_path: Path) -> None:
    """They stand in brackets."""
    many = zoom("[SPEAKER_00]: One.", "[SPEAKER_01]: Two.", "[SPEAKER_00]: Three.")
    assert [speaker for speaker, _ in spoken(read(tmp_path, many, "vtt"))] == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]


def word_file(paragraphs: list[str]) -> bytes:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "paragraphs",
    [
        ["Weekly sync", "Ana Lima   0:05\nGood morning.", "Ben Okoro   0:20\nHello."],
        ["0:0:5.0 --> 0:0:8.250\nAna Lima\nGood morning.", "0:0:20.0 --> 0:0:28.250\nBen Okoro\nHello."],
    ],
)
def test_word_files_of_teams_are_read(tmp_path: Path, paragraphs: list[str]) -> None:
    """The newer export and the older one."""
    transcript = read(tmp_path, word_file(paragraphs), "docx")
    assert [(s.start, s.speaker, s.text) for s in transcript.segments] == [
        (5, "Ana Lima", "Good morning."),
        (20, "Ben Okoro", "Hello."),
    ]


def test_a_word_file_without_its_package_has_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is optional."""
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(Failed) as failed:
        read(tmp_path, b"PK", "docx")
    assert (failed.value.code, "[docx]" in failed.value.remedy) == ("missing_package", True)


WORDS = st.lists(
    st.sampled_from(["etcd", "<namespace>", "a<b", "List<T>", "x > y", "{id}", "42", "Größe", "李明", "C:\\New", "&", "-->", "no."]),
    min_size=1,
    max_size=8,
).map(" ".join)  # fmt: skip


@given(st.lists(WORDS, min_size=1, max_size=12), st.sampled_from(["vtt", "srt", "sbv", "ttml", "json3"]))
def test_all_words_of_a_well_formed_file_are_kept(texts: list[str], format: CaptionFormat) -> None:
    """In their order and with their times, in every format, whatever is in them."""
    texts = [f"w{i} {text}" for i, text in enumerate(texts)]
    times = [(2 * i + 1, 2 * i + 2) for i in range(len(texts))]
    rows = list(zip(times, texts, strict=True))
    if format == "json3":
        events = [{"tStartMs": a * 1000, "dDurationMs": 1000, "segs": [{"utf8": text}]} for (a, _), text in rows]
        file = json.dumps({"events": events})
    elif format == "ttml":
        file = (
            "<tt><body>"
            + "".join(f'<p begin="{a}s" end="{b}s">{escape(text)}</p>' for (a, b), text in rows)
            + "</body></tt>"
        )
    elif format == "sbv":
        file = "\n".join(f"0:00:{a:02}.000,0:00:{b:02}.000\n{escape(text)}\n" for (a, b), text in rows)
    else:
        head = "WEBVTT\n\n" if format == "vtt" else ""
        file = head + "\n".join(
            f"{i}\n00:00:{a:02}.000 --> 00:00:{b:02}.000\n{escape(text)}\n" for i, ((a, b), text) in enumerate(rows, 1)
        )
    assert [(a, text) for (a, _), text in rows] == cues(file, format)


def test_rolling_captions_keep_equal_words_of_another_speaker() -> None:
    """A line is still on the screen only if the same person said it."""
    rolling = [
        Cue(0, 1, "One.", "Ana"),
        Cue(1, 2, "One.\nTwo.", "Ana"),
        Cue(2, 3, "Two.", "Ben"),
        Cue(3, 4, "Two.", "Ben"),
    ]
    assert [(cue.speaker, cue.text) for cue in drop_repeated_lines(rolling)] == [
        ("Ana", "One."),
        ("Ana", "Two."),
        ("Ben", "Two."),
    ]
