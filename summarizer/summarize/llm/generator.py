"""What a language model has to be able to do, whoever runs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from summarizer.records import Record


class Request(Record):
    """One question: instructions (the same for many requests, so they come first), material, schema of the answer."""

    instructions: str
    material: str
    answer_schema: dict[str, Any]


class Answer(Record):
    """What came back; `finished` is false when the token limit cut it."""

    text: str
    tokens_in: int
    tokens_out: int
    finished: bool


class Generator(Protocol):
    """A language model."""

    name: str
    device: str
    context_tokens: int  # prompt and answer together

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, exact or on the safe side."""
        ...

    def prompt_tokens(self, request: Request) -> int:
        """Tokens of the whole prompt as the model gets it, exact or on the safe side."""
        ...

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Answer every request once, as (its index, answer), each as soon as it is there and in any order."""
        ...


class MemoryAnswers(dict[str, bytes]):
    """Kept answers for callers without a library: they last as long as the object."""

    def put(self, key: str, data: bytes) -> None:
        """Keep it while the process lives."""
        self[key] = data
