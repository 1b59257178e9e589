"""The library on disk: atomic files, one folder per video with its manifest, and kept answers of models."""

from summarizer.store.folder import Corrupt, VideoFolder
from summarizer.store.library import Library
from summarizer.store.manifest import Entry, Failure, FileRef, Manifest, Refusal

__all__ = ["Corrupt", "Entry", "Failure", "FileRef", "Library", "Manifest", "Refusal", "VideoFolder"]
