from __future__ import annotations

import random
import sys
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

from summarizer.audio import decode, probe, stream
from summarizer.errors import Failed
from tests.media import write_audio


@pytest.mark.parametrize("suffix", [".opus", ".webm", ".ogg", ".m4a", ".mp3", ".flac", ".wav"])
def test_every_allowed_format_decodes_to_its_duration(tmp_path: Path, suffix: str) -> None:
    """The samples are mono floats at 16 kHz, with the duration of the encoded audio."""
    samples = decode(write_audio(tmp_path / f"x{suffix}", seconds=3.0))
    assert np.float32 == samples.dtype
    assert pytest.approx(3.0, abs=0.15) == samples.size / 16_000
    assert 0.1 < float(np.abs(samples).max()) <= 1.0


@pytest.mark.parametrize("suffix", [".webm", ".m4a", ".flac", ".wav"])
def test_a_truncated_file_is_detected_by_its_container(tmp_path: Path, suffix: str) -> None:
    """A truncated file decodes without an error, but its audio is shorter than the container states."""
    data = write_audio(tmp_path / f"x{suffix}", seconds=12.0).read_bytes()
    (tmp_path / f"truncated{suffix}").write_bytes(data[: len(data) * 6 // 10])
    with pytest.raises(Failed) as error:
        decode(tmp_path / f"truncated{suffix}", declared=12.0)
    assert error.value.code in {"truncated_media", "media_unreadable"}


@pytest.mark.parametrize("suffix", [".opus", ".mp3"])
def test_a_truncated_stream_is_detected_by_the_declared_duration(tmp_path: Path, suffix: str) -> None:
    """Ogg and MP3 may state no duration; the declared duration shows the truncation."""
    data = write_audio(tmp_path / f"x{suffix}", seconds=12.0).read_bytes()
    (tmp_path / f"truncated{suffix}").write_bytes(data[: len(data) // 2])
    with pytest.raises(Failed) as error:
        decode(tmp_path / f"truncated{suffix}", declared=12.0)
    assert error.value.code == "truncated_media"


@pytest.mark.parametrize("data", [b"", b"<html>no</html>", b"\x00" * 5000, b"RIFF\xff\xff\xff\xffWAVEfmt "])
def test_a_file_without_media_is_an_error(tmp_path: Path, data: bytes) -> None:
    """Invalid data in a file with a media suffix raises `Failed`."""
    (tmp_path / "x.m4a").write_bytes(data)
    with pytest.raises(Failed) as error:
        decode(tmp_path / "x.m4a")
    assert error.value.code in {"media_unreadable", "no_audio"}


def test_a_codec_outside_the_allowlist_is_not_decoded(tmp_path: Path) -> None:
    """AC-3 is rejected before any of its bytes reach a decoder."""
    with pytest.raises(Failed) as error:
        probe(write_audio(tmp_path / "x.ac3"))
    assert error.value.code == "codec_refused"


def test_a_truncation_is_detected_before_decoding(tmp_path: Path) -> None:
    """The timestamps of the packets are compared, so no block of samples is returned before the error."""
    path = write_audio(tmp_path / "x.opus", seconds=12.0)
    with pytest.raises(Failed, match="ends at 12") as error:
        next(stream(path, declared=60.0))
    assert error.value.code == "truncated_media"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes cannot be waited for")
def test_a_decoder_that_hangs_is_stopped(tmp_path: Path) -> None:
    """A child process without output is killed, and the file is an error."""
    with pytest.raises(Failed, match="produced no data") as error:
        list(stream(write_audio(tmp_path / "x.wav"), stall_seconds=0.001))
    assert error.value.code == "media_unreadable"


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on processes")
def test_a_decoder_that_exceeds_its_cpu_time_is_stopped(tmp_path: Path) -> None:
    """The limit on CPU time ends the child process, and the file is an error."""
    with pytest.raises(Failed) as error:
        list(stream(write_audio(tmp_path / "x.flac", seconds=60), cpu_seconds=0))
    assert error.value.code == "media_unreadable"


def test_closing_a_stream_early_ends_the_decoder(tmp_path: Path) -> None:
    """The child process ends instead of waiting at a full pipe."""
    blocks = stream(write_audio(tmp_path / "x.wav", seconds=120))
    assert next(blocks).size == 30 * 16_000
    blocks.close()  # type: ignore[attr-defined]
    assert not [child for child in psutil.Process().children() if "decoder" in " ".join(child.cmdline())]


def test_damaged_files_give_samples_or_a_failure(tmp_path: Path) -> None:
    """Changed bytes raise no exception other than `Failed`."""
    original = write_audio(tmp_path / "x.m4a", seconds=2.0).read_bytes()
    rng = random.Random(5)
    outcomes = set()
    for number in range(12):
        data = bytearray(original)
        for _ in range(40):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path = tmp_path / f"{number}.m4a"
        path.write_bytes(bytes(data))
        try:
            outcomes.add(type(decode(path)).__name__)
        except Failed as error:
            outcomes.add(error.code)
    assert outcomes <= {"ndarray", "media_unreadable", "truncated_media", "no_audio", "codec_refused"}


def test_an_unknown_codec_is_not_decoded(tmp_path: Path) -> None:
    """A stream without a decoder raises `Failed` with the code of a codec that is not allowed."""
    data = write_audio(tmp_path / "x.m4a").read_bytes().replace(b"mp4a", b"xq7z").replace(b"esds", b"xxxx")
    (tmp_path / "y.m4a").write_bytes(data)
    with pytest.raises(Failed) as error:
        probe(tmp_path / "y.m4a")
    assert error.value.code == "codec_refused"


def test_a_file_with_a_repeated_piece_is_an_error(tmp_path: Path) -> None:
    """Its timestamps decrease, which does not happen in a valid file."""
    original = write_audio(tmp_path / "x.webm", 6.0, options={"live": "1"})
    with av.open(str(original)) as container:
        positions = [(packet.pts, packet.pos) for packet in container.demux(audio=0) if packet.pts is not None]
    data = original.read_bytes()
    # Blocks begin three bytes before the position that PyAV gives.
    first, last = (next(at - 3 for pts, at in positions if pts >= time) for time in (3040, 3960))
    (tmp_path / "y.webm").write_bytes(data[:last] + data[first:])
    assert decode(original).size
    with pytest.raises(Failed, match=r"decrease by 0\.9 s") as error:
        decode(tmp_path / "y.webm")
    assert error.value.code == "wrong_length"
