"""A language model that says what the test tells it to."""

from __future__ import annotations

from collections.abc import Sequence

from summarizer.summarize.generation import Answer, Request


class FakeGenerator:
    """Answers from a queue, in order; keeps the requests it got."""

    name = "fake"
    device = "nowhere"

    def __init__(self, *answers: str | Answer, context_tokens: int = 100_000) -> None:
        self.queue = list(answers)
        self.requests: list[Request] = []
        self.context_tokens = context_tokens

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def generate(self, requests: Sequence[Request]) -> list[Answer]:
        self.requests += requests
        return [self._next() for _ in requests]

    def _next(self) -> Answer:
        answer = self.queue.pop(0)
        return answer if isinstance(answer, Answer) else Answer(text=answer, tokens_in=10, tokens_out=5, finished=True)
