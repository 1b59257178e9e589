from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from summarizer import models
from summarizer.errors import BackendError, UsageError

SHA = "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66"
FILES = {
    "model.bin": b"weights" * 1000,
    "config.json": b"{}",
    "tokenizer.json": b'{"a": 1}',
    "evil.py": b"import os",
    "pytorch_model.pkl": b"pickle",
}


@contextmanager
def hub(files: dict[str, bytes], cut: str = "", nonsense: bool = False) -> Iterator[str]:
    """A model hub on loopback; `cut` names a file that is sent short."""
    import json

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if nonsense:
                self._answer(b"<html>coffee</html>")
            elif self.path.startswith("/api/models/"):
                siblings = [{"rfilename": name, "size": len(data)} for name, data in files.items()]
                tree = [
                    {"type": "file", "path": n, "size": len(d), "oid": hashlib.sha1(d).hexdigest()}
                    for n, d in files.items()
                ]
                info = {"id": "Systran/faster-whisper-base", "sha": SHA, "siblings": siblings}
                self._answer(json.dumps(tree if "/tree/" in self.path else info).encode())
            else:
                name = self.path.split(f"/{SHA}/")[-1]
                self._answer(files.get(name, b""), etag=name, short=name == cut)

        do_HEAD = do_GET

        def _answer(self, body: bytes, etag: str = "x", short: bool = False) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{hashlib.sha1(etag.encode()).hexdigest()}"')
            self.send_header("X-Repo-Commit", SHA)
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body[: len(body) // 2] if short else body)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The hub's library may ask, and keeps its own files out of the way."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 2)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))


def test_pull_brings_weights_without_code_and_writes_down_what_came(online: None, tmp_path: Path) -> None:
    """Exact revision and every file's digest; Python files and pickles stay away; then it resolves offline."""
    with hub(FILES) as address:
        installed = models.pull("base", tmp_path / "models", endpoint=address)
    assert installed.revision == SHA
    names = {path.name for path in installed.path.iterdir() if path.is_file()}
    assert {"model.bin", "config.json", "tokenizer.json", "MODEL.json"} == names
    assert installed == models.resolve("base", "whisper", tmp_path / "models")
    assert models.damaged("base", tmp_path / "models") == []


def test_a_changed_file_is_noticed(online: None, tmp_path: Path) -> None:
    """The digests written down when it was pulled tell."""
    with hub(FILES) as address:
        installed = models.pull("base", tmp_path, endpoint=address)
    (installed.path / "model.bin").write_bytes(b"other")
    assert models.damaged("base", tmp_path) == ["model.bin"]


@pytest.mark.parametrize("problem", [{"cut": "model.bin"}, {"nonsense": True}])
def test_a_bad_hub_leaves_no_model_behind(online: None, tmp_path: Path, problem: dict[str, str]) -> None:
    """A cut file or a page of HTML is an error with a remedy, and the model counts as not here."""
    with hub(FILES, **problem) as address, pytest.raises(BackendError) as error:  # type: ignore[arg-type]
        models.pull("base", tmp_path, endpoint=address)
    assert "run it again" in error.value.remedy
    with pytest.raises(BackendError):
        models.resolve("base", "whisper", tmp_path)


def test_a_repository_without_weights_is_refused(online: None, tmp_path: Path) -> None:
    """A model is more than its configuration."""
    with hub({"config.json": b"{}"}) as address, pytest.raises(BackendError, match="no weights"):
        models.pull("base", tmp_path, endpoint=address)


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    """For pulling and for using."""
    with pytest.raises(UsageError) as error:
        models.pull("gpt-9", tmp_path)
    assert "large-v3-turbo" in error.value.remedy
    with pytest.raises(BackendError):
        models.resolve("gpt-9", "llm", tmp_path)


def test_a_model_for_another_purpose_is_refused(tmp_path: Path) -> None:
    """A language model does not hear."""
    with pytest.raises(BackendError, match="is not a whisper model"):
        models.resolve("qwen3-4b-instruct", "whisper", tmp_path)


def test_a_folder_is_a_model_with_a_fingerprint(tmp_path: Path) -> None:
    """Other files, another revision, so that digests are made anew."""
    (tmp_path / "config.json").write_text("{}")
    first = models.resolve(str(tmp_path), "llm", tmp_path / "models").revision
    (tmp_path / "config.json").write_text('{"a": 1}')
    assert first.startswith("local-")
    assert first != models.resolve(str(tmp_path), "llm", tmp_path / "models").revision


def test_every_named_model_is_open_and_pinned() -> None:
    """MIT or Apache-2.0, and a full commit hash."""
    assert {"MIT", "Apache-2.0"} >= {model.licence for model in models.CATALOGUE.values()}
    assert {40} == {len(model.revision) for model in models.CATALOGUE.values()}
