"""Render records as markdown pages; this package fetches nothing, decides nothing and has no state."""

from summarizer.digest.escape import escape, link, timestamp
from summarizer.digest.index import file_name, render_index
from summarizer.digest.page import render, render_refusal
from summarizer.digest.sound import describe_sound
from summarizer.digest.stage import DIGEST, PageFile

__all__ = [
    "DIGEST",
    "PageFile",
    "describe_sound",
    "escape",
    "file_name",
    "link",
    "render",
    "render_index",
    "render_refusal",
    "timestamp",
]
