"""The weights in a CTranslate2 model: what is in `model.bin`, and single arrays of it.

The format is that of CTranslate2's converters (`ctranslate2/specs/model_spec.py`, version 6): a header, then each
variable with its name, shape, type and bytes, then further names for variables that are alike. Little-endian.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NUMBERS = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}  # types by their number; 5 is bfloat16
BFLOAT16 = 5


@dataclass(frozen=True)
class Variable:
    """Where one array lies in the file: its type's number, its place and size in bytes."""

    shape: tuple[int, ...]
    type: int
    offset: int
    bytes: int


class Weights:
    """The variables of the model in `folder`. Raises `OSError`, or `ValueError` for a file in another format."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "model.bin"
        try:
            with self._path.open("rb") as file:
                self.variables = _index(file)
        except (struct.error, UnicodeDecodeError, MemoryError, KeyError) as error:
            raise ValueError(f"{self._path} is not in CTranslate2's format: {error}") from error

    def array(self, name: str) -> NDArray[np.float32]:
        """One variable as numbers; weights of 8 bits are scaled back, row by row. Raises `KeyError`, `ValueError`."""
        found = self._read(self.variables[name])
        scale = self.variables.get(f"{name}_scale")
        if scale:
            scales = self._read(scale)
            found = found / scales.reshape(-1, *[1] * (found.ndim - 1))
        return found

    def _read(self, variable: Variable) -> NDArray[np.float32]:
        import numpy as np

        with self._path.open("rb") as file:
            file.seek(variable.offset)
            data = file.read(variable.bytes)
        if variable.type == BFLOAT16:  # the upper half of a float32
            found: Any = (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
        elif variable.type in NUMBERS:
            found = np.frombuffer(data, NUMBERS[variable.type]).astype(np.float32)
        else:
            raise ValueError(f"{self._path} has numbers of an unknown type, {variable.type}")
        return found.reshape(variable.shape)  # type: ignore[no-any-return]


def _index(file: BinaryIO) -> dict[str, Variable]:
    end = os.fstat(file.fileno()).st_size

    def number(code: str) -> int:
        return int(struct.unpack("<" + code, file.read(struct.calcsize("<" + code)))[0])

    def text() -> str:
        return file.read(number("H")).rstrip(b"\0").decode()

    number("I")  # version of the format
    text()  # kind of model
    number("I")  # revision of that kind
    found: dict[str, Variable] = {}
    for _ in range(number("I")):
        name = text()
        shape = tuple(number("I") for _ in range(number("B")))
        kind, size = number("B"), number("I")
        found[name] = Variable(shape, kind, file.tell(), size)
        if file.seek(size, os.SEEK_CUR) > end:
            raise ValueError(f"{file.name} ends within {name}")
    for _ in range(number("I")):
        alias = text()
        found[alias] = found[text()]
    return found
