"""Download a model of the catalogue, or remove it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from summarizer.errors import BackendError, StoreError, UsageError
from summarizer.models.catalogue import CATALOGUE, Model
from summarizer.models.installed import (
    CHECKSUMS,
    FILES,
    NOTE,
    Installed,
    Note,
    find_changes,
    list_files,
    read_note,
    resolve_packaged,
)
from summarizer.store import checksums
from summarizer.store.files import atomic_write

_COMMIT = re.compile(r"[0-9a-f]{40}")


def pull(name: str, models: Path, revision: str = "", endpoint: str | None = None) -> Installed:
    """Download a model of the catalogue; an interrupted download is resumed, a changed file downloaded again.

    `endpoint` is the address of another hub. Raises `UsageError` for an unknown name or a revision that is not exact,
    and `BackendError` when the hub does not answer or its answer is not this model.
    """
    _check_name(name)
    if CATALOGUE[name].package:
        return resolve_packaged(CATALOGUE[name], models, revision)
    model, folder = CATALOGUE[name], models / name
    wanted = revision or model.revision
    if not _COMMIT.fullmatch(wanted):
        raise UsageError(f"{wanted!r} is not an exact revision", "Give all 40 digits of the hub's commit.")
    if (note := read_note(folder)) is not None:
        for file, _ in list(find_changes(note, folder, models)):
            (folder / file).unlink(missing_ok=True)  # the hub's client would keep a file with the same time
    sent = _download(model, wanted, folder, endpoint)
    cached = checksums.open_checksums(models / CHECKSUMS)
    files = {file: cached.sha256(folder / file) for file in list_files(folder)}
    if not any(Path(file).suffix in {".safetensors", ".bin"} for file in files):
        raise BackendError(f"{model.repo} at {wanted} has no weights that can be loaded", "Check the revision.")
    for file, sha256 in files.items():
        if sent.get(file, sha256) != sha256:
            raise BackendError(f"{folder / file} is not the file that {model.repo} lists", "Run it again.")
    note = Note(repo=model.repo, revision=wanted, files=files)
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
        snapshot_download(model.repo, revision=wanted, local_dir=folder, allow_patterns=list(FILES), endpoint=endpoint)
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
