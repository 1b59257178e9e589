"""An HTTP server on loopback that implements the OpenAI chat API, correctly or with the errors that a test needs."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def reply(text: str, finish: str = "stop", prompt_tokens: int = 1000) -> tuple[int, bytes]:
    """Return a well-formed completion; `prompt_tokens` is the number of tokens that the server reports."""
    body = {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": prompt_tokens, "completion_tokens": 20, "total_tokens": prompt_tokens + 20},
    }
    return 200, json.dumps(body).encode()


def error(status: int, message: str = "no") -> tuple[int, bytes]:
    """Return an error response in the form that servers send."""
    return status, json.dumps({"error": {"message": message}}).encode()


@contextmanager
def serve(
    *answers: tuple[int, bytes] | float | Callable[[dict[str, Any]], tuple[int, bytes]],
    headers: Mapping[str, str] | None = None,
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve the answers in order and yield the address and the list of requests.

    A number is a delay in seconds before the next answer. A single function answers all requests.
    """
    queue, requests = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            requests.append(request)
            answer = queue[0](request) if callable(queue[0]) else queue.pop(0)
            while isinstance(answer, (int, float)):
                time.sleep(answer)
                answer = queue.pop(0)
            self.send_response(answer[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer[1])))
            for name, value in ({"Retry-After": "0"} if headers is None else headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1", requests
        finally:
            server.shutdown()
