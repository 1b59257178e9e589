"""Choose how a language model summarizes a talk."""

from __future__ import annotations

from summarizer.config import SummarizeSettings
from summarizer.errors import Failed, Refused
from summarizer.records import Source, Summary, Transcript
from summarizer.stage import Answers
from summarizer.summarize.llm.editing.editing import Editing
from summarizer.summarize.llm.generator import Generator, MemoryAnswers
from summarizer.summarize.llm.map_reduce import MapReduce

EDITED_LANGUAGES = ("en", "und")  # the check of form and the examples of the prompt are English
# Refusals that are about the model, not about the recording: another model or server may do better.
FAULTS_OF_MODEL = ("no_content", "unsupported", "another_subject")


class _UsedAnswers:
    """Stored answers, with the keys that were used."""

    def __init__(self, stored: Answers) -> None:
        self._stored = stored
        self._used: set[str] = set()

    def get(self, key: str) -> bytes | None:
        self._used.add(key)
        return self._stored.get(key)

    def put(self, key: str, data: bytes) -> None:
        self._used.add(key)
        self._stored.put(key, data)

    def discard(self) -> None:
        """Make all of them unreadable, so that the model is asked again."""
        for key in self._used:
            self._stored.put(key, b"")


class Method:
    """A summarizer that edits passages of English talks, and otherwise takes notes of chunks."""

    def __init__(self, generator: Generator, settings: SummarizeSettings, revision: str = "", name: str = "") -> None:
        """`revision` is that of the model, `name` the one for the page."""
        self._settings = settings
        self._editing = Editing(generator, settings, revision, name)
        self._map_reduce = MapReduce(generator, settings, revision, name=name)

    def summarize(self, transcript: Transcript, source: Source, answers: Answers | None = None) -> Summary:
        """Summarize a transcript; only notes can be translated into another language.

        A model whose answers are of no use is a failure, which is not stored: the next run asks the model again.
        """
        translated = self._settings.language not in ("", transcript.language)
        edits = self._settings.llm.method == "edit" and transcript.language in EDITED_LANGUAGES and not translated
        used = _UsedAnswers(MemoryAnswers() if answers is None else answers)
        try:
            return (self._editing if edits else self._map_reduce).summarize(transcript, source, used)
        except Refused as refused:
            if refused.code not in FAULTS_OF_MODEL:
                raise
            used.discard()
            raise Failed(refused.code, str(refused), "Try another model: summarize.llm.model.") from None
