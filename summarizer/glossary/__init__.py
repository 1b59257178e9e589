"""Misheard names put right."""

from summarizer.glossary.correct import correct
from summarizer.glossary.mentions import mentions
from summarizer.glossary.speakers import name_speakers
from summarizer.glossary.stage import GLOSSARY

__all__ = ["GLOSSARY", "correct", "mentions", "name_speakers"]
