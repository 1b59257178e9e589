"""Stage 2: from captions or sound to segments with times, and whether that is really the text of this video.

Two honest back ends: `read_captions` needs nothing, `Whisper` a model. `check` refuses what must not be summarized.
"""

from summarizer.transcribe.captions import read_captions
from summarizer.transcribe.checks import check
from summarizer.transcribe.export import export
from summarizer.transcribe.glossary import correct
from summarizer.transcribe.hotwords import hotwords
from summarizer.transcribe.quality import score
from summarizer.transcribe.speakers import name_speakers
from summarizer.transcribe.whisper import Wanted, Whisper

__all__ = [
    "Wanted",
    "Whisper",
    "check",
    "correct",
    "export",
    "hotwords",
    "name_speakers",
    "read_captions",
    "score",
]
