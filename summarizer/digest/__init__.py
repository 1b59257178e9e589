"""Render records as markdown pages and as JSON; this package fetches nothing, decides nothing and has no state."""

from summarizer.digest.data import PageData, build, build_schema, render_data
from summarizer.digest.escape import escape, link, timestamp
from summarizer.digest.index import file_name, index_name, link_target, render_index
from summarizer.digest.notes import describe_notes
from summarizer.digest.page import render, render_refusal
from summarizer.digest.stage import DATA, DIGEST, PageFile

__all__ = [
    "DATA",
    "DIGEST",
    "PageData",
    "PageFile",
    "build",
    "build_schema",
    "describe_notes",
    "escape",
    "file_name",
    "index_name",
    "link",
    "link_target",
    "render",
    "render_data",
    "render_index",
    "render_refusal",
    "timestamp",
]
