"""The interface of a language model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from summarizer.records import Record


class Request(Record):
    """One request; the instructions and the examples come first, because many requests share them."""

    instructions: str
    examples: tuple[tuple[str, str], ...] = ()  # complete (material, answer) pairs, sent as earlier turns of the chat
    material: str
    answer_schema: dict[str, Any] | None = None  # JSON schema of the answer; None: plain text, one line
    grammar: str = ""  # GBNF that limits a plain answer; empty: free text
    max_new_tokens: int = 0  # 0: the setting summarize.llm.max_new_tokens

    @property
    def messages(self) -> list[dict[str, str]]:
        """The request as the messages of a chat."""
        turns = [{"role": "system", "content": self.instructions}]
        for material, answer in self.examples:
            turns += [{"role": "user", "content": material}, {"role": "assistant", "content": answer}]
        return [*turns, {"role": "user", "content": self.material}]


class Answer(Record):
    """The answer to a request; `finished` is false when the token limit truncated it."""

    text: str
    tokens_in: int
    tokens_out: int
    finished: bool
    problem: str = ""  # why a server gave no text; an answer with a problem is not stored


class Generator(Protocol):
    """A language model."""

    name: str
    device: str
    context_tokens: int  # limit for prompt and answer together

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of a text, exact or too high."""
        ...

    def prompt_tokens(self, request: Request) -> int:
        """Return the number of tokens of the complete prompt with its chat template, exact or too high."""
        ...

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Yield one (index, answer) for every request, as soon as each is completed and in any order."""
        ...


class MemoryAnswers(dict[str, bytes]):
    """Stores answers in memory, for callers without a library."""

    def put(self, key: str, data: bytes) -> None:
        """Store an answer as long as this object exists."""
        self[key] = data
