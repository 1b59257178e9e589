"""Misheard names put right."""

from summarizer.glossary.correct import correct
from summarizer.glossary.mentions import mentions
from summarizer.glossary.speakers import name_speakers

__all__ = ["correct", "mentions", "name_speakers"]
