"""Caption files to transcripts, without a model."""

from summarizer.transcribe.captions.reader import read_captions

__all__ = ["read_captions"]
