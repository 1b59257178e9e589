"""From captions or sound to segments with times.

A speech recognition back end is a module, and a line in `BACKENDS`.
"""

from summarizer.transcribe.base import Recording, Transcriber
from summarizer.transcribe.stage import BACKENDS, CAPTIONS, SPEECH, CaptionFile, speech_backend

__all__ = ["BACKENDS", "CAPTIONS", "SPEECH", "CaptionFile", "Recording", "Transcriber", "speech_backend"]
