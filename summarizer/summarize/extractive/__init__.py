"""The back end without a model: it quotes the talk."""

from summarizer.summarize.extractive.backend import EXTRACTIVE, Extractive

__all__ = ["EXTRACTIVE", "Extractive"]
