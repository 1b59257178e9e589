from __future__ import annotations

import ast
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from summarizer.audio import container_duration, decode, decoder, extract, probe, stream
from summarizer.errors import Failed
from tests.media import write_audio, write_video

PACKAGE = Path(__file__).parent.parent / "summarizer"
OPENERS: dict[str, Callable[[Path], object]] = {
    "stream": lambda path: list(stream(path)),
    "probe": probe,
    "container_duration": container_duration,
    "extract": lambda path: extract(path, path.with_name("audio.mka")),
}


def imports(node: ast.AST) -> list[str]:
    """The top-level packages of the absolute imports in a piece of code: `a` for `a.b`."""
    modules = [alias.name for n in ast.walk(node) if isinstance(n, ast.Import) for alias in n.names]
    modules += [n.module or "" for n in ast.walk(node) if isinstance(n, ast.ImportFrom) and not n.level]
    return [name.partition(".")[0] for name in modules]


def test_only_the_decoder_imports_pyav() -> None:
    """No other module of the package can open a media file."""
    importers = [
        str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.glob("**/*.py"))
        if "av" in imports(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert importers == [str(Path("audio") / "decoder.py")]


def test_the_decoder_imports_the_standard_library_and_pyav_only() -> None:
    """PyAV is imported in functions, after the limits are set."""
    tree = ast.parse((PACKAGE / "audio" / "decoder.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    inside = {name for function in functions for name in imports(function)}
    at_top = set(imports(tree)) - inside
    assert inside == {"av", "resource"}
    assert at_top - set(sys.stdlib_module_names) == {"summarizer", "stereo"}  # the module beside it, in either form
    beside = ast.parse((PACKAGE / "audio" / "stereo.py").read_text(encoding="utf-8"))
    assert set(imports(beside)) <= set(sys.stdlib_module_names)


def test_reading_a_folder_loads_no_pyav(tmp_path: Path) -> None:
    """The process that lists, reads and copies a real video does not import PyAV."""
    write_video(tmp_path / "meeting.mp4", seconds=2)
    (tmp_path / "space").mkdir()
    code = f"""
import sys
from pathlib import Path
import summarizer.audio, summarizer.download
from summarizer.config import DownloadSettings
from summarizer.download import local

space = Path({str(tmp_path / "space")!r})
(video,) = local.list_recordings(Path({str(tmp_path)!r})).videos
source = local.read_recording(video, DownloadSettings(), space)
audio = local.copy_audio(video, space)
print(source.duration, audio.name, audio.stat().st_size > 1000, "av" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    with av.open(str(tmp_path / "meeting.mp4")) as container:
        assert done.stdout.split() == [str(container.duration / 1_000_000), "audio.mka", "True", "False"]


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
@pytest.mark.parametrize("opener", OPENERS)
def test_a_crash_in_ffmpeg_ends_only_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opener: str) -> None:
    """A segmentation fault while a file is opened is reported as an error of that file."""
    (tmp_path / "av.py").write_text(
        "import os, signal\n"
        "FFmpegError, codecs_available = OSError, frozenset()\n"
        "def open(*arguments, **options): os.kill(os.getpid(), signal.SIGSEGV)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path = write_audio(tmp_path / "x.wav")
    with pytest.raises(Failed, match=r"x\.wav cannot be read: the decoder was stopped: Segmentation fault") as error:
        OPENERS[opener](path)
    assert error.value.code == "media_unreadable"


@pytest.mark.parametrize("opener", OPENERS)
def test_the_child_imports_nothing_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opener: str
) -> None:
    """Modules beside the recordings are not run."""
    path = write_audio(tmp_path / "x.wav")
    for name in ("av", "json", "decoder"):
        (tmp_path / f"{name}.py").write_text("import os\nos._exit(3)\n")
    monkeypatch.chdir(tmp_path)
    assert OPENERS[opener](path)


@pytest.mark.parametrize("data", [b"", b"<html>no</html>", b"\x00" * 5000, b"RIFF\xff\xff\xff\xffWAVEfmt "])
def test_extracting_from_a_file_without_media_is_an_error(tmp_path: Path, data: bytes) -> None:
    """Invalid data in a file with a media suffix raises `Failed` with a remedy."""
    (tmp_path / "x.mp4").write_bytes(data)
    with pytest.raises(Failed, match=r"x\.mp4") as error:
        extract(tmp_path / "x.mp4", tmp_path / "audio.mka")
    assert error.value.code in {"media_unreadable", "no_audio"}
    assert error.value.remedy in {
        "Play the file to see whether it is complete.",
        "There is nothing to transcribe; add a caption file beside it.",
    }


def test_damaged_videos_give_audio_or_a_failure(tmp_path: Path) -> None:
    """Changed bytes raise no exception other than `Failed`."""
    original = write_video(tmp_path / "x.mp4", seconds=2.0).read_bytes()
    rng = random.Random(7)
    outcomes = set()
    for number in range(10):
        data = bytearray(original)
        for _ in range(40):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(bytes(data))
        try:
            outcomes.add(extract(path, tmp_path / f"{number}.mka").suffix)
        except Failed as error:
            outcomes.add(error.code)
    assert outcomes <= {".mka", "media_unreadable", "no_audio"}


def test_extraction_keeps_the_packets(tmp_path: Path) -> None:
    """The packets are copied, not decoded and encoded again."""
    video = write_video(tmp_path / "x.mp4", seconds=12)  # has more packets than there are between two progress bytes
    packets = []
    for path in (video, extract(video, tmp_path / "audio.mka")):
        with av.open(str(path)) as container:
            packets.append([bytes(packet) for packet in container.demux(audio=0) if packet.size])
    assert packets[0] == packets[1]
    assert len(packets[0]) > decoder.PROGRESS_PACKETS / 2


def test_a_codec_outside_the_allowlist_is_extracted_but_not_decoded(tmp_path: Path) -> None:
    """Extraction decodes nothing; decoding the copy is an error that names the codec."""
    audio = extract(write_audio(tmp_path / "x.wv"), tmp_path / "audio.mka")
    with pytest.raises(Failed, match="wavpack") as error:
        decode(audio)
    assert error.value.code == "codec_refused"


@pytest.mark.parametrize(("suffix", "known"), [(".wv", False), (".m4a", True), (".opus", True)])
def test_opening_a_file_runs_only_allowed_decoders(tmp_path: Path, suffix: str, known: bool) -> None:
    """FFmpeg decodes the first frames of any allowed stream; the sample format is known only then."""
    with decoder.open_media(str(write_audio(tmp_path / f"x{suffix}"))) as container:
        assert (container.streams.audio[0].codec_context.format is not None) == known


@pytest.mark.parametrize("empty_stream", [False, True])
def test_extracting_from_a_video_without_audio_is_an_error(tmp_path: Path, empty_stream: bool) -> None:
    """The video has no audio stream, or one without packets."""
    path = write_video(tmp_path / "x.mp4", audio=False)
    if empty_stream:
        data = write_audio(tmp_path / "x.webm").read_bytes()
        cluster = b"\x1f\x43\xb6\x75"
        path.write_bytes(
            data[: data.index(cluster)] + 8 * (cluster + b"\x83\xe7\x81\x00")
        )  # clusters with only a timestamp
    with pytest.raises(Failed, match=r"x\.mp4 has no audio") as error:
        extract(path, tmp_path / "audio.mka")
    assert (error.value.code, error.value.remedy) == (
        "no_audio",
        "There is nothing to transcribe; add a caption file beside it.",
    )


def test_the_duration_of_a_container_does_not_depend_on_its_audio(tmp_path: Path) -> None:
    """It is the value that PyAV reads, for any audio; a live recording states none."""
    for path in (
        write_audio(tmp_path / "x.wv"),
        write_audio(tmp_path / "x.webm", options={"live": "1"}),
        write_audio(tmp_path / "x.m4a"),
        write_video(tmp_path / "x.mp4", audio=False),
    ):
        with av.open(str(path)) as container:
            expected = container.duration / 1_000_000 if container.duration else None
        assert container_duration(path) == expected
