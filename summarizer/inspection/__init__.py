"""Inspect one finished talk: tables and pictures of its stages, text and claims.

Used by notebooks; no other part of the package imports it. `tables` computes, `pictures` draws. Only `pictures` imports
matplotlib (the extra `notebooks`).
"""

from summarizer.library.reader import open_talk

__all__ = ["open_talk"]
