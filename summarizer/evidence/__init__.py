"""Check claims against the transcript segments that they cite."""

from summarizer.evidence.relevance import refuse_other_subject
from summarizer.evidence.support import Checker, Unsupported, check_claim, find_problem, measure

__all__ = ["Checker", "Unsupported", "check_claim", "find_problem", "measure", "refuse_other_subject"]
