"""Read the weights of a CTranslate2 model from its file `model.bin`.

The format is that of CTranslate2's converters (`ctranslate2/specs/model_spec.py`, version 6): a header, then each
variable with its name, shape, type and bytes, then aliases for identical variables. All numbers are little-endian.
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

TYPES = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}  # NumPy types by the number of the type in the file
BFLOAT16 = 5  # has no NumPy type


@dataclass(frozen=True)
class Variable:
    """The position of one array in the file: `type` is its number in the format, `offset` and `bytes` are in bytes."""

    shape: tuple[int, ...]
    type: int
    offset: int
    bytes: int


class Weights:
    """The variables of the model in `folder`. Raises `OSError`, and `ValueError` for a file in another format."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "model.bin"
        try:
            with self._path.open("rb") as file:
                self.variables = _read_index(file)
        except (struct.error, UnicodeDecodeError, MemoryError, KeyError) as error:
            raise ValueError(f"{self._path} is not in CTranslate2's format: {error}") from error

    def read_array(self, name: str) -> NDArray[np.float32]:
        """Read one variable as float32; int8 weights are multiplied by the scale of their row.

        Raises `KeyError` for an unknown name and `ValueError` for an unknown type.
        """
        array = self._read(self.variables[name])
        scale = self.variables.get(f"{name}_scale")
        if scale:
            scales = self._read(scale)
            array = array / scales.reshape(-1, *[1] * (array.ndim - 1))
        return array

    def _read(self, variable: Variable) -> NDArray[np.float32]:
        import numpy as np

        with self._path.open("rb") as file:
            file.seek(variable.offset)
            data = file.read(variable.bytes)
        if variable.type == BFLOAT16:  # the upper half of a float32
            array: Any = (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
        elif variable.type in TYPES:
            array = np.frombuffer(data, TYPES[variable.type]).astype(np.float32)
        else:
            raise ValueError(f"{self._path} has an array of unknown type {variable.type}")
        return array.reshape(variable.shape)  # type: ignore[no-any-return]


def _read_index(file: BinaryIO) -> dict[str, Variable]:
    end = os.fstat(file.fileno()).st_size

    def read_number(code: str) -> int:
        return int(struct.unpack("<" + code, file.read(struct.calcsize("<" + code)))[0])

    def read_text() -> str:
        return file.read(read_number("H")).rstrip(b"\0").decode()

    read_number("I")  # version of the format
    read_text()  # kind of model
    read_number("I")  # revision of that kind
    variables: dict[str, Variable] = {}
    for _ in range(read_number("I")):
        name = read_text()
        shape = tuple(read_number("I") for _ in range(read_number("B")))
        kind, size = read_number("B"), read_number("I")
        variables[name] = Variable(shape, kind, file.tell(), size)
        if file.seek(size, os.SEEK_CUR) > end:
            raise ValueError(f"{file.name} ends inside the variable {name}")
    for _ in range(read_number("I")):
        alias = read_text()
        variables[alias] = variables[read_text()]
    return variables
