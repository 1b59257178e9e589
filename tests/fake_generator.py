"""Fake language models with answers from the test."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from summarizer.summarize.llm.generator import Answer, Request


class FakeGenerator:
    """Returns answers from a queue, in order; records the requests."""

    name = "fake"
    device = "nowhere"

    def __init__(self, *answers: str | Answer, context_tokens: int = 100_000) -> None:
        self.queue = list(answers)
        self.requests: list[Request] = []
        self.context_tokens = context_tokens

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def prompt_tokens(self, request: Request) -> int:
        return self.count_tokens(f"{request.instructions} {request.material}")

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        for index, request in enumerate(requests):
            self.requests.append(request)
            yield index, self._next()

    def _next(self) -> Answer:
        answer = self.queue.pop(0)
        return answer if isinstance(answer, Answer) else Answer(text=answer, tokens_in=10, tokens_out=5, finished=True)


class QuotingGenerator(FakeGenerator):
    """A model that copies: its notes are the sentences of the segments, its summaries are those of the notes.

    It raises KeyboardInterrupt, as Ctrl-C does, instead of the answer with the number `fail_at` (the first is 1).
    """

    def __init__(self, context_tokens: int = 100_000, fail_at: int = 0) -> None:
        super().__init__(context_tokens=context_tokens)
        self.fail_at = fail_at

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        for index, request in enumerate(requests):
            if len(self.requests) + 1 == self.fail_at:
                raise KeyboardInterrupt
            self.requests.append(request)
            text = json.dumps(self._quote(request))
            yield index, Answer(text=text, tokens_in=10, tokens_out=5, finished=True)

    def _quote(self, request: Request) -> dict[str, object]:
        lines = [
            re.sub(r"^\[\d+\] (\([a-z]+\) )?", "", li) for li in re.findall(r"^\[\d+\] .*", request.material, re.M)
        ]
        statements = [{"text": text, "evidence": [i]} for i, text in enumerate(lines)]
        parts = request.answer_schema["properties"]
        if "claims" in parts:
            step = max(1, -(-len(statements) // parts["claims"]["maxItems"]))
            return {"claims": statements[::step]}
        half = len(statements) // 2
        sections = [{"heading": "x", "notes": list(range(half))[:3]}, {"heading": "y", "notes": [half]}]
        return {"tldr": statements[0], "takeaways": statements[:3], "sections": sections}
