"""The child process that decodes: `python -m summarizer.transcribe.decoder FILE MEMORY_BYTES` writes s16 to stdout.

Kept apart so that it imports nothing but PyAV, and so that its memory can be limited before a hostile file is opened.
"""

from __future__ import annotations

import contextlib
import sys


def main(path: str, memory: int) -> int:
    """Decode the first audio stream to mono 16 kHz s16; returns the exit code."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # no such limit on this system
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
    try:
        with av.open(path) as container:
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    sys.stdout.buffer.write(piece.to_ndarray().tobytes())
            for piece in resampler.resample(None):
                sys.stdout.buffer.write(piece.to_ndarray().tobytes())
    except (av.FFmpegError, ValueError, MemoryError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
