from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from summarizer.summarize.llm import batching
from summarizer.summarize.llm.batching import Batching
from summarizer.summarize.llm.generator import Answer, Request
from tests.fake_generator import FakeGenerator


class Echo(FakeGenerator):
    """Answers with what it was asked, and remembers the batches."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self.error: BaseException | None = None
        self.threads: set[int] = set()
        self.open = threading.Event()
        self.open.set()

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        self.open.wait(20)
        self.threads.add(threading.get_ident())
        self.batches.append([request.material for request in requests])
        if self.error:
            raise self.error
        for index in reversed(range(len(requests))):
            yield index, Answer(text=f"re {requests[index].material}", tokens_in=1, tokens_out=1, finished=True)


def request(text: str) -> Request:
    return Request(instructions="", material=text, answer_schema={})


def answers(shared: Batching, *texts: str) -> list[str]:
    return [answer.text for _, answer in sorted(shared.generate([request(text) for text in texts]))]


def side_by_side(*work: Callable[[], Any]) -> list[Any]:
    """Results, or errors, of functions that run at the same time."""
    with ThreadPoolExecutor(len(work)) as pool:
        futures = [pool.submit(one) for one in work]
        return [future.exception(20) or future.result() for future in futures]


def test_everybody_gets_the_answers_to_the_own_requests() -> None:
    """In the own numbering, whoever else was in the batch; and one thread computes at a time."""
    echo = Echo()
    shared = Batching(echo, 3)
    asked = [[f"{talk}-{number}" for number in range(talk + 1)] for talk in range(6)]
    found = side_by_side(*(lambda texts=texts: answers(shared, *texts) for texts in asked))
    assert found == [[f"re {text}" for text in texts] for texts in asked]
    assert sorted(text for batch in echo.batches for text in batch) == sorted(text for texts in asked for text in texts)
    assert max(len(batch) for batch in echo.batches) <= 3


def test_talks_share_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four talks with one request each are one batch of four."""
    monkeypatch.setattr(batching, "COMPANY", 10)
    echo = Echo()
    shared = Batching(echo, 4)
    side_by_side(*(lambda talk=talk: answers(shared, str(talk)) for talk in range(4)))
    assert [sorted(batch) for batch in echo.batches] == [["0", "1", "2", "3"]]


def test_a_lone_request_does_not_wait_for_company() -> None:
    """Not longer than moments."""
    started = time.monotonic()
    assert answers(Batching(Echo(), 64), "a") == ["re a"]
    assert time.monotonic() - started < 5


def test_prompts_of_like_length_go_together() -> None:
    """With the oldest request, which is never left behind."""
    echo = Echo()
    shared = Batching(echo, 2)
    echo.open.clear()
    first = threading.Thread(target=answers, args=(shared, "x"))
    first.start()
    while not echo.threads and shared._pending:
        time.sleep(0.01)  # until the batch with "x" is in hand, and waits
    long, short = "l " * 100, "s"
    rest = threading.Thread(target=answers, args=(shared, long, short, long + "l", short + " s"))
    rest.start()
    while len(shared._pending) < 4:
        time.sleep(0.01)
    echo.open.set()
    first.join(20)
    rest.join(20)
    assert echo.batches == [["x"], [long, long + "l"], [short, short + " s"]]


def test_an_error_reaches_all_who_shared_the_batch_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next requests are answered."""
    monkeypatch.setattr(batching, "COMPANY", 10)
    echo = Echo()
    shared = Batching(echo, 2)
    echo.error = RuntimeError("the model broke")
    assert [str(e) for e in side_by_side(lambda: answers(shared, "a"), lambda: answers(shared, "b"))] == [
        "the model broke"
    ] * 2
    echo.error = None
    assert answers(shared, "c", "d") == ["re c", "re d"]


def test_what_nobody_waits_for_is_not_computed() -> None:
    """A talk that is refused over its first answer does not have the others made."""
    permits = threading.Semaphore(1)

    class Slow(Echo):
        def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
            permits.acquire()
            yield from super().generate(requests)

    slow = Slow()
    shared = Batching(slow, 1)
    found = shared.generate([request("a"), request("b"), request("c")])
    next(found)
    found.close()  # type: ignore[attr-defined]
    permits.release(3)
    assert answers(shared, "d") == ["re d"]
    assert ["c"] not in slow.batches


def test_the_processor_is_held_while_a_batch_is_computed() -> None:
    """Another model waits for its turn."""
    processor = threading.Lock()
    held: list[bool] = []

    class Watching(Echo):
        def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
            held.append(processor.locked())
            yield from super().generate(requests)

    answers(Batching(Watching(), 1, processor), "a")
    assert held == [True]
    assert not processor.locked()
