"""Stage 4: pure rendering. Records in, markdown out; nothing is fetched, decided or remembered here."""

from summarizer.digest.escape import escape, link, timestamp
from summarizer.digest.index import PageEntry, file_name, render_index
from summarizer.digest.page import render, render_refusal

__all__ = [
    "PageEntry",
    "escape",
    "file_name",
    "link",
    "render",
    "render_index",
    "render_refusal",
    "timestamp",
]
