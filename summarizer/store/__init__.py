"""The library on disk: atomic writes, one folder with a manifest per video, and stored answers of models."""

from summarizer.store.folder import Corrupt, VideoFolder
from summarizer.store.library import Library
from summarizer.store.manifest import Entry, Failure, FileRef, Manifest, Refusal

__all__ = ["Corrupt", "Entry", "Failure", "FileRef", "Library", "Manifest", "Refusal", "VideoFolder"]
