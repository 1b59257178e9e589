"""The catalogue of models: download a model once, find it on disk, and identify its content.

A model is pinned to an exact revision. `pull` records the SHA-256 of every file, so that a digest can name the model
that made it, and a model with a changed, missing or additional file is not used. After `pull`, no request is sent to a
hub. One small model, `tiny.en`, comes with a Python package instead, whose files must have the SHA-256 that is written
in the catalogue.
"""

from summarizer.models.catalogue import CATALOGUE, Model
from summarizer.models.installed import (
    CHECKSUMS,
    NOTE,
    Installed,
    Note,
    check_format,
    explain_pull,
    find_damaged_files,
    identify,
    is_known,
    list_models,
    resolve,
)
from summarizer.models.pulling import pull, remove

__all__ = [
    "CATALOGUE",
    "CHECKSUMS",
    "NOTE",
    "Installed",
    "Model",
    "Note",
    "check_format",
    "explain_pull",
    "find_damaged_files",
    "identify",
    "is_known",
    "list_models",
    "pull",
    "remove",
    "resolve",
]
