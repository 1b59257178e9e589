"""Choose how a language model summarizes a talk."""

from __future__ import annotations

from summarizer.config import SummarizeSettings
from summarizer.records import Source, Summary, Transcript
from summarizer.stage import Answers
from summarizer.summarize.llm.editing.editing import Editing
from summarizer.summarize.llm.generator import Generator
from summarizer.summarize.llm.map_reduce import MapReduce

EDITED_LANGUAGES = ("en", "und")  # the check of form and the examples of the prompt are English


class Method:
    """A summarizer that edits passages of English talks, and otherwise takes notes of chunks."""

    def __init__(self, generator: Generator, settings: SummarizeSettings, revision: str = "", name: str = "") -> None:
        """`revision` is that of the model, `name` the one for the page."""
        self._settings = settings
        self._editing = Editing(generator, settings, revision, name)
        self._map_reduce = MapReduce(generator, settings, revision, name=name)

    def summarize(self, transcript: Transcript, source: Source, answers: Answers | None = None) -> Summary:
        """Summarize a transcript; only notes can be translated into another language."""
        translated = self._settings.language not in ("", transcript.language)
        edits = self._settings.llm.method == "edit" and transcript.language in EDITED_LANGUAGES and not translated
        return (self._editing if edits else self._map_reduce).summarize(transcript, source, answers)
