"""The back end that reads caption files."""

from summarizer.transcribe.captions.reader import read_captions

__all__ = ["read_captions"]
