"""The parent's side of the decoder process: start `decoder.py` with limits, read its output, report its failures.

Media files are untrusted and FFmpeg is written in C. Files are therefore opened only in a child process with limits on
memory and CPU time and an allowlist of codecs: a crash or a hang ends only the child. Starting it takes about 0.3 s.
"""

from __future__ import annotations

import contextlib
import json
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from summarizer.audio import decoder
from summarizer.audio.completeness import REMEDY
from summarizer.audio.stereo import Report
from summarizer.errors import Failed
from summarizer.records import Record

MEMORY = 4 * 2**30  # bytes of address space
CPU_SECONDS = 900  # enough for about 200 hours of audio
STALL_SECONDS = 60.0  # time without output after which a child counts as stalled
BLOCK = 30 * decoder.RATE * 2  # bytes in a block: half a minute of s16 samples


class MediaInfo(Record):
    """Metadata of a container and one of its audio streams; the fields are those of `decoder.Header`."""

    codec: str | None  # FFmpeg's name of the decoder; "unknown" when FFmpeg has no decoder, None without audio
    duration: (
        float | None
    )  # seconds to the end of the audio stream, or else of the container; some recordings have none
    container_duration: float | None  # seconds, of the file
    start: float  # seconds from the start of the presentation to that of the audio stream
    packet_end: float | None  # seconds to the end of the last audio packet; None unless the file is decoded
    file_end: float | None  # seconds to the end of the last packet of any stream; None unless the file is decoded
    step_back: float  # seconds, the largest decrease of the timestamp between two packets
    other_streams: bool  # whether there are other streams, which may be longer than the audio
    sample_rate: int  # Hz
    channels: int
    tracks: tuple[decoder.Track, ...]  # the audio streams with an allowed codec


class DecoderProcess:
    """A running child process, created by `start`.

    Every method raises `Failed("media_unreadable")` when the child fails, exceeds a limit or stalls.
    """

    def __init__(
        self, path: Path, child: subprocess.Popen[bytes], stderr: IO[bytes], stall_seconds: float, remedy: str
    ) -> None:
        assert child.stdout is not None  # noqa: S101 - `start` opens a pipe
        self._path = path
        self._child = child
        self._stdout = child.stdout
        self._stderr = stderr
        self._stall_seconds = stall_seconds
        self._remedy = remedy

    def read_header(self) -> MediaInfo:
        """Read the header, the line of JSON that every mode writes first."""
        line = b""
        while not line.endswith(b"\n"):
            byte = self._read_part(1)  # one byte at a time: the output after the line belongs to `read_block`
            if not byte:
                self.check_exit()
                raise self._failure("the decoder wrote no header")
            line += byte
        try:
            return MediaInfo.model_validate_json(line)
        except ValueError:
            raise self._failure("the decoder wrote an invalid header") from None

    def read_block(self) -> bytes:
        """Read the next `BLOCK` bytes of output; fewer at its end, then none."""
        parts: list[bytes] = []
        size = 0
        while size < BLOCK and (part := self._read_part(BLOCK - size)):
            parts.append(part)
            size += len(part)
        return b"".join(parts)

    def check_exit(self) -> None:
        """Wait for the exit of a child that has closed its output, and raise `Failed` unless it succeeded."""
        code = self._child.wait()
        if code == 0:
            return
        if code < 0:
            raise self._failure(f"the decoder was stopped: {signal.strsignal(-code)}")
        self._stderr.seek(0)
        lines = self._stderr.read().decode("utf-8", "replace").strip().splitlines()
        raise self._failure(lines[-1][:200] if lines else f"the decoder ended with exit code {code}")

    def read_inverted(self) -> float:
        """Seconds in which two channels cancel each other out; for a child that has decoded a file and ended."""
        self.check_exit()
        self._stderr.seek(0)
        try:
            report: Report = json.loads(self._stderr.read().splitlines()[-1])
            return float(report["inverted"])
        except (ValueError, IndexError, KeyError, TypeError):  # it decoded nothing
            return 0.0

    def _read_part(self, size: int) -> bytes:
        """Read up to `size` bytes from the pipe, waiting for the first; return no bytes at the end of the output."""
        readable = sys.platform == "win32" or select.select([self._stdout], [], [], self._stall_seconds)[0]
        if not readable:
            raise self._failure(f"the decoder produced no data for {self._stall_seconds:.3g} s")
        return self._stdout.read(size)

    def _failure(self, reason: str) -> Failed:
        return Failed("media_unreadable", f"{self._path.name} cannot be read: {reason}", self._remedy)


@contextlib.contextmanager
def start(
    mode: decoder.Mode,
    path: Path,
    target: Path | None = None,
    *,
    track: int | None = None,
    cpu_seconds: int = CPU_SECONDS,
    stall_seconds: float = STALL_SECONDS,
    remedy: str = REMEDY,
) -> Iterator[DecoderProcess]:
    """Start a decoder process for a `with` block; the process is killed at the end of the block.

    `target` is the file that the mode `extract` writes, `track` the number of the track to decode; None: the first that
    can be decoded. `remedy` is the remedy of every `Failed` of the process. The
    child is started by the path of its script and with `-P`, so that it imports neither this package nor a module from
    the working directory. Paths are resolved, so they cannot be mistaken for options.
    """
    command = [sys.executable, "-P", decoder.__file__, mode, str(path.resolve()), str(MEMORY), str(cpu_seconds)]
    command += [str(target.resolve()) if target else "", "" if track is None else str(track)]
    with tempfile.TemporaryFile() as stderr:  # a file, because a full pipe would block the child
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, bufsize=0)
        try:
            yield DecoderProcess(path, child, stderr, stall_seconds, remedy)
        finally:
            child.kill()
            child.wait()
            if child.stdout:
                child.stdout.close()
