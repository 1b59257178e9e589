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
def test_every_allowed_format_decodes_to_its_length(tmp_path: Path, suffix: str) -> None:
    """Mono float samples at 16 kHz, as long as what was encoded."""
    samples = decode(write_audio(tmp_path / f"x{suffix}", seconds=3.0))
    assert np.float32 == samples.dtype
    assert pytest.approx(3.0, abs=0.15) == samples.size / 16_000
    assert 0.1 < float(np.abs(samples).max()) <= 1.0


@pytest.mark.parametrize("suffix", [".webm", ".m4a", ".flac", ".wav"])
def test_a_cut_file_is_found_by_its_container(tmp_path: Path, suffix: str) -> None:
    """Half a file decodes without an error; the durations show it."""
    whole = write_audio(tmp_path / f"x{suffix}", seconds=12.0).read_bytes()
    (tmp_path / f"cut{suffix}").write_bytes(whole[: len(whole) * 6 // 10])
    with pytest.raises(Failed) as error:
        decode(tmp_path / f"cut{suffix}", declared=12.0)
    assert error.value.code in {"truncated_media", "media_unreadable"}


@pytest.mark.parametrize("suffix", [".opus", ".mp3"])
def test_a_cut_stream_is_found_by_the_sites_duration(tmp_path: Path, suffix: str) -> None:
    """Ogg and MP3 do not know their own length; what the site declares does."""
    whole = write_audio(tmp_path / f"x{suffix}", seconds=12.0).read_bytes()
    (tmp_path / f"cut{suffix}").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Failed) as error:
        decode(tmp_path / f"cut{suffix}", declared=12.0)
    assert error.value.code == "truncated_media"


@pytest.mark.parametrize("data", [b"", b"<html>no</html>", b"\x00" * 5000, b"RIFF\xff\xff\xff\xffWAVEfmt "])
def test_what_is_not_media_fails_cleanly(tmp_path: Path, data: bytes) -> None:
    """Garbage under a media name is one clear error."""
    (tmp_path / "x.m4a").write_bytes(data)
    with pytest.raises(Failed) as error:
        decode(tmp_path / "x.m4a")
    assert error.value.code in {"media_unreadable", "no_audio"}


def test_a_codec_outside_the_allowlist_is_not_decoded(tmp_path: Path) -> None:
    """AC-3 is refused by name before a decoder sees a byte of it."""
    with pytest.raises(Failed) as error:
        probe(write_audio(tmp_path / "x.ac3"))
    assert error.value.code == "codec_refused"


def test_a_cut_is_known_before_anything_is_decoded(tmp_path: Path) -> None:
    """The packets of a whole-looking file tell: no block of samples comes before the error."""
    path = write_audio(tmp_path / "x.opus", seconds=12.0)
    with pytest.raises(Failed, match="ends at 12") as error:
        next(stream(path, declared=60.0))
    assert error.value.code == "truncated_media"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes cannot be waited for")
def test_a_decoder_that_hangs_is_stopped(tmp_path: Path) -> None:
    """Silence on the pipe ends the child process, not the run."""
    with pytest.raises(Failed, match="produced no data") as error:
        list(stream(write_audio(tmp_path / "x.wav"), stall_seconds=0.001))
    assert error.value.code == "media_unreadable"


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on processes")
def test_a_decoder_that_works_for_ever_is_stopped(tmp_path: Path) -> None:
    """So does a limit on the time it computes."""
    with pytest.raises(Failed) as error:
        list(stream(write_audio(tmp_path / "x.flac", seconds=60), cpu_seconds=0))
    assert error.value.code == "media_unreadable"


def test_a_reader_may_leave_early(tmp_path: Path) -> None:
    """Then the child process ends too, instead of waiting at a full pipe."""
    blocks = stream(write_audio(tmp_path / "x.wav", seconds=120))
    assert next(blocks).size == 30 * 16_000
    blocks.close()  # type: ignore[attr-defined]
    assert not [child for child in psutil.Process().children() if "decoder" in " ".join(child.cmdline())]


def test_mutated_files_never_end_the_run(tmp_path: Path) -> None:
    """Flipped bytes give samples or a `Failed`, nothing else."""
    whole = write_audio(tmp_path / "x.m4a", seconds=2.0).read_bytes()
    rng = random.Random(5)
    outcomes = set()
    for number in range(12):
        data = bytearray(whole)
        for _ in range(40):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path = tmp_path / f"{number}.m4a"
        path.write_bytes(bytes(data))
        try:
            outcomes.add(type(decode(path)).__name__)
        except Failed as error:
            outcomes.add(error.code)
    assert outcomes <= {"ndarray", "media_unreadable", "truncated_media", "no_audio", "codec_refused"}


def test_a_codec_that_nobody_knows_is_refused_by_name(tmp_path: Path) -> None:
    """A stream without a decoder is an answer, not an accident."""
    data = write_audio(tmp_path / "x.m4a").read_bytes().replace(b"mp4a", b"xq7z").replace(b"esds", b"xxxx")
    (tmp_path / "y.m4a").write_bytes(data)
    with pytest.raises(Failed) as error:
        probe(tmp_path / "y.m4a")
    assert error.value.code == "codec_refused"


def test_a_piece_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    """Its times go back, which those of sound never do."""
    whole = write_audio(tmp_path / "x.webm", 6.0, options={"live": "1"})
    with av.open(str(whole)) as container:
        places = [(packet.pts, packet.pos) for packet in container.demux(audio=0) if packet.pts is not None]
    data = whole.read_bytes()
    # Blocks begin three bytes before the position that PyAV gives.
    first, last = (next(at - 3 for pts, at in places if pts >= wanted) for wanted in (3040, 3960))
    (tmp_path / "y.webm").write_bytes(data[:last] + data[first:])
    assert decode(whole).size
    with pytest.raises(Failed, match=r"go back by 0\.9 s") as error:
        decode(tmp_path / "y.webm")
    assert error.value.code == "wrong_length"
