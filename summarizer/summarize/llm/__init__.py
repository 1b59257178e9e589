"""The back ends with a language model: chunks to notes to a summary, every statement checked."""

from summarizer.summarize.llm.openai_server import OPENAI
from summarizer.summarize.llm.transformers_model import TRANSFORMERS

__all__ = ["OPENAI", "TRANSFORMERS"]
