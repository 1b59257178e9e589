"""From segments to claims with evidence. A back end is one module and a name in `BACKENDS`.

`extractive` quotes the talk and needs nothing; `transformers` and `openai` write with a language model, and what they
write is checked against the segments they cite.
"""

from summarizer.summarize.base import Summarizer
from summarizer.summarize.stage import BACKENDS, SUMMARIZE, summarizer_backend

__all__ = ["BACKENDS", "SUMMARIZE", "Summarizer", "summarizer_backend"]
