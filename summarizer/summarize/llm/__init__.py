"""The back ends with a language model: chunks become notes and notes a summary; every statement is checked."""

from summarizer.summarize.llm.openai_server import OPENAI
from summarizer.summarize.llm.transformers_model import TRANSFORMERS

__all__ = ["OPENAI", "TRANSFORMERS"]
