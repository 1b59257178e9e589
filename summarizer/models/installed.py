"""Find a model on this machine, check its files, and identify its content."""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from summarizer.errors import BackendError, install_remedy
from summarizer.machine import find_models_folder
from summarizer.models.catalogue import CATALOGUE, Model
from summarizer.records import Record
from summarizer.store import checksums

NOTE = "MODEL.json"  # written last: a folder without it is an incomplete download
CHECKSUMS = "checksums.json"  # in the folder that contains all models
# Weights in formats that cannot run code (safetensors, CTranslate2, GGUF) and their configuration. No *.py, no pickles.
FILES = ("*.safetensors", "model.bin", "*.gguf", "*.json", "*.txt", "*.jinja", "*.model", "*.tiktoken")


class Installed(Record):
    """A model that is on this machine."""

    name: str
    path: Path
    revision: str  # the hub's commit, or "local-" and 12 digits of the SHA-256 of its files


class Note(Record):
    """The file that `pull` adds to a model: its origin and the SHA-256 of its files."""

    repo: str
    revision: str
    files: dict[str, str]  # name -> SHA-256


def identify(name: str, revision: str, models: Path) -> dict[str, str]:
    """The `model` and `revision` that identify a model in a stage's key, by its content and not by its location.

    A model of the catalogue is identified by its name and its exact revision, also before it is downloaded: `resolve`
    refuses files that are not those of this revision. A folder is identified by the SHA-256 of its files, whatever
    revision is given. A missing model is identified by its name; opening it raises `BackendError`.
    """
    if model := CATALOGUE.get(name):
        return {"model": name, "revision": model.revision if model.package else revision or model.revision}
    if is_local(name):
        return {"model": "local", "revision": _content(Path(name), models)}
    return {"model": name, "revision": revision}


def _content(path: Path, models: Path) -> str:
    """A revision computed from the content of a model's files; `path` is its folder or its only file."""
    cached = checksums.open_checksums(models / CHECKSUMS)
    files = [(path.name, path)] if path.is_file() else [(name, path / name) for name in list_files(path)]
    listed = [(name, cached.sha256(file)) for name, file in files]
    return f"local-{hashlib.sha256(repr(listed).encode()).hexdigest()[:12]}"


def list_files(folder: Path) -> list[str]:
    """The names of a model's files, sorted; those in subfolders with their path, hidden ones left out."""
    paths = {path.relative_to(folder) for pattern in FILES for path in folder.rglob(pattern) if path.is_file()}
    names = (path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts))
    return sorted(name for name in names if name not in {NOTE, CHECKSUMS})


def find_changes(note: Note, folder: Path, models: Path) -> Iterator[tuple[str, str]]:
    """Name and change of the files that are not as they were after `pull`."""
    cached = checksums.open_checksums(models / CHECKSUMS)
    for name, sha256 in note.files.items():
        if not (folder / name).is_file():
            yield name, "is missing"
        elif cached.sha256(folder / name) != sha256:
            yield name, "has changed since it was pulled"
    yield from ((name, "was not pulled") for name in list_files(folder) if name not in note.files)


def resolve(name: str, purpose: str, models: Path, revision: str = "") -> Installed:
    """Find a model by name or folder.

    Raises `BackendError` when it is not on this machine, is at another revision, or has a changed file.
    """
    if name in CATALOGUE:
        model = CATALOGUE[name]
        if model.purpose != purpose:
            suitable = ", ".join(_list_names(purpose))
            raise BackendError(f"{name} is not a {purpose} model", f"Choose one of {suitable}, or give a path.")
        if model.package:
            return resolve_packaged(model, models, revision)
        wanted, folder = revision or model.revision, models / name
        remedy = explain_pull(name, models, revision)
        note = read_note(folder)
        if note is None:
            raise BackendError(f"the model {name} is not in {models}", remedy)
        if note.revision != wanted:
            raise BackendError(f"the model {name} in {models} is revision {note.revision}, not {wanted}", remedy)
        for file, change in find_changes(note, folder, models):
            raise BackendError(f"{folder / file} {change}; the model {name} was not loaded", remedy)
        return Installed(name=name, path=folder, revision=note.revision)
    if is_local(name):
        content = identify(name, revision, models)["revision"]
        if revision not in {"", content}:
            raise BackendError(f"the model in {name} is revision {content}, not {revision}", 'Set its revision to "".')
        return Installed(name=Path(name).name, path=Path(name), revision=content)
    raise BackendError(f"unknown model {name!r}", _suggest_model(name, purpose))


def explain_pull(name: str, models: Path, revision: str = "") -> str:
    """How to download a model into the folder where it is looked for."""
    exact = f" --revision {revision}" if revision else ""
    elsewhere = "" if models == find_models_folder() else f" --set runtime.models='{models}'"
    return f"Run: summarizer models pull {name}{exact}{elsewhere}"


def is_local(name: str) -> bool:
    """Whether a model's name is the path of a folder or of a GGUF file."""
    return Path(name).is_dir() or (Path(name).suffix.lower() == ".gguf" and Path(name).is_file())


def is_known(name: str) -> bool:
    """Whether a model's name is in the catalogue or the path of a folder or GGUF file."""
    return name in CATALOGUE or is_local(name)


def _list_names(purpose: str) -> list[str]:
    return [model.name for model in CATALOGUE.values() if model.purpose == purpose]


def _suggest_model(name: str, purpose: str) -> str:
    names = _list_names(purpose)
    close = difflib.get_close_matches(name, names, n=1)
    suggestion = f"Did you mean {close[0]}? " if close else ""
    return f"{suggestion}Choose one of {', '.join(names)}, or give the path of a folder."


def resolve_packaged(model: Model, models: Path, revision: str = "") -> Installed:
    """Find a model in its Python package, without running code of the package."""
    if revision not in {"", model.revision}:
        raise BackendError(f"{model.name} is only available at revision {model.revision}, not {revision}")
    folder = _package_folder(model)
    if folder is None:
        raise BackendError(
            f"the package {model.repo}, which contains the model {model.name}, is missing", _explain_package(model)
        )
    if wrong := _wrong_files(model, folder, models):
        raise BackendError(
            f"{folder / wrong[0]} is missing or is not the file of {model.name}",
            f"{install_remedy(package=f'{model.repo}=={model.revision}')} --force-reinstall --no-deps",
        )
    return Installed(name=model.name, path=folder, revision=model.revision)


def _explain_package(model: Model) -> str:
    """How to install the package that contains a model."""
    if model.extra:
        return install_remedy(model.extra)
    return f"{install_remedy(package=f'{model.repo}=={model.revision}')} --no-deps"


def _package_folder(model: Model) -> Path | None:
    spec = importlib.util.find_spec(model.package)
    return Path(spec.origin).parent / model.folder if spec and spec.origin else None


def _wrong_files(model: Model, folder: Path, models: Path) -> list[str]:
    """Names of a packaged model's files that are missing or do not have the SHA-256 that is written here."""
    cached = checksums.open_checksums(models / CHECKSUMS)
    return [
        file for file, sha256 in model.files if not (folder / file).is_file() or cached.sha256(folder / file) != sha256
    ]


def read_note(folder: Path) -> Note | None:
    """What `pull` noted about a model; None if it was not downloaded completely."""
    try:
        return Note.model_validate_json((folder / NOTE).read_bytes())
    except (OSError, ValidationError):
        return None


def find_damaged_files(name: str, models: Path) -> list[str]:
    """Files of a model of the catalogue that are missing, have changed since `pull`, or were added."""
    if CATALOGUE[name].package:
        folder = _package_folder(CATALOGUE[name])
        return [] if folder is None else _wrong_files(CATALOGUE[name], folder, models)
    note = read_note(models / name)
    return [NOTE] if note is None else [file for file, _ in find_changes(note, models / name, models)]


def check_format(name: str, purpose: str) -> None:
    """Raise `BackendError` if `name` is a folder whose files cannot be a model for this purpose."""
    folder = Path(name)
    if name in CATALOGUE or not folder.is_dir():
        return
    if purpose == "llamacpp":
        if not any(folder.glob("*.gguf")):
            raise BackendError(f"{folder} has no model in GGUF format", "Choose a folder with a .gguf file.")
        return
    needed = {"whisper": ("config.json", "model.bin", "tokenizer.json"), "llm": ("config.json", "tokenizer.json")}[
        purpose
    ]
    missing = [file for file in needed if not (folder / file).is_file()]
    if purpose == "llm" and not any(folder.glob("*.safetensors")):
        missing.append("*.safetensors")
    if not missing:
        return
    ours = {"whisper": "CTranslate2", "llm": "safetensors"}[purpose]
    other, remedy = _recognise_format(folder, purpose)
    form = f"it is in the format of {other}" if other else f"it lacks {', '.join(missing)}"
    raise BackendError(f"{folder} is no {purpose} model in {ours} format: {form}", remedy)


def _recognise_format(folder: Path, purpose: str) -> tuple[str, str]:
    """The program whose format the files of a folder have, and what to do; "" if they have none that is known."""
    files = {path.name for path in folder.iterdir()}
    known = "Choose a name from `summarizer models list`, or another folder."
    if any(name.endswith(".gguf") or name.startswith("ggml") for name in files):
        serve = "Set summarize.backend=llamacpp and summarize.llamacpp.model to the folder."
        return "llama.cpp or whisper.cpp", serve if purpose == "llm" else known
    if "model.bin" in files and purpose == "llm":
        return "CTranslate2", known
    if any(name.endswith(".safetensors") or name == "pytorch_model.bin" for name in files):
        convert = (
            f"Run: ct2-transformers-converter --model {folder} --output_dir {folder}-ct2 --copy_files tokenizer.json"
        )
        return "transformers", convert if purpose == "whisper" else known
    return "", known


def list_models(models: Path) -> list[dict[str, Any]]:
    """The catalogue as rows of a table: name, purpose, size, licence, revision, and whether it is on this machine."""
    return [
        {
            "name": model.name,
            "for": model.purpose,
            "megabytes": model.megabytes,
            "here": _describe_presence(model, models),
            "licence": model.licence,
            "revision": model.revision,
            "repo": model.repo,
        }
        for model in CATALOGUE.values()
    ]


def _describe_presence(model: Model, models: Path) -> str:
    """Whether a model is on this machine: yes, no, incomplete, or at another revision."""
    if model.package:
        folder = _package_folder(model)
        return "no" if folder is None else "incomplete" if _lacks_files(folder, dict(model.files)) else "yes"
    note = read_note(models / model.name)
    if note is None:
        return "incomplete" if (models / model.name).is_dir() else "no"
    if _lacks_files(models / model.name, note.files):
        return "incomplete"
    return "yes" if note.revision == model.revision else f"at {note.revision[:12]}"


def _lacks_files(folder: Path, files: dict[str, str]) -> bool:
    return any(not (folder / file).is_file() for file in files)
