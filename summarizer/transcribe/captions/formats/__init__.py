"""The parsers of caption files, one module for each family of formats."""

from summarizer.transcribe.captions.formats.recognise import parse

__all__ = ["parse"]
