"""One model for several talks at once: their requests share batches.

A talk asks in rounds: all its chunks, then what came out wrong, then the reduce step, which is a single request. Alone
it would leave most of a batch empty most of the time; the others fill it. All computing is done by one thread, which
lasts as long as there are requests.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from summarizer.summarize.llm.generator import Answer, Generator, Request

COMPANY = 0.05  # seconds that a batch with room left waits for more requests; an answer takes far longer


@dataclass(frozen=True, eq=False)
class _Asked:
    """A request on its way, with the place where its answer, or what went wrong, is waited for."""

    number: int
    request: Request
    length: int  # tokens
    answers: queue.SimpleQueue[tuple[int, Answer] | BaseException] = field(repr=False)


class Batching:
    """A `Generator` over another one, for any number of threads; `size` requests go together.

    `processor` is held while a batch is computed.
    """

    def __init__(self, generator: Generator, size: int, processor: AbstractContextManager[Any] | None = None) -> None:
        self.name = generator.name
        self.device = generator.device
        self.context_tokens = generator.context_tokens
        self.count_tokens = generator.count_tokens
        self.prompt_tokens = generator.prompt_tokens
        self._generator = generator
        self._size = size
        self._processor = processor or nullcontext()
        self._changed = threading.Condition()
        self._pending: list[_Asked] = []
        self._working = False

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Answers as they come. An error of the model goes to everybody who shared its batch."""
        answers: queue.SimpleQueue[tuple[int, Answer] | BaseException] = queue.SimpleQueue()
        asked = [_Asked(i, request, self.prompt_tokens(request), answers) for i, request in enumerate(requests)]
        self._submit(asked)
        try:
            for _ in asked:
                found = answers.get()
                if isinstance(found, BaseException):
                    raise found
                yield found
        finally:
            with self._changed:
                self._pending = [one for one in self._pending if one.answers is not answers]

    def _submit(self, asked: list[_Asked]) -> None:
        with self._changed:
            self._pending += asked
            self._changed.notify_all()
            if asked and not self._working:
                self._working = True
                threading.Thread(target=self._work, name="generate", daemon=True).start()

    def _work(self) -> None:
        while batch := self._next():
            left = dict(enumerate(batch))
            try:
                with self._processor:
                    for index, answer in self._generator.generate([one.request for one in batch]):
                        asked = left.pop(index)
                        asked.answers.put((asked.number, answer))
            except BaseException as error:  # whoever waits must hear of it
                for asked in left.values():
                    asked.answers.put(error)

    def _next(self) -> list[_Asked]:
        """The next batch: the oldest request and those nearest to it in length, so that little is padded."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._pending) >= self._size, timeout=COMPANY)
            if not self._pending:
                self._working = False
                return []
            oldest = self._pending[0].length
            nearest = sorted(self._pending, key=lambda one: abs(one.length - oldest))
            batch = nearest[: self._size]
            self._pending = [one for one in self._pending if one not in batch]
            return batch
