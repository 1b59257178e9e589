"""The samples of one recording, on disk while they are needed.

Two bytes a sample in a temporary file: 115 MB an hour, read by position. So memory use does not depend on the length,
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
    """Append-only samples at 16 kHz; one thread writes, others may read what was written."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - open as long as the recording
        self.size = 0  # samples

    def append(self, block: NDArray[np.int16]) -> None:
        """Add samples, of shape (n,), at the end."""
        data = memoryview(block.tobytes())
        while data:
            data = data[self._file.write(data) :]
        self.size += block.size

    def read(self, start: int, end: int) -> NDArray[np.float32]:
        """Samples [start, end) as float32 in -1..1; fewer where the recording ends."""
        import numpy as np

        start, end = max(0, start), min(end, self.size)
        data = os.pread(self._file.fileno(), 2 * max(0, end - start), 2 * start)
        return np.frombuffer(data, dtype=np.int16).astype(np.float32) / np.float32(32768)

    def close(self) -> None:
        """Delete the samples."""
        self._file.close()
