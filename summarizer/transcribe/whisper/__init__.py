"""Speech recognition with Whisper (CTranslate2)."""

from summarizer.transcribe.whisper.backend import WHISPER, Whisper

__all__ = ["WHISPER", "Whisper"]
