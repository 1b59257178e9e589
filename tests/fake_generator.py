"""A language model that says what the test tells it to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from summarizer.summarize.llm.generator import Answer, Request


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
    """A truthful model: notes are the segments' own sentences, summaries the notes' own.

    `fail_at` raises KeyboardInterrupt instead of that answer (1 is the first), as Ctrl-C would.
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
        said = [{"text": text, "evidence": [i]} for i, text in enumerate(lines)]
        parts = request.answer_schema["properties"]
        if "claims" in parts:
            step = max(1, -(-len(said) // parts["claims"]["maxItems"]))
            return {"claims": said[::step]}
        half = len(said) // 2
        sections = [{"heading": "x", "notes": list(range(half))[:3]}, {"heading": "y", "notes": [half]}]
        return {"tldr": said[0], "takeaways": said[:3], "sections": sections}
