"""Share one model between several talks: their requests are processed in common batches.

A talk sends requests in rounds: all its chunks, then its retries, then one request for the reduce step. One talk would
leave most of a batch empty most of the time, so requests of other talks fill it. One thread does all the computing; it
ends when there are no more requests.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from summarizer.summarize.llm.generator import Answer, Generator, Request

MAX_WAIT_SECONDS = 0.05  # how long an incomplete batch waits for more requests; an answer takes much longer


@dataclass(frozen=True, eq=False)
class _Pending:
    """A submitted request, and the queue that receives its answer or the exception."""

    number: int
    request: Request
    length: int  # tokens
    answers: queue.SimpleQueue[tuple[int, Answer] | BaseException] = field(repr=False)


class Batching:
    """A `Generator` that passes requests from several threads to another one, in batches of `size` requests.

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
        self._pending: list[_Pending] = []
        self._running = False

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """Yield answers as they are completed; an exception of the model is raised for all requests of its batch."""
        answers: queue.SimpleQueue[tuple[int, Answer] | BaseException] = queue.SimpleQueue()
        submitted = [_Pending(i, request, self.prompt_tokens(request), answers) for i, request in enumerate(requests)]
        self._submit(submitted)
        try:
            for _ in submitted:
                result = answers.get()
                if isinstance(result, BaseException):
                    raise result
                yield result
        finally:
            with self._changed:
                self._pending = [pending for pending in self._pending if pending.answers is not answers]

    def _submit(self, submitted: list[_Pending]) -> None:
        with self._changed:
            self._pending += submitted
            self._changed.notify_all()
            if submitted and not self._running:
                self._running = True
                threading.Thread(target=self._process_batches, name="generate", daemon=True).start()

    def _process_batches(self) -> None:
        while batch := self._take_batch():
            unanswered = dict(enumerate(batch))
            try:
                with self._processor:
                    for index, answer in self._generator.generate([pending.request for pending in batch]):
                        pending = unanswered.pop(index)
                        pending.answers.put((pending.number, answer))
            except BaseException as error:  # raised again in the threads that wait for an answer
                for pending in unanswered.values():
                    pending.answers.put(error)

    def _take_batch(self) -> list[_Pending]:
        """Take the oldest request and those most like it: the same instructions, then a similar length."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._pending) >= self._size, timeout=MAX_WAIT_SECONDS)
            if not self._pending:
                self._running = False
                return []
            oldest = self._pending[0]
            by_distance = sorted(
                self._pending,
                key=lambda pending: (
                    pending.request.instructions != oldest.request.instructions,
                    abs(pending.length - oldest.length),
                ),
            )
            batch = by_distance[: self._size]
            self._pending = [pending for pending in self._pending if pending not in batch]
            return batch
