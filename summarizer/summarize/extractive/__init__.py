"""The back end without a model: the talk in its own words."""

from summarizer.summarize.extractive.backend import EXTRACTIVE, Extractive

__all__ = ["EXTRACTIVE", "Extractive"]
