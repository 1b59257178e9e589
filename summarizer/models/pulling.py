"""Download a model of the catalogue, or remove it."""

from __future__ import annotations

import shutil
from pathlib import Path

from summarizer.errors import BackendError, StoreError, UsageError
from summarizer.models.catalogue import CATALOGUE
from summarizer.models.installed import CHECKSUMS, FILES, NOTE, Installed, Note, list_files, resolve
from summarizer.store import checksums
from summarizer.store.files import atomic_write


def pull(name: str, models: Path, revision: str = "", endpoint: str | None = None) -> Installed:
    """Download a model of the catalogue; an interrupted download is resumed.

    `endpoint` is the address of another hub. Raises `UsageError` for an unknown name, and `BackendError` when the hub
    does not answer or its answer is not a model.
    """
    _check_name(name)
    if CATALOGUE[name].package:
        return resolve(name, CATALOGUE[name].purpose, models)
    import httpx2
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    model, folder = CATALOGUE[name], models / name
    wanted = revision or model.revision
    try:
        exact = HfApi(endpoint=endpoint).model_info(model.repo, revision=wanted).sha
        snapshot_download(model.repo, revision=exact, local_dir=folder, allow_patterns=list(FILES), endpoint=endpoint)
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
    files = {path.name: cached.sha256(path) for path in list_files(folder)}
    if not exact or not any(Path(file).suffix in {".safetensors", ".bin"} for file in files):
        raise BackendError(f"{model.repo} at {wanted} has no weights that can be loaded", "Check the revision.")
    note = Note(repo=model.repo, revision=exact, files=files)
    atomic_write(folder / NOTE, note.model_dump_json(indent=1).encode())
    return Installed(name=name, path=folder, revision=exact)


def remove(name: str, models: Path) -> int:
    """Delete a downloaded model; returns the number of bytes freed. Raises `UsageError` if it is not there."""
    _check_name(name)
    if package := CATALOGUE[name].package:
        raise UsageError(f"{name} is part of the package {package}", f"Run: pip uninstall {CATALOGUE[name].repo}")
    folder = models / name
    if not folder.is_dir():
        raise UsageError(f"the model {name} is not in {models}", "See `summarizer models list`.")
    freed = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise StoreError(f"cannot delete {error.filename}: {error.strerror}", "Check its permissions.") from None
    return freed


def _check_name(name: str) -> None:
    if name not in CATALOGUE:
        raise UsageError(f"unknown model {name!r}", f"Available models: {', '.join(CATALOGUE)}.")
