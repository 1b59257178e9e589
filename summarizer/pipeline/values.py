"""The values that one walk has so far: read from the library when asked for, once each, or just made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

from summarizer.store import FileRef

ValueT = TypeVar("ValueT")


class Value(Generic[ValueT]):
    """One value with the SHA-256 that the keys of its readers hold; `read` gets it from the library."""

    def __init__(self, name: str, sha256: str, read: Callable[[], ValueT], files: tuple[FileRef, ...] = ()) -> None:
        self.name = name  # in the keys of its readers
        self.sha256 = sha256
        self.files = files  # of the result in the library: its own, then those that belong to it
        self._read: Callable[[], ValueT] | None = read

    def get(self) -> ValueT:
        """The value; raises what reading it raises, `Corrupt` above all."""
        if self._read is not None:
            self._value = self._read()
            self._read = None
        return self._value


def known(name: str, sha256: str, value: ValueT) -> Value[ValueT]:
    """A value that is in memory already."""
    return Value(name, sha256, lambda: value)


class Values:
    """The newest value of each type."""

    def __init__(self) -> None:
        self._by_type: dict[type, Value[Any]] = {}

    def add(self, kind: type[ValueT], value: Value[ValueT]) -> None:
        """Set the value of a type; a later stage may replace it by a better one."""
        self._by_type[kind] = value

    def __contains__(self, kind: type) -> bool:
        return kind in self._by_type

    def find(self, kind: type[ValueT]) -> Value[ValueT]:
        """The value of a type; `KeyError` when no stage has made one, which is a mistake in the order of stages."""
        return cast(Value[ValueT], self._by_type[kind])

    def __getitem__(self, kind: type[ValueT]) -> ValueT:
        return self.find(kind).get()
