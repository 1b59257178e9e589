"""The only way of yt-dlp to the network: every address is checked, every operation has a limit of time and size.

yt-dlp gets one request handler, ours, instead of its own. It checks the address of each request and of each redirect
before it is opened, and counts the bytes as they arrive, decompressed. This module imports yt-dlp, which takes a
second; import it inside functions.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from yt_dlp import YoutubeDL
from yt_dlp.networking import Request, RequestDirector, Response
from yt_dlp.networking._requests import RequestsHTTPAdapter, RequestsRH, RequestsSession
from yt_dlp.networking.exceptions import HTTPError, RequestError

from summarizer.errors import Deferred, Failed, SummarizerError

_CHUNK = 1 << 16  # bytes that are read at once


@dataclass(frozen=True)
class Limits:
    """What one operation, such as the download of one video's metadata, may take."""

    answer_bytes: int  # of one answer, decompressed
    total_bytes: int  # of all answers together
    seconds: float  # from the first request to the last byte


class Prevented(RequestError):  # type: ignore[misc]  # yt-dlp has no types
    """A request that was not sent, or an answer that was not read to its end; `problem` is the error to report."""

    def __init__(self, problem: SummarizerError) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Access:
    """The permission of one operation: which addresses it may open, and how much it may read; thread-safe."""

    def __init__(self, allows: Callable[[str], bool], limits: Limits) -> None:
        self._allows = allows
        self._limits = limits
        self._lock = threading.Lock()
        self._bytes = 0
        self._late = False
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._connections: weakref.WeakSet[Any] = weakref.WeakSet()
        self.problems: list[SummarizerError] = []

    def check(self, url: str, before: str = "") -> None:
        """Raise `Prevented` if the address is not allowed, or if the time is over; `before` redirected to it."""
        if self._late:
            raise self._prevent(self._timeout(url))
        if not self._allows(url):
            cause = f"{_host(before)} redirected to" if before else "the site names"
            message = f"{cause} {url[:200]!r}, which is not an address of the source; it was not opened"
            raise self._prevent(Failed("foreign_address", message, "Nothing to do; the next run tries it again."))

    def count(self, url: str, arrived: int, of_answer: int) -> None:
        """Count bytes that arrived; raises `Prevented` if an answer, or all together, are too large."""
        with self._lock:
            self._bytes += arrived
        if self._late:
            raise self._prevent(self._timeout(url))
        for size, limit in ((of_answer, self._limits.answer_bytes), (self._bytes, self._limits.total_bytes)):
            if size > limit:
                message = f"{_host(url)} sent more than {limit / 1e6:.0f} MB, the limit of this request"
                raise self._prevent(Failed("too_large", message, "Nothing to do; the next run tries it again."))

    def make_connection(self, factory: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Make a connection whose socket is closed when the time is over."""
        connection = factory(*arguments, **options)
        connect = connection.connect

        def connect_and_remember() -> None:
            connect()
            # http.client forgets the socket of an answer that ends with the connection.
            with self._lock:
                self._sockets.add(connection.sock)

        connection.connect = connect_and_remember
        with self._lock:
            self._connections.add(connection)
        return connection

    def stop(self) -> None:
        """End all requests: the time is over. A read that waits for a slow server ends at once."""
        self._late = True
        with self._lock:
            sockets = {*self._sockets, *(connection.sock for connection in self._connections)} - {None}
        for sock in sockets:
            with contextlib.suppress(OSError):  # it is closed already
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # that of TLS would interfere with its reader

    @contextlib.contextmanager
    def timed(self) -> Iterator[None]:
        """Call `stop` when the time is over before the block is."""
        timer = threading.Timer(self._limits.seconds, self.stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def find_problem(self, error: Exception) -> SummarizerError | None:
        """The problem of this access that yt-dlp reports in its own error, if there is one."""
        if self._late:
            return self._timeout("")
        return next((problem for problem in self.problems if str(problem) in str(error)), None)

    def _timeout(self, url: str) -> SummarizerError:
        message = f"{_host(url) or 'the site'} did not answer completely in {self._limits.seconds:.0f} seconds"
        return Deferred("network", message, "Check the connection (and runtime.proxy), then run again.")

    def _prevent(self, problem: SummarizerError) -> Prevented:
        self.problems.append(problem)
        return Prevented(problem)


class _Session(RequestsSession):  # type: ignore[misc]  # yt-dlp has no types
    """A session that asks before it follows a redirect."""

    def __init__(self, access: Access) -> None:
        super().__init__()
        self._access = access

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        self._access.check(request.url or "")  # the address in its final form, for every redirect too
        answer: requests.Response = super().send(request, **options)
        return answer

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target: str | None = super().get_redirect_target(resp)
        if target is not None:
            self._access.check(urljoin(resp.url, target), before=resp.url)
            resp.close()
            resp._content = b""  # requests would read the text of the redirect, however long
        return target


class _Adapter(RequestsHTTPAdapter):  # type: ignore[misc]  # yt-dlp has no types
    """Sends requests over connections that are closed when the time is over."""

    def __init__(self, access: Access, **options: Any) -> None:
        self._access = access
        super().__init__(**options)

    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> Any:
        pool = super().get_connection_with_tls_context(*arguments, **options)
        if not isinstance(pool.ConnectionCls, functools.partial):
            pool.ConnectionCls = functools.partial(self._access.make_connection, pool.ConnectionCls)
        return pool


class _Answer(Response):  # type: ignore[misc]  # yt-dlp has no types
    """An answer whose bytes are counted while they are read."""

    def __init__(self, answer: Response, access: Access) -> None:
        super().__init__(answer.fp, answer.url, answer.headers, answer.status, answer.reason, answer.extensions)
        self._answer, self._access, self._size = answer, access, 0
        access.count(self.url, 0, int(declared) if (declared := self.get_header("Content-Length", "")).isdigit() else 0)

    def read(self, amt: int | None = None) -> bytes:
        parts: list[bytes] = []
        wanted = amt
        while wanted is None or wanted > 0:
            part = self._answer.read(_CHUNK if wanted is None else min(wanted, _CHUNK))
            self._size += len(part)
            self._access.count(self.url, len(part), self._size)
            parts.append(part)
            wanted = None if wanted is None else wanted - len(part)
            if not part:
                break
        return b"".join(parts)

    def close(self) -> None:
        self._answer.close()
        super().close()


class SiteRH(RequestsRH):  # type: ignore[misc]  # yt-dlp has no types
    """The request handler of yt-dlp for one operation; its name has to end with RH."""

    def __init__(self, *, access: Access, transport: requests.adapters.BaseAdapter | None, **options: Any) -> None:
        super().__init__(**options)
        self._access = access
        self._transport = transport

    def _create_instance(self, cookiejar: Any, legacy_ssl_support: bool | None = None) -> _Session:
        session = _Session(self._access)
        session.trust_env = False  # yt-dlp has read the proxies of the environment
        session.headers = requests.structures.CaseInsensitiveDict()
        session.cookies = cookiejar
        session.adapters.clear()
        transport = self._transport or _Adapter(
            self._access,
            ssl_context=self._make_sslcontext(legacy_ssl_support=legacy_ssl_support),
            max_retries=urllib3.util.retry.Retry(False),
        )
        for scheme in ("https://", "http://"):
            session.mount(scheme, transport)
        return session

    def _send(self, request: Request) -> Response:
        self._access.check(request.url)
        try:
            return _Answer(super()._send(request), self._access)
        except HTTPError as error:
            raise HTTPError(_Answer(error.response, self._access), error.redirect_loop) from None


class GuardedYoutubeDL(YoutubeDL):  # type: ignore[misc]  # yt-dlp has no types
    """A `YoutubeDL` that opens addresses through `access` only; tests pass their own `transport`."""

    def __init__(
        self, parameters: dict[str, Any], access: Access, transport: requests.adapters.BaseAdapter | None = None
    ) -> None:
        self._access = access
        self._transport = transport
        super().__init__(parameters)

    def build_request_director(self, _handlers: Any, _preferences: Any = None) -> RequestDirector:
        """A director with our handler only."""
        handler = functools.partial(SiteRH, access=self._access, transport=self._transport)
        return super().build_request_director([handler])


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
