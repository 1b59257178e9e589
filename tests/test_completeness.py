from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from summarizer.audio import completeness
from summarizer.errors import Failed
from tests.media import cut_anew, measure, write_audio, write_video

SECONDS = 8.0
KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "opus": (".opus", {}),
    "webm": (".webm", {}),
    "webm without a duration": (".webm", {"live": "1"}),
    "m4a": (".m4a", {}),
    "m4a, index first": (".m4a", {"movflags": "faststart"}),
    "m4a in fragments": (".m4a", {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "500000"}),
    "m4a in fragments with an index": (
        ".m4a",
        {"movflags": "frag_keyframe+empty_moov+default_base_moof+global_sidx", "frag_duration": "500000"},
    ),
    "mp3": (".mp3", {}),
    "mp3 without a Xing header": (".mp3", {"write_xing": "0", "id3v2_version": "0"}),
    "mp3 with tags behind": (".mp3", {"write_id3v1": "1"}),
    "flac": (".flac", {}),
    "wav": (".wav", {}),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One file of eight seconds of every kind."""
    folder = tmp_path_factory.mktemp("whole")
    return {
        kind: write_audio(folder / f"{number}{suffix}", SECONDS, options=options)
        for number, (kind, (suffix, options)) in enumerate(KINDS.items())
    }


def judge(path: Path, declared: float | None = None) -> float:
    """Seconds of sound of a file that is accepted; `Failed` or PyAV's error otherwise."""
    container, decoded = measure(path)
    completeness.check_complete(path, decoded, declared=declared, container=container)
    return decoded


def cut(file: Path, share: float, folder: Path) -> Path:
    """The first `share` of a file's bytes, as a file of its own."""
    data = file.read_bytes()
    path = folder / f"cut{file.suffix}"
    path.write_bytes(data[: int(len(data) * share)])
    return path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("declared", [None, SECONDS])
def test_a_whole_file_is_accepted(whole: dict[str, Path], kind: str, declared: float | None) -> None:
    """Whether or not a site declares its duration."""
    assert judge(whole[kind], declared) == pytest.approx(SECONDS, abs=0.2)


@pytest.mark.parametrize("kind", KINDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(share=st.floats(0.02, 0.999))
def test_every_cut_of_a_second_is_found_at_any_byte(
    whole: dict[str, Path], tmp_path: Path, kind: str, share: float
) -> None:
    """Nothing is declared: what is accepted misses less than a second, or was cut exactly between two frames."""
    path = cut(whole[kind], share, tmp_path)
    try:
        decoded = judge(path)
    except (Failed, av.FFmpegError, IndexError):
        return
    promised = KINDS[kind][0] in {".flac", ".wav", ".opus"} or kind in {"webm", "m4a", "m4a, index first", "mp3"}
    assert decoded > SECONDS - 1.0 or (not promised and completeness.read_structure(path).fault == "")


@pytest.mark.parametrize("kind", KINDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(share=st.floats(0.02, 0.999))
def test_every_cut_of_a_second_is_found_with_a_declared_duration(
    whole: dict[str, Path], tmp_path: Path, kind: str, share: float
) -> None:
    """The site's duration leaves no exception."""
    path = cut(whole[kind], share, tmp_path)
    try:
        decoded = judge(path, SECONDS)
    except (Failed, av.FFmpegError, IndexError):
        return
    assert decoded > SECONDS - 1.01


@pytest.mark.parametrize("kind", ["opus", "webm", "m4a", "mp3", "flac", "wav"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(seconds=st.floats(0.5, SECONDS - 1.1))
def test_a_file_cut_and_written_anew_is_found_by_the_declared_duration(
    whole: dict[str, Path], tmp_path: Path, kind: str, seconds: float
) -> None:
    """Nothing else can know: without it the shorter file is simply a shorter file."""
    path = cut_anew(whole[kind], tmp_path / f"new{whole[kind].suffix}", seconds)
    with pytest.raises(Failed) as error:
        judge(path, SECONDS)
    assert error.value.code == "truncated_media"


def test_unfinished_bytes_are_named(whole: dict[str, Path], tmp_path: Path) -> None:
    """The reason says what the file's end looks like."""
    reasons = {}
    for kind in ("opus", "webm without a duration", "m4a in fragments", "mp3 without a Xing header"):
        data = whole[kind].read_bytes()
        path = tmp_path / f"cut{whole[kind].suffix}"
        path.write_bytes(data[: len(data) * 6 // 10 + 1])
        reasons[kind] = completeness.read_structure(path).fault
    assert "the last Ogg page is incomplete" in reasons["opus"]
    assert "WebM element" in reasons["webm without a duration"]
    assert "MP4 box" in reasons["m4a in fragments"]
    assert "last MP3 frame runs" in reasons["mp3 without a Xing header"]


@pytest.mark.parametrize(
    ("kind", "fault"), [("opus", "missing or repeated"), ("webm without a duration", "back in time")]
)
def test_repeated_pieces_are_found(whole: dict[str, Path], tmp_path: Path, kind: str, fault: str) -> None:
    """Pages count, and clusters have a time."""
    data = whole[kind].read_bytes()
    mark = b"OggS" if kind == "opus" else b"\x1f\x43\xb6\x75"
    places = [i for i in range(len(data)) if data.startswith(mark, i)]
    piece = data[places[-2] : places[-1]]
    path = tmp_path / f"x{whole[kind].suffix}"
    path.write_bytes(data[: places[-2]] + piece + piece + piece + data[places[-1] :])
    if kind != "opus":
        piece = data[places[0] : places[1]]
        path.write_bytes(data + piece)
    assert fault in completeness.read_structure(path).fault


def test_a_file_without_any_sound_is_refused(whole: dict[str, Path]) -> None:
    """Whatever its header says."""
    with pytest.raises(Failed) as error:
        completeness.check_complete(whole["m4a"], 0.0, declared=None, container=None)
    assert error.value.code == "no_audio"


def test_damage_in_the_middle_of_an_mp3_shows_in_the_count_of_frames(whole: dict[str, Path], tmp_path: Path) -> None:
    """Frames that the decoder left out are missing against those that are there."""
    counted = completeness.read_structure(whole["mp3 without a Xing header"]).seconds
    assert counted == pytest.approx(SECONDS, abs=0.15)
    with pytest.raises(Failed, match=r"ends at 5\.0 s; the container says 8\.\d s"):
        completeness.check_complete(whole["mp3 without a Xing header"], 5.0, declared=None, container=None)


def test_an_estimate_is_not_taken_for_a_promise(whole: dict[str, Path]) -> None:
    """A demuxer guesses the length of an MP3 from its bit rate; the guess refuses nothing."""
    estimated, promised = whole["mp3 without a Xing header"], whole["m4a"]
    assert not completeness.read_structure(estimated).states_duration
    completeness.check_complete(estimated, SECONDS, declared=None, container=60.0)
    with pytest.raises(Failed, match="the container says 60"):
        completeness.check_complete(promised, SECONDS, declared=None, container=60.0)


def test_more_sound_than_promised_is_refused(whole: dict[str, Path]) -> None:
    """Two files in one, or times that make no sense."""
    with pytest.raises(Failed) as error:
        completeness.check_complete(whole["m4a"], 12.0, declared=None, container=SECONDS)
    assert error.value.code == "wrong_length"


def test_a_video_may_be_longer_than_its_sound(tmp_path: Path) -> None:
    """One percent, where pictures may go on; a long recording's sound alone must be there to the second."""
    path = write_video(tmp_path / "x.mp4", 3.0)
    completeness.check_complete(path, 3580.0, declared=None, container=3600.0, other_streams=True)
    with pytest.raises(Failed):
        completeness.check_complete(path, 3580.0, declared=None, container=3600.0)


@given(
    st.binary(min_size=16, max_size=400),
    st.sampled_from([b"OggS", b"\0\0\0\x10ftyp", b"\x1a\x45\xdf\xa3", b"ID3", b"\xff\xfb\x90\0"]),
)
def test_no_bytes_break_the_walkers(tmp_path_factory: pytest.TempPathFactory, data: bytes, head: bytes) -> None:
    """Garbage behind a known beginning is looked at without an error, and soon."""
    path = tmp_path_factory.mktemp("x") / "x"
    path.write_bytes(head + data)
    assert isinstance(completeness.read_structure(path), completeness.Structure)


def test_damaged_files_neither_end_the_run_nor_pass_as_whole() -> None:
    """Four dozen files of the fuzz benchmark, with its seed: each gets a verdict, and none that is short is accepted."""
    script = Path(__file__).parent.parent / "benchmarks" / "fuzz_media.py"
    done = subprocess.run(
        [sys.executable, str(script), "--files", "48", "--seed", "7"], capture_output=True, text=True, check=True
    )
    groups = re.findall(
        r"^(nothing|duration) declared: (.*)\n  accepted and not whole: (\d+) too short", done.stdout, re.M
    )
    assert [(name, sum(map(int, re.findall(r"\d+", verdicts))), short) for name, verdicts, short in groups] == [
        ("nothing", 48, "0"),
        ("duration", 48, "0"),
    ]
