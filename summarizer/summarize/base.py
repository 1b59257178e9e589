"""The interface of a summarizer."""

from __future__ import annotations

from typing import Protocol

from summarizer.records import Source, Summary, Transcript
from summarizer.stage import Answers


class Summarizer(Protocol):
    """An opened back end; safe to use from several threads."""

    def summarize(self, transcript: Transcript, source: Source, answers: Answers, /) -> Summary:
        """Summarize a transcript; raise `Refused` when the transcript does not support a summary.

        `answers` stores intermediate results of a long summary, so that they are not repeated after a killed run.
        """
        ...
