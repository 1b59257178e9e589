"""The back end that recognises speech with Whisper."""

from summarizer.transcribe.whisper.backend import Wanted, Whisper

__all__ = ["Wanted", "Whisper"]
