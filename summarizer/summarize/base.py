"""What a summarizer can do, whatever is behind it."""

from __future__ import annotations

from typing import Protocol

from summarizer.records import Source, Summary, Transcript
from summarizer.stage import Answers


class Summarizer(Protocol):
    """An opened back end, for any number of threads."""

    def summarize(self, transcript: Transcript, source: Source, answers: Answers, /) -> Summary:
        """Raises `Refused` rather than write what the transcript does not support.

        `answers` keeps what a long summary is made from, so that a killed run need not repeat it.
        """
        ...
