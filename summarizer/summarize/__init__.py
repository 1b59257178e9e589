"""Turn segments into claims with evidence. A back end is one module and one entry in `BACKENDS`.

`extractive` quotes the talk and needs no model. `transformers` and `openai` generate statements with a language model;
each statement is checked against the segments that it cites.
"""

from summarizer.summarize.base import Summarizer
from summarizer.summarize.stage import BACKENDS, SUMMARIZE, summarizer_backend

__all__ = ["BACKENDS", "SUMMARIZE", "Summarizer", "summarizer_backend"]
