from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

from summarizer.audio import decode, extract, probe, stream
from summarizer.errors import Failed
from tests.media import tone, write_audio


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
    """WavPack is rejected before any of its bytes reach a decoder."""
    with pytest.raises(Failed) as error:
        probe(write_audio(tmp_path / "x.wv"))
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


# -- presentation times ---------------------------------------------------------------------------------------


def write_presentation(
    path: Path, *, parts: Sequence[tuple[float, float]], pictures: float = 0.0, tracks: int = 1
) -> Path:
    """Write tones at the given intervals, seconds, and black pictures from 0 to `pictures`, with true time stamps."""
    import av

    kind, codec = {".mka": ("matroska", "flac"), ".mp4": ("mp4", "aac"), ".ts": ("mpegts", "mp2")}[path.suffix]
    with av.open(str(path), "w", format=kind) as container:
        video = container.add_stream("mpeg4", rate=5, width=32, height=32, pix_fmt="yuv420p") if pictures else None
        sounds = [container.add_stream(codec, rate=48_000, layout="mono") for _ in range(tracks)]
        size = sounds[0].codec_context.frame_size or 1024
        packets = []
        for number in range(int(pictures * 5)):
            frame = av.VideoFrame(32, 32, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            frame.pts = number
            packets += video.encode(frame)
        packets += video.encode() if video else []
        for sound in sounds:
            for start, end in parts:
                samples = (tone(end - start, 48_000) * 32767).astype(np.int16)
                for first in range(0, samples.size - size, size):
                    frame = av.AudioFrame.from_ndarray(samples[None, first : first + size], format="s16", layout="mono")
                    frame.sample_rate, frame.pts = 48_000, int(start * 48_000) + first
                    frame.time_base = Fraction(1, 48_000)
                    resampler = av.AudioResampler(sound.format.name, "mono", 48_000)
                    for converted in resampler.resample(frame):
                        packets += sound.encode(converted)
            packets += sound.encode()
        for packet in sorted(packets, key=lambda p: p.dts * p.time_base):
            container.mux(packet)
    return path


def find_sound(samples: np.ndarray) -> list[tuple[float, float]]:
    """The intervals with sound, seconds, to a tenth of a second."""
    loud = np.abs(samples[: samples.size // 1600 * 1600].reshape(-1, 1600)).max(axis=1) > 0.05
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(int)))
    return [(start / 10, end / 10) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def test_a_hole_in_the_timestamps_becomes_silence(tmp_path: Path) -> None:
    """What is said after the hole keeps its true time, and the file is not called truncated."""
    path = write_presentation(tmp_path / "x.mka", parts=[(0, 3), (8, 11)])
    assert find_sound(decode(path)) == [pytest.approx((0, 3), abs=0.2), pytest.approx((8, 11), abs=0.2)]


@pytest.mark.parametrize("extracted", [False, True])
def test_sound_that_starts_late_keeps_its_time(tmp_path: Path, extracted: bool) -> None:
    """Times count from the start of the pictures, as in a player; also in the copy of the audio stream."""
    path = write_presentation(tmp_path / "x.mp4", parts=[(4, 7)], pictures=7)
    path = extract(path, tmp_path / "audio.mka") if extracted else path
    assert find_sound(decode(path, declared=7.0)) == [pytest.approx((4, 7), abs=0.2)]


def test_a_recording_of_a_stream_starts_at_zero(tmp_path: Path) -> None:
    """Its time stamps start at an hour, its presentation does not."""
    path = write_presentation(tmp_path / "x.ts", parts=[(3600, 3604)])
    assert find_sound(decode(path)) == [pytest.approx((0, 4), abs=0.2)]


@pytest.mark.parametrize("extracted", [False, True])
def test_pictures_may_outlast_the_sound(tmp_path: Path, extracted: bool) -> None:
    """The container's duration is that of the pictures, and they are complete."""
    path = write_presentation(tmp_path / "x.mp4", parts=[(0, 4)], pictures=12)
    path = extract(path, tmp_path / "audio.mka") if extracted else path
    assert decode(path, declared=12.0).size / 16_000 == pytest.approx(4, abs=0.2)


def test_a_cut_file_with_pictures_is_refused(tmp_path: Path) -> None:
    """Neither the sound nor the pictures reach the end that the container states."""
    path = write_presentation(tmp_path / "x.mp4", parts=[(0, 12)], pictures=12)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(Failed):
        decode(path)


def test_timestamps_that_jump_by_days_are_refused(tmp_path: Path) -> None:
    """A few hostile bytes must not fill the disk with silence."""
    path = write_presentation(tmp_path / "x.mka", parts=[(0, 2), (90_000, 90_002)])
    with pytest.raises(Failed, match="holes of more than 12 hours"):
        decode(path)


def test_a_refused_codec_names_the_command_that_converts_the_file(tmp_path: Path) -> None:
    """The name is quoted for a shell."""
    with pytest.raises(Failed) as error:
        decode(write_audio(tmp_path / "my talk.wv"))
    assert "ffmpeg -i 'my talk.wv' -vn -c:a libopus 'my talk.opus'" in error.value.remedy
