"""The child process that opens media files: `python decoder.py MODE FILE MEMORY_BYTES CPU_SECONDS [TARGET [TRACK]]`.

Modes:

- `probe` writes one line of JSON (`Header`) to stdout.
- `decode` writes the header and then mono 16 kHz s16 samples, from the start of the presentation, as a player counts:
  where the sound starts late, or its timestamps have a hole, there is silence. Before the header it reads all packets
  once without decoding them. That takes milliseconds, and detects a truncated file before hours of recognition. After
  the samples it writes one line of JSON (`Report`) to stderr.
- `extract` writes the header and copies the packets of the sound tracks, still encoded, into the Matroska file TARGET,
  with the times of the presentation. While copying, it writes a zero byte after every `PROGRESS_PACKETS` packets, so
  that the parent sees progress.

TRACK is the index of an audio stream; by default, the first whose codec is allowed. The exit code is 0, or 1 with the
reason on stderr. At the top the module imports only the standard library and `stereo`, and PyAV is imported in
functions, so that memory and CPU time are limited before any FFmpeg code runs.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, TypedDict

if TYPE_CHECKING or __package__:
    from summarizer.audio.stereo import Report, correct_channels
else:  # as a script, it imports the module beside it, and not the package
    sys.path.insert(0, str(Path(__file__).parent))
    from stereo import Report, correct_channels

Mode = Literal["probe", "decode", "extract"]
RATE = 16_000  # Hz, of the decoded samples
CODECS = frozenset(
    {
        *("aac", "opus", "libopus", "mp3", "mp3float", "vorbis", "libvorbis", "flac"),
        *("alac", "ac3", "eac3", "mp2", "mp2float", "wmav1", "wmav2", "amrnb", "amrwb"),
        *("libopencore_amrnb", "libopencore_amrwb"),
        *("adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "adpcm_swf", "adpcm_yamaha", "g722"),
    }
)  # `benchmarks/fuzz_media.py` fuzzes each of them for which there is an encoder
MIN_HOLE = 0.1  # seconds without sound that are filled with silence; shorter ones are rounding
MAX_STEP_BACK = 0.5  # seconds by which a timestamp may decrease; rounding is a thousandth of that
MAX_FILL = 12 * 3600  # seconds of silence in one file
# Tags of a file that `extract` has written, whose times count from the start of the presentation.
EXTRACTED, PRESENTATION_END = "SUMMARIZER_EXTRACTED", "SUMMARIZER_PRESENTATION_END"
BUFFER = 2**16  # bytes of output written at once; single frames would cost both processes a system call every 20 ms
PROGRESS_PACKETS = 256  # packets copied between two progress bytes: 5 s of audio at 20 ms a packet


MAX_TRACKS = 8  # sound tracks of one file that are read; OBS writes at most 6
ALTERNATIVES = {"comment", "karaoke", "hearing_impaired", "visual_impaired", "descriptions", "clean_effects"}


class Track(NamedTuple):
    """One audio stream with an allowed codec."""

    number: int  # index among the audio streams, from 0
    language: str  # as the container states it, usually ISO 639-2; empty: unknown
    default: bool  # whether the container marks it as the default
    alternative: bool  # whether the container marks it as a commentary, for impaired people, or the like


class Header(TypedDict):
    """Metadata of a container and one of its audio streams; `codec` is None when there is no audio stream."""

    codec: str | None  # FFmpeg's name of the decoder; "unknown" when FFmpeg has no decoder
    # Seconds to the end of the audio stream, or else of the container; some recordings have none.
    duration: float | None
    container_duration: float | None  # seconds, of the file
    start: float  # seconds from the start of the presentation to that of the audio stream
    packet_end: float | None  # seconds to the end of the last audio packet; None when they were not read
    file_end: float | None  # seconds to the end of the last packet of any stream: pictures may outlast the sound
    step_back: float  # seconds, the largest decrease of the timestamp between two packets; shows a repeated piece
    other_streams: bool  # whether there are other streams, which may be longer than the audio
    sample_rate: int  # Hz
    channels: int
    tracks: list[Track]  # at most `MAX_TRACKS`


def is_allowed(codec: str) -> bool:
    """Whether a codec may be decoded: it is common in recordings, and its decoder is widely tested."""
    return codec in CODECS or codec.startswith("pcm_")


def limit(memory: int, seconds: int) -> None:
    """Limit this process: bytes of address space, seconds of CPU time, no core file."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # this system does not support limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def open_media(path: str) -> Any:
    """Open a container for reading, an `av.container.InputContainer`.

    FFmpeg decodes the first frames of every stream to find its parameters. The whitelist prevents it from using a
    decoder that is not allowed, including decoders of images.
    """
    import av

    return av.open(path, options={"codec_whitelist": ",".join(sorted(filter(is_allowed, av.codecs_available)))})


def read_header(container: Any, read_packets: bool, track: int | None = None) -> Header:
    """Read the metadata of an opened container; `read_packets` also reads all packets, if the codec is allowed.

    `track` is the index of the audio stream; None: the first whose codec is allowed, or else the first.
    """
    tracks = list_tracks(container)
    container_duration = container.duration / 1_000_000 if container.duration else None
    header = Header(
        codec=None,
        duration=None,
        container_duration=container_duration,
        start=0.0,
        packet_end=None,
        file_end=None,
        step_back=0.0,
        other_streams=True,
        sample_rate=0,
        channels=0,
        tracks=tracks,
    )
    if not container.streams.audio:
        return header
    if track is None:
        track = tracks[0].number if tracks else 0
    stream = container.streams.audio[track]
    codec = stream.codec_context  # None for a codec that FFmpeg does not support
    origin = _read_origin(container)
    if stream.start_time:
        header["start"] = max(0.0, float(stream.start_time * stream.time_base) - origin)
    length = float(stream.duration * stream.time_base) if stream.duration else None
    duration = container_duration or 0 if length is None else header["start"] + length
    header["codec"] = codec.name if codec else "unknown"
    header["duration"] = float(duration) if duration > 0 else None
    header["other_streams"] = len(container.streams) > 1 or _is_extracted(container)
    header["sample_rate"] = (codec and codec.sample_rate) or 0
    header["channels"] = (codec and codec.channels) or 0
    if read_packets and codec and is_allowed(codec.name):
        _measure_packets(container, stream, origin, header)
    if _is_extracted(container):
        with contextlib.suppress(ValueError):
            header["file_end"] = float(container.metadata[PRESENTATION_END])
    return header


def list_tracks(container: Any) -> list[Track]:
    """The first audio streams of an opened container whose codec is allowed."""
    tracks: list[Track] = []
    for number, stream in enumerate(container.streams.audio):
        if stream.codec_context and is_allowed(stream.codec_context.name) and len(tracks) < MAX_TRACKS:
            marks = {mark.name for mark in type(stream.disposition) if mark in stream.disposition}
            language = stream.metadata.get("language", "")
            tracks.append(Track(number, language, "default" in marks, bool(marks & ALTERNATIVES)))
    return tracks


def _is_extracted(container: Any) -> bool:
    return EXTRACTED in container.metadata and PRESENTATION_END in container.metadata


def _read_origin(container: Any) -> float:
    """The timestamp of the start of the presentation, in seconds: that of the first stream to start."""
    return 0.0 if _is_extracted(container) or not container.start_time else container.start_time / 1_000_000


def _measure_packets(container: Any, stream: Any, origin: float, header: Header) -> None:
    """Add the ends of the packets and the largest decrease of the audio's timestamp to the header."""
    previous: float | None = None
    end = file_end = 0.0
    for packet in container.demux(list(container.streams)):
        if packet.pts is None or not packet.time_base:
            continue
        time = float(packet.pts * packet.time_base) - origin
        length = float((packet.duration or 0) * packet.time_base)
        file_end = max(file_end, time + length)
        if packet.stream_index != stream.index:
            continue
        if previous is not None:
            header["step_back"] = max(header["step_back"], previous - time)
        previous = time
        end = max(end, time + length)
    if previous is not None:
        header["packet_end"], header["file_end"] = end, file_end


def _decode(path: str, track: int, out: BinaryIO) -> Report:
    """Write the samples of an audio stream to `out`, with silence where the presentation has no sound."""
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    report = Report(inverted=0.0)
    with open_media(path) as container:
        origin = _read_origin(container)
        written, filled = 0, 0  # samples
        for frame in correct_channels(container.decode(audio=track), report):
            missing = 0 if frame.time is None else int((frame.time - origin) * RATE) - written
            if missing >= MIN_HOLE * RATE:
                filled += missing
                if filled > MAX_FILL * RATE:
                    raise ValueError(f"the timestamps have holes of more than {MAX_FILL // 3600} hours")
                _write_silence(missing, out)
                written += missing
            for resampled in resampler.resample(frame):
                out.write(resampled.to_ndarray().tobytes())
                written += resampled.samples
        for resampled in resampler.resample(None):
            out.write(resampled.to_ndarray().tobytes())
    return report


def _write_silence(samples: int, out: BinaryIO) -> None:
    block = bytes(BUFFER)
    for start in range(0, 2 * samples, BUFFER):
        out.write(block[: min(BUFFER, 2 * samples - start)])


def _extract(path: str, target: str, out: BinaryIO) -> None:
    """Copy the packets of the sound tracks into the Matroska file `target`; progress bytes go to `out`.

    Times count from the start of the presentation, and a tag states where its last packet ends.
    """
    import av

    with open_media(path) as container:
        origin, end = _read_origin(container), 0.0
        for packet in container.demux(list(container.streams)):
            if packet.pts is not None and packet.time_base:
                end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base) - origin)
    with open_media(path) as container, av.open(target, "w", format="matroska") as copy:
        numbers = [track.number for track in list_tracks(container)] or [0]
        copies = {
            container.streams.audio[number].index: _add_copy(copy, container.streams.audio[number])
            for number in numbers
        }
        copy.metadata.update({EXTRACTED: "1", PRESENTATION_END: f"{end:.3f}"})
        for number, packet in enumerate(container.demux([container.streams.audio[number] for number in numbers]), 1):
            if packet.dts is not None:  # the last packet, which only ends the stream, has none
                shift = int(origin / packet.time_base)
                packet.pts, packet.dts = (packet.pts or packet.dts) - shift, packet.dts - shift
                packet.stream = copies[packet.stream_index]
                copy.mux(packet)
            if number % PROGRESS_PACKETS == 0:
                out.write(b"\0")
                out.flush()


def _add_copy(copy: Any, source: Any) -> Any:
    """Add a stream like `source` to the container `copy`."""
    stream = copy.add_stream_from_template(source)
    stream.metadata.update({name: source.metadata[name] for name in ("language", "title") if name in source.metadata})
    stream.disposition = source.disposition
    return stream


def run(mode: Mode, path: str, out: BinaryIO, target: str = "", track: int | None = None) -> int:
    """Process one file in the given mode, write the result to `out`, and return the exit code.

    With a codec that is not allowed, or timestamps that decrease, `decode` writes only the header. `extract` copies any
    codec: it decodes nothing.
    """
    import av

    try:
        with open_media(path) as container:
            header = read_header(container, mode == "decode", track)
        out.write(json.dumps(header).encode() + b"\n")
        out.flush()
        codec = header["codec"]
        if mode == "decode" and codec is not None and is_allowed(codec) and header["step_back"] <= MAX_STEP_BACK:
            report = _decode(path, header["tracks"][0].number if track is None else track, out)
            sys.stderr.write(json.dumps(report) + "\n")
        elif mode == "extract" and codec is not None:
            _extract(path, target, out)
        out.flush()
    except BrokenPipeError:  # the parent closed the pipe because it needs no more output
        return 0
    # IndexError: a stream without header
    except (av.FFmpegError, OSError, ValueError, MemoryError, IndexError) as error:
        sys.stderr.write(f"{str(error) or type(error).__name__}\n")
        return 1
    return 0


def main(mode: Mode, path: str, memory: str, seconds: str, target: str = "", track: str = "") -> int:
    """Set the limits of this process, then call `run` with the command line arguments; return the exit code."""
    limit(int(memory), int(seconds))
    with open(sys.stdout.fileno(), "wb", BUFFER, closefd=False) as stdout:
        return run(mode, path, stdout, target, int(track) if track else None)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))  # type: ignore[arg-type]
