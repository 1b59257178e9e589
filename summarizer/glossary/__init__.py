"""Correct misheard names of projects, products and people."""

from summarizer.glossary.correct import correct
from summarizer.glossary.mentions import find_mentions
from summarizer.glossary.speakers import name_speakers
from summarizer.glossary.stage import GLOSSARY

__all__ = ["GLOSSARY", "correct", "find_mentions", "name_speakers"]
