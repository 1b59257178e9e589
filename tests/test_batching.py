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
    """Answers with the material of the request, and records the batches."""

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


def make_request(text: str) -> Request:
    return Request(instructions="", material=text, answer_schema={})


def generate(shared: Batching, *texts: str) -> list[str]:
    return [answer.text for _, answer in sorted(shared.generate([make_request(text) for text in texts]))]


def run_concurrently(*functions: Callable[[], Any]) -> list[Any]:
    """Return the results, or exceptions, of functions that run at the same time."""
    with ThreadPoolExecutor(len(functions)) as pool:
        futures = [pool.submit(function) for function in functions]
        return [future.exception(20) or future.result() for future in futures]


def test_every_talk_gets_the_answers_to_its_own_requests() -> None:
    """The numbers of the answers are those of the talk, even if a batch contains requests of other talks."""
    echo = Echo()
    shared = Batching(echo, 3)
    talks = [[f"{talk}-{number}" for number in range(talk + 1)] for talk in range(6)]
    results = run_concurrently(*(lambda texts=texts: generate(shared, *texts) for texts in talks))
    assert results == [[f"re {text}" for text in texts] for texts in talks]
    assert sorted(text for batch in echo.batches for text in batch) == sorted(text for texts in talks for text in texts)
    assert max(len(batch) for batch in echo.batches) <= 3


def test_talks_share_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """The requests of four talks are processed in one batch."""
    monkeypatch.setattr(batching, "MAX_WAIT_SECONDS", 10)
    echo = Echo()
    shared = Batching(echo, 4)
    run_concurrently(*(lambda talk=talk: generate(shared, str(talk)) for talk in range(4)))
    assert [sorted(batch) for batch in echo.batches] == [["0", "1", "2", "3"]]


def test_a_single_request_is_not_delayed() -> None:
    """An incomplete batch waits for other requests only briefly."""
    started = time.monotonic()
    assert generate(Batching(Echo(), 64), "a") == ["re a"]
    assert time.monotonic() - started < 5


def test_prompts_of_similar_length_share_a_batch() -> None:
    """Every batch contains the oldest request."""
    echo = Echo()
    shared = Batching(echo, 2)
    echo.open.clear()
    first = threading.Thread(target=generate, args=(shared, "x"))
    first.start()
    while not echo.threads and shared._pending:
        time.sleep(0.01)  # until the batch with "x" has been taken and waits
    long, short = "l " * 100, "s"
    rest = threading.Thread(target=generate, args=(shared, long, short, long + "l", short + " s"))
    rest.start()
    while len(shared._pending) < 4:
        time.sleep(0.01)
    echo.open.set()
    first.join(20)
    rest.join(20)
    assert echo.batches == [["x"], [long, long + "l"], [short, short + " s"]]


def test_an_error_is_raised_for_all_requests_of_its_batch_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Later requests are answered."""
    monkeypatch.setattr(batching, "MAX_WAIT_SECONDS", 10)
    echo = Echo()
    shared = Batching(echo, 2)
    echo.error = RuntimeError("the model broke")
    errors = run_concurrently(lambda: generate(shared, "a"), lambda: generate(shared, "b"))
    assert [str(error) for error in errors] == ["the model broke"] * 2
    echo.error = None
    assert generate(shared, "c", "d") == ["re c", "re d"]


def test_abandoned_requests_are_not_computed() -> None:
    """When a talk is refused because of its first answer, its other requests are removed."""
    permits = threading.Semaphore(1)

    class Slow(Echo):
        def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
            permits.acquire()
            yield from super().generate(requests)

    slow = Slow()
    shared = Batching(slow, 1)
    results = shared.generate([make_request("a"), make_request("b"), make_request("c")])
    next(results)
    results.close()  # type: ignore[attr-defined]
    permits.release(3)
    assert generate(shared, "d") == ["re d"]
    assert ["c"] not in slow.batches


def test_the_processor_is_held_while_a_batch_is_computed() -> None:
    """Other models wait until it is released."""
    processor = threading.Lock()
    held: list[bool] = []

    class Watching(Echo):
        def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
            held.append(processor.locked())
            yield from super().generate(requests)

    generate(Batching(Watching(), 1, processor), "a")
    assert held == [True]
    assert not processor.locked()
