"""Is this the text of this video? A refusal, or the text's score."""

from summarizer.check.gates import check
from summarizer.check.score import score
from summarizer.check.stage import CHECK

__all__ = ["CHECK", "check", "score"]
