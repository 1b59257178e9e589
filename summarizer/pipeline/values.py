"""The values of one walk. A value is read from the library at most once, when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

from summarizer.store import FileRef

ValueT = TypeVar("ValueT")


class Value(Generic[ValueT]):
    """A value and its SHA-256, which is part of the keys of its readers; `read` reads it from the library."""

    def __init__(self, name: str, sha256: str, read: Callable[[], ValueT], files: tuple[FileRef, ...] = ()) -> None:
        self.name = name  # its name in the keys of its readers
        self.sha256 = sha256
        self.files = files  # files of the result in the library; the first is the value itself
        self._read: Callable[[], ValueT] | None = read

    def get(self) -> ValueT:
        """The value, read on the first call; raises `Corrupt` if its file is damaged."""
        if self._read is not None:
            self._value = self._read()
            self._read = None
        return self._value


def in_memory(name: str, sha256: str, value: ValueT) -> Value[ValueT]:
    """A value that does not have to be read."""
    return Value(name, sha256, lambda: value)


class Values:
    """The newest value of each type, in one walk."""

    def __init__(self) -> None:
        self._by_type: dict[type, Value[Any]] = {}

    def add(self, kind: type[ValueT], value: Value[ValueT]) -> None:
        """Set the value of a type; replaces an earlier value of this type."""
        self._by_type[kind] = value

    def __contains__(self, kind: type) -> bool:
        return kind in self._by_type

    def find(self, kind: type[ValueT]) -> Value[ValueT]:
        """The value of a type; raises `KeyError` if no stage has made one (the order of the stages is wrong)."""
        return cast(Value[ValueT], self._by_type[kind])

    def __getitem__(self, kind: type[ValueT]) -> ValueT:
        return self.find(kind).get()
