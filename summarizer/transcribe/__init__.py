"""The stage `transcribe`: caption files or audio to segments with times.

To add a speech recognition back end, write a module and add it to `BACKENDS`.
"""

from summarizer.transcribe.base import Recording, Transcriber
from summarizer.transcribe.stage import BACKENDS, CAPTIONS, SPEECH, CaptionFile, speech_backend

__all__ = ["BACKENDS", "CAPTIONS", "SPEECH", "CaptionFile", "Recording", "Transcriber", "speech_backend"]
