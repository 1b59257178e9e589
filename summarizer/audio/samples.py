"""Store the samples of one recording in a temporary file.

A sample has two bytes, so an hour has 115 MB. With the samples on disk, memory use does not depend on the duration,
decoding can run ahead of recognition, and a window can be read a second time.
"""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Samples:
    """Append-only storage of samples at 16 kHz; one thread may write while other threads read."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by `close`
        self.size = 0  # number of samples

    def append(self, block: NDArray[np.int16]) -> None:
        """Add samples, of shape (n,), at the end."""
        data = memoryview(block.tobytes())
        while data:
            data = data[self._file.write(data) :]
        self.size += block.size

    def read(self, start: int, end: int) -> NDArray[np.float32]:
        """Return samples [start, end) as float32 in -1..1, of shape (n,); fewer at the end of the recording."""
        import numpy as np

        start, end = max(0, start), min(end, self.size)
        data = os.pread(self._file.fileno(), 2 * max(0, end - start), 2 * start)
        return np.frombuffer(data, dtype=np.int16).astype(np.float32) / np.float32(32768)

    def close(self) -> None:
        """Delete the samples."""
        self._file.close()
