"""Models by name: which there are, where they are, and fetching them once.

A model is pinned to an exact revision and every file's SHA-256 is written down when it is pulled, so that a digest can
say what made it and a changed file is noticed. After `pull`, nothing asks a hub again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from summarizer.errors import BackendError, UsageError
from summarizer.records import Record
from summarizer.store import checksums
from summarizer.store.files import atomic_write

NOTE = "MODEL.json"  # written last: a folder without it is an unfinished pull
CHECKSUMS = "checksums.json"  # in the folder of all models
# Weights that cannot run code (safetensors, CTranslate2), and what belongs to them. Never *.py, never pickles.
_FILES = ("*.safetensors", "*.safetensors.index.json", "model.bin", "*.json", "*.txt", "*.jinja")


class Model(Record):
    """One line of the catalogue."""

    name: str
    purpose: str  # what loads it: "whisper" or "llm"
    repo: str
    revision: str
    licence: str


class Installed(Record):
    """A model that is here."""

    name: str
    path: Path
    revision: str  # the hub's commit, or "local-" and 12 digits of the content's SHA-256


class _Note(Record):
    """What `pull` writes down."""

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
CATALOGUE = {
    name: Model(name=name, purpose=purpose, repo=repo, revision=revision, licence=licence)
    for name, purpose, repo, revision, licence in _MODELS
}


def identity(name: str, revision: str, models: Path) -> dict[str, str]:
    """What a stage's key holds of a model, as `model` and `revision`: its content, not its place.

    A model of the catalogue is its name and its pinned revision, which needs no files; once it is here, only as long
    as its files are those that were pulled. Any other content is the SHA-256 of its files. A model that is not here
    is its name; opening it says what is missing.
    """
    if name in CATALOGUE:
        note = _read_note(models / name)
        if note is None or not _differing(note, models / name, models):
            return {"model": name, "revision": revision or CATALOGUE[name].revision}
        return {"model": name, "revision": _content(models / name, models)}
    if Path(name).is_dir():
        return {"model": "local", "revision": _content(Path(name), models)}
    return {"model": name, "revision": revision}


def _content(folder: Path, models: Path) -> str:
    """The content of a model's files as a revision."""
    known = checksums.opened(models / CHECKSUMS)
    listed = [(path.name, known.sha256(path)) for path in _model_files(folder)]
    return f"local-{hashlib.sha256(repr(listed).encode()).hexdigest()[:12]}"


def _model_files(folder: Path) -> list[Path]:
    """The files that a model is made of, by name."""
    found = {path for pattern in _FILES for path in folder.glob(pattern) if path.is_file()}
    return sorted(path for path in found if path.name not in {NOTE, CHECKSUMS})


def _differing(note: _Note, folder: Path, models: Path) -> list[str]:
    """Names of files that are missing or are not what was pulled."""
    known = checksums.opened(models / CHECKSUMS)
    return [
        name
        for name, sha256 in note.files.items()
        if not (folder / name).is_file() or known.sha256(folder / name) != sha256
    ]


def resolve(name: str, purpose: str, models: Path, revision: str = "") -> Installed:
    """A model by name or folder, ready to open; raises `BackendError` when it is not here."""
    if name in CATALOGUE:
        if CATALOGUE[name].purpose != purpose:
            raise BackendError(f"{name} is not a {purpose} model", "See `summarizer models list`.")
        note = _read_note(models / name)
        if note is None or note.revision != (revision or CATALOGUE[name].revision):
            raise BackendError(f"the model {name} is not in {models}", f"Run: summarizer models pull {name}")
        return Installed(name=name, path=models / name, revision=identity(name, revision, models)["revision"])
    if Path(name).is_dir():
        found = identity(name, revision, models)["revision"]
        return Installed(name=Path(name).name, path=Path(name), revision=found)
    raise BackendError(f"unknown model {name!r}", "See `summarizer models list`, or give a folder.")


def _read_note(folder: Path) -> _Note | None:
    try:
        return _Note.model_validate_json((folder / NOTE).read_bytes())
    except (OSError, ValidationError):
        return None


def pull(name: str, models: Path, revision: str = "", endpoint: str | None = None) -> Installed:
    """Fetch a model of the catalogue; an interrupted pull continues where it stopped.

    `endpoint` is another hub's address. Raises `UsageError` for unknown names and `BackendError` when the hub does not
    answer or sends something else.
    """
    if name not in CATALOGUE:
        raise UsageError(f"unknown model {name!r}", f"There are {', '.join(CATALOGUE)}.")
    import httpx2
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    model, folder = CATALOGUE[name], models / name
    wanted = revision or model.revision
    try:
        exact = HfApi(endpoint=endpoint).model_info(model.repo, revision=wanted).sha
        snapshot_download(model.repo, revision=exact, local_dir=folder, allow_patterns=list(_FILES), endpoint=endpoint)
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
            f"{model.repo} cannot be fetched: {line[:200]}",
            "Check the network and run it again; it continues where it stopped.",
        ) from None
    known = checksums.opened(models / CHECKSUMS)
    files = {path.name: known.sha256(path) for path in _model_files(folder)}
    if not exact or not any(Path(file).suffix in {".safetensors", ".bin"} for file in files):
        raise BackendError(f"{model.repo} at {wanted} holds no weights that can be used", "Check the revision.")
    note = _Note(repo=model.repo, revision=exact, files=files)
    atomic_write(folder / NOTE, note.model_dump_json(indent=1).encode())
    return Installed(name=name, path=folder, revision=exact)


def damaged(name: str, models: Path) -> list[str]:
    """Files of a pulled model that are missing or not what was pulled."""
    note = _read_note(models / name)
    return [NOTE] if note is None else _differing(note, models / name, models)


def listing(models: Path) -> list[dict[str, Any]]:
    """The catalogue for people: name, purpose, licence, revision, and whether it is here."""
    rows: list[dict[str, Any]] = []
    for model in CATALOGUE.values():
        note = _read_note(models / model.name)
        here = "no" if note is None else "yes" if note.revision == model.revision else f"at {note.revision[:12]}"
        rows.append(
            {
                "name": model.name,
                "for": model.purpose,
                "licence": model.licence,
                "revision": model.revision,
                "here": here,
                "repo": model.repo,
            }
        )
    return rows
