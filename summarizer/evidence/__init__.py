"""Does the talk say so? Claims against the segments they cite."""

from summarizer.evidence.relevance import refuse_other_subject
from summarizer.evidence.support import claim, measure, unsupported

__all__ = ["claim", "measure", "refuse_other_subject", "unsupported"]
