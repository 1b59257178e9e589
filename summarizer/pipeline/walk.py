"""One talk's walk through the stages.

A stage is a pure function in its own package; this module alone knows that results are cached. `Talk.walk` asks
for the digest, which asks for the summary, which asks for the transcript, and so on: each step looks its key up
first and makes the result only on a miss. The same walk with `dry=True` makes nothing and says what it would make
and why, so `explain` and `--dry-run` cannot disagree with the run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from summarizer import digest, models
from summarizer.config import Config
from summarizer.errors import VideoError
from summarizer.pipeline.steps import Result, WouldRunError, dump
from summarizer.pipeline.text import Text, TextSteps
from summarizer.records import Corrected, Source, Summary, TextScore
from summarizer.store.answers import FolderParts
from summarizer.store.library import Corrupt, Entry
from summarizer.summarize.llm.prompts import fingerprint as prompts_fingerprint


@dataclass
class Talk(TextSteps):
    """One video, its folder, the settings and the back ends: everything the walk needs."""

    def walk(self) -> Entry:
        """Everything up to the digest, which is returned; raises `VideoError` when there is none.

        A cached file that turns out corrupt has been set aside, so a second walk makes it anew.
        """
        try:
            return self._walk_once()
        except Corrupt:
            return self._walk_once()

    def _walk_once(self) -> Entry:
        source = self.download()
        text = self.transcript(source)
        corrected = self.corrected(source, text.transcript)
        summary = self.summary(source, corrected)
        return self.page(source, text, corrected, summary)

    def summary(self, source: Entry, corrected: Entry) -> Entry:
        """Claims with evidence."""

        def make(_space: Path) -> Result:
            parts = FolderParts(self.folder.path, fresh="summarize" in self.forced)
            found = self.load(corrected, Corrected)
            summary = self.backends.summarize(found.transcript, self.load(source, Source), parts)
            return dump(summary.model_copy(update={"projects": found.projects})), ()

        inputs = {"source": source.digest, "transcript": corrected.digest}
        return self.step("summarize", summarize_settings(self.config), inputs, make)

    def page(self, source: Entry, text: Text, corrected: Entry, summary: Entry) -> Entry:
        """The markdown page."""

        def make(_space: Path) -> Result:
            found = self.load(corrected, Corrected)
            page = digest.render(
                self.load(source, Source),
                found.transcript,
                self.load(summary, Summary),
                self.config.digest,
                self.load(text.verdict, TextScore),
                found.corrections,
            )
            return page.encode(), ()

        inputs = {
            "source": source.digest,
            "transcript": corrected.digest,
            "check": text.verdict.digest,
            "summary": summary.digest,
        }
        settings = self.config.digest.model_dump(mode="json", include={"tags"})
        return self.step("digest", settings, inputs, make, suffix=".md")

    def source(self) -> Source | None:
        """The metadata, when it is cached and intact; makes nothing."""
        try:
            return self.load(replace(self, dry=True, steps=[]).download(), Source)
        except (VideoError, WouldRunError):
            return None

    def load_summary(self) -> Summary:
        """The summary of a talk that was walked."""
        source = self.download()
        text = self.transcript(source)
        return self.load(self.summary(source, self.corrected(source, text.transcript)), Summary)


def summarize_settings(config: Config) -> dict[str, Any]:
    """The part of [summarize] that the chosen back end obeys, with the model's exact revision."""
    everything = config.summarize.model_dump(mode="json")
    if config.summarize.backend == "extractive":
        names = ("backend", "kind", "language", "max_takeaways", "max_sections", "points_per_section")
        return {name: everything[name] for name in names}
    everything["prompts"] = prompts_fingerprint()
    if config.summarize.backend == "transformers":
        everything["revision"] = models.revision_of(config.summarize.model, config.summarize.revision)
    return everything
