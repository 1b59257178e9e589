"""Check that a text is the transcript of its video: raise a refusal, or return the score of the text."""

from summarizer.check.gates import check
from summarizer.check.score import score
from summarizer.check.stage import CHECK

__all__ = ["CHECK", "check", "score"]
