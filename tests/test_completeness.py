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
from tests.media import measure, rewrite_start, write_audio, write_video

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
    "mp3 with tags at the end": (".mp3", {"write_id3v1": "1"}),
    "flac": (".flac", {}),
    "wav": (".wav", {}),
}


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A complete file of eight seconds of every kind."""
    folder = tmp_path_factory.mktemp("complete")
    return {
        kind: write_audio(folder / f"{number}{suffix}", SECONDS, options=options)
        for number, (kind, (suffix, options)) in enumerate(KINDS.items())
    }


def check(path: Path, declared: float | None = None) -> float:
    """Return the duration of the audio in an accepted file; raises `Failed` or PyAV's error otherwise."""
    container, decoded = measure(path)
    completeness.check_complete(path, decoded, declared=declared, container=container)
    return decoded


def truncate(file: Path, share: float, folder: Path) -> Path:
    """Write the first `share` of the bytes of a file to a new file."""
    data = file.read_bytes()
    path = folder / f"truncated{file.suffix}"
    path.write_bytes(data[: int(len(data) * share)])
    return path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("declared", [None, SECONDS])
def test_a_complete_file_is_accepted(complete: dict[str, Path], kind: str, declared: float | None) -> None:
    """This holds with and without a declared duration."""
    assert check(complete[kind], declared) == pytest.approx(SECONDS, abs=0.2)


@pytest.mark.parametrize("kind", KINDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(share=st.floats(0.02, 0.999))
def test_a_truncation_by_a_second_is_detected_at_any_byte(
    complete: dict[str, Path], tmp_path: Path, kind: str, share: float
) -> None:
    """Without a declared duration, accepted files lack under a second or were truncated between two frames."""
    path = truncate(complete[kind], share, tmp_path)
    try:
        decoded = check(path)
    except (Failed, av.FFmpegError, IndexError):
        return
    stated = KINDS[kind][0] in {".flac", ".wav", ".opus"} or kind in {"webm", "m4a", "m4a, index first", "mp3"}
    assert decoded > SECONDS - 1.0 or (not stated and completeness.read_structure(path).fault == "")


@pytest.mark.parametrize("kind", KINDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(share=st.floats(0.02, 0.999))
def test_every_truncation_by_a_second_is_detected_with_a_declared_duration(
    complete: dict[str, Path], tmp_path: Path, kind: str, share: float
) -> None:
    """With a declared duration, there is no exception."""
    path = truncate(complete[kind], share, tmp_path)
    try:
        decoded = check(path, SECONDS)
    except (Failed, av.FFmpegError, IndexError):
        return
    assert decoded > SECONDS - 1.01


@pytest.mark.parametrize("kind", ["opus", "webm", "m4a", "mp3", "flac", "wav"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(seconds=st.floats(0.5, SECONDS - 1.1))
def test_a_truncated_and_rewritten_file_is_detected_by_the_declared_duration(
    complete: dict[str, Path], tmp_path: Path, kind: str, seconds: float
) -> None:
    """Only the declared duration can show this, because the rewritten file is a valid shorter file."""
    path = rewrite_start(complete[kind], tmp_path / f"new{complete[kind].suffix}", seconds)
    with pytest.raises(Failed) as error:
        check(path, SECONDS)
    assert error.value.code == "truncated_media"


def test_the_fault_describes_the_incomplete_structure(complete: dict[str, Path], tmp_path: Path) -> None:
    """Each container has its own description of an incomplete end."""
    faults = {}
    for kind in ("opus", "webm without a duration", "m4a in fragments", "mp3 without a Xing header"):
        data = complete[kind].read_bytes()
        path = tmp_path / f"truncated{complete[kind].suffix}"
        path.write_bytes(data[: len(data) * 6 // 10 + 1])
        faults[kind] = completeness.read_structure(path).fault
    assert "the last Ogg page is incomplete" in faults["opus"]
    assert "WebM element" in faults["webm without a duration"]
    assert "MP4 box" in faults["m4a in fragments"]
    assert "last MP3 frame runs" in faults["mp3 without a Xing header"]


@pytest.mark.parametrize(
    ("kind", "fault"), [("opus", "missing or repeated"), ("webm without a duration", "clusters decrease")]
)
def test_repeated_pieces_are_detected(complete: dict[str, Path], tmp_path: Path, kind: str, fault: str) -> None:
    """Ogg pages have numbers, and WebM clusters have timestamps."""
    data = complete[kind].read_bytes()
    mark = b"OggS" if kind == "opus" else b"\x1f\x43\xb6\x75"
    positions = [i for i in range(len(data)) if data.startswith(mark, i)]
    piece = data[positions[-2] : positions[-1]]
    path = tmp_path / f"x{complete[kind].suffix}"
    path.write_bytes(data[: positions[-2]] + piece + piece + piece + data[positions[-1] :])
    if kind != "opus":
        piece = data[positions[0] : positions[1]]
        path.write_bytes(data + piece)
    assert fault in completeness.read_structure(path).fault


def test_a_file_without_audio_is_an_error(complete: dict[str, Path]) -> None:
    """The header of the file does not matter."""
    with pytest.raises(Failed) as error:
        completeness.check_complete(complete["m4a"], 0.0, declared=None, container=None)
    assert error.value.code == "no_audio"


def test_damage_in_an_mp3_is_detected_by_counting_frames(complete: dict[str, Path], tmp_path: Path) -> None:
    """The decoded audio is shorter than the frames in the file."""
    counted = completeness.read_structure(complete["mp3 without a Xing header"]).seconds
    assert counted == pytest.approx(SECONDS, abs=0.15)
    with pytest.raises(Failed, match=r"ends at 5\.0 s; the container states 8\.\d s"):
        completeness.check_complete(complete["mp3 without a Xing header"], 5.0, declared=None, container=None)


def test_an_estimated_duration_is_not_compared(complete: dict[str, Path]) -> None:
    """A demuxer estimates the duration of an MP3 from its bit rate; an incorrect estimate is no error."""
    estimated, stated = complete["mp3 without a Xing header"], complete["m4a"]
    assert not completeness.read_structure(estimated).states_duration
    completeness.check_complete(estimated, SECONDS, declared=None, container=60.0)
    with pytest.raises(Failed, match="the container states 60"):
        completeness.check_complete(stated, SECONDS, declared=None, container=60.0)


def test_more_audio_than_the_container_states_is_an_error(complete: dict[str, Path]) -> None:
    """This happens with two files in one, or with invalid timestamps."""
    with pytest.raises(Failed) as error:
        completeness.check_complete(complete["m4a"], 12.0, declared=None, container=SECONDS)
    assert error.value.code == "wrong_length"


def test_a_video_may_be_longer_than_its_audio(tmp_path: Path) -> None:
    """With other streams, 1 % of the duration may be missing; without them, one second."""
    path = write_video(tmp_path / "x.mp4", 3.0)
    completeness.check_complete(path, 3580.0, declared=None, container=3600.0, other_streams=True)
    with pytest.raises(Failed):
        completeness.check_complete(path, 3580.0, declared=None, container=3600.0)


@given(
    st.binary(min_size=16, max_size=400),
    st.sampled_from([b"OggS", b"\0\0\0\x10ftyp", b"\x1a\x45\xdf\xa3", b"ID3", b"\xff\xfb\x90\0"]),
)
def test_any_bytes_can_be_read(tmp_path_factory: pytest.TempPathFactory, data: bytes, head: bytes) -> None:
    """Invalid data after the signature of a container raises no exception."""
    path = tmp_path_factory.mktemp("x") / "x"
    path.write_bytes(head + data)
    assert isinstance(completeness.read_structure(path), completeness.Structure)


def test_damaged_files_get_a_verdict_and_short_ones_are_not_accepted() -> None:
    """Each of 48 files of the fuzz benchmark has a result; with a declared duration, no accepted file is too short."""
    script = Path(__file__).parent.parent / "benchmarks" / "fuzz_media.py"
    done = subprocess.run(
        [sys.executable, str(script), "--files", "48", "--seed", "7"], capture_output=True, text=True, check=True
    )
    groups = re.findall(
        r"^(nothing|duration) declared: (.*)\n  accepted with a wrong duration: (\d+) too short", done.stdout, re.M
    )
    results = {name: (sum(map(int, re.findall(r"\d+", verdicts))), int(short)) for name, verdicts, short in groups}
    assert results["duration"] == (48, 0)
    assert results["nothing"][0] == 48
    assert "decoder" not in done.stdout
