"""One finished talk, for looking at: tables of its stages, text and claims, and pictures of them.

For notebooks; nothing else in the package imports it. `tables` computes, `pictures` draws and is alone in importing
matplotlib (the extra `notebooks`).
"""

from summarizer.library.reader import open_talk

__all__ = ["open_talk"]
