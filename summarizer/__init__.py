"""Cited, checked markdown digests of recorded talks: download, transcribe, summarize, digest."""

__version__ = "0.1.0"
