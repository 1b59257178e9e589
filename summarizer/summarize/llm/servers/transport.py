"""HTTP requests with limits for the whole exchange: its time, and the size of the answer.

Timeouts of HTTP libraries are about single reads, so a server that sends one byte a minute is never stopped by them.
Requests run as coroutines in one thread, where a deadline or a cancellation ends a request wherever it is, and closes
its connection, so that the server stops as well. Redirects are not followed: they would send the transcript to an
address that nobody configured.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
import zlib
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import Future, as_completed
from typing import Any, NamedTuple, TypeVar

import httpx2

MAX_BYTES = 4_000_000  # of an answer, also when decompressed; an answer of a model has some thousand characters
CONNECT_SECONDS = 10.0
_ENCODINGS = {"": 0, "identity": 0, "gzip": 31, "x-gzip": 31, "deflate": 47}  # window bits of zlib
ResultT = TypeVar("ResultT")


class UnreadableError(Exception):
    """The answer is too large, or compressed in a way that was not asked for."""


class Reply(NamedTuple):
    """The complete answer to an HTTP request."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes


class Transport:
    """A client of one server; thread-safe. Its thread ends with the object."""

    def __init__(self, address: str, key: str = "", *, use_environment: bool = True) -> None:
        """`key` is sent as a bearer token; `use_environment` obeys proxies in environment variables."""
        self._address = address.rstrip("/")
        self._headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=None),
            follow_redirects=False,
            trust_env=use_environment,
        )
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=_run, args=(self._loop,), name="server", daemon=True).start()
        weakref.finalize(self, _close, self._loop, self._client)

    def start(self, work: Coroutine[Any, Any, ResultT]) -> Future[ResultT]:
        """Start a coroutine that uses `post`; cancelling the future closes its connection."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run_all(self, works: Iterable[Coroutine[Any, Any, ResultT]]) -> Iterator[tuple[int, ResultT]]:
        """Run coroutines at the same time and yield (position, result) as each is completed.

        The first error is raised. After it, or when the iterator is left, the others are cancelled and their
        connections closed.
        """
        futures = {self.start(work): position for position, work in enumerate(works)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            for future in futures:
                future.cancel()

    async def post(self, path: str, body: Any) -> Reply:
        """Send JSON. Raises `UnreadableError` and the errors of httpx2."""
        return await self._exchange("POST", path, json=body)

    async def get(self, path: str) -> Reply:
        """Ask for a resource. Raises like `post`."""
        return await self._exchange("GET", path)

    async def _exchange(self, method: str, path: str, **content: Any) -> Reply:
        request = self._client.stream(method, f"{self._address}/{path}", headers=self._headers, **content)
        async with request as response:
            data = bytearray()
            async for part in response.aiter_raw():
                data += part
                if len(data) > MAX_BYTES:
                    raise UnreadableError(f"its answer has more than {MAX_BYTES / 1e6:.0f} MB")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, headers, decompress(bytes(data), headers.get("content-encoding", "")))


def decompress(data: bytes, encoding: str) -> bytes:
    """Return the content of a body, of at most `MAX_BYTES`; raises `UnreadableError`."""
    bits = _ENCODINGS.get(encoding.strip().lower())
    if bits is None:
        raise UnreadableError(f"its answer is compressed with {encoding[:40]!r}, which was not asked for")
    if not bits or not data:
        return data
    try:
        content = zlib.decompressobj(bits).decompress(data, MAX_BYTES + 1)
    except zlib.error as error:
        raise UnreadableError(f"its answer cannot be decompressed: {error}") from None
    if len(content) > MAX_BYTES:
        raise UnreadableError(f"its answer has more than {MAX_BYTES / 1e6:.0f} MB when decompressed")
    return content


def _run(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


def _close(loop: asyncio.AbstractEventLoop, client: httpx2.AsyncClient) -> None:
    async def close() -> None:
        await client.aclose()
        loop.stop()

    if loop.is_running():
        asyncio.run_coroutine_threadsafe(close(), loop)
