"""A real HTTP server on loopback that speaks the OpenAI chat protocol, well or badly, as the test says."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def reply(text: str, finish: str = "stop") -> tuple[int, bytes]:
    """A well-formed completion."""
    body = {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }
    return 200, json.dumps(body).encode()


def error(status: int, message: str = "no") -> tuple[int, bytes]:
    """An error as servers send it."""
    return status, json.dumps({"error": {"message": message}}).encode()


@contextmanager
def serve(*answers: tuple[int, bytes] | float) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve the answers in order (a number sleeps so many seconds first); yields the address and the requests."""
    queue, requests = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            answer = queue.pop(0)
            while isinstance(answer, (int, float)):
                time.sleep(answer)
                answer = queue.pop(0)
            self.send_response(answer[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer[1])))
            self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1", requests
        finally:
            server.shutdown()
