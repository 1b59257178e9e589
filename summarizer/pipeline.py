"""One talk's walk through the stages.

A stage is a pure function in its own package; this module alone knows that results are cached. `Talk.walk` asks
for the digest, which asks for the summary, which asks for the transcript, and so on: each step looks its key up
first and makes the result only on a miss. The same walk with `dry=True` makes nothing and says what it would make
and why, so `explain` and `--dry-run` cannot disagree with the run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from summarizer import digest, models, transcribe
from summarizer.config import Config
from summarizer.errors import Deferred, Failed, Refused, Unavailable, VideoError
from summarizer.records import Source, Summary, Transcript, Video
from summarizer.steps import Result, Stepper, WouldRunError
from summarizer.store import Corrupt, Entry


class Backends(Protocol):
    """What a talk needs from outside; each model is opened once per run, by whoever implements this."""

    def download(self, video: Video, folder: Path) -> Source:
        """Metadata and caption files, written into `folder`."""
        ...

    def fetch_audio(self, video: Video, source: Source, folder: Path) -> Path:
        """The sound of the video, written into `folder`."""
        ...

    def hear(self, audio: Path, source: Source) -> Transcript:
        """Speech to text."""
        ...

    def summarize(self, transcript: Transcript, source: Source) -> Summary:
        """Text to claims with evidence."""
        ...


@dataclass
class Talk(Stepper):
    """One video, its folder, the settings and the back ends: everything the walk needs."""

    config: Config
    backends: Backends

    # -- the walk ---------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Fetch what the talk will need, and no more: runs ahead in the background."""
        source = self.download()
        for kind in self.config.transcribe.order:
            if kind == "whisper":
                self.audio(source)
                return
            if self._try_captions(source, kind, []) is not None:
                return

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
        transcript = self.transcript(source)
        summary = self.summary(source, transcript)
        return self.page(source, transcript, summary)

    def download(self) -> Entry:
        """Metadata and caption tracks."""
        if self.video.unavailable:
            raise _unavailable(self.video.unavailable)

        def make(space: Path) -> Result:
            source = self.backends.download(self.video, space)
            return _dump(source), tuple((track.kind, space / track.file) for track in source.captions)

        inputs = {"video": f"{self.video.id} {self.video.fingerprint}"}
        return self.step("download", self.config.download.model_dump(mode="json"), inputs, make)

    def audio(self, source: Entry) -> Entry:
        """The sound, as one file."""

        def make(space: Path) -> Result:
            return self.backends.fetch_audio(self.video, self.load(source, Source), space), ()

        version = self.video.fingerprint if self.video.origin == "folder" else ""
        return self.step("audio", {}, {"video": f"{self.video.id} {version}".strip()}, make)

    def transcript(self, source: Entry) -> Entry:
        """The first text, in the configured order, that passes the checks."""
        problems: list[VideoError] = []
        for kind in self.config.transcribe.order:
            found = (
                self._try_speech(source, problems) if kind == "whisper" else self._try_captions(source, kind, problems)
            )
            if found is not None:
                return found
        raise _no_text(problems)

    def summary(self, source: Entry, transcript: Entry) -> Entry:
        """Claims with evidence."""

        def make(_space: Path) -> Result:
            return _dump(self.backends.summarize(self.load(transcript, Transcript), self.load(source, Source))), ()

        inputs = {"source": source.digest, "transcript": transcript.digest}
        return self.step("summarize", summarize_settings(self.config), inputs, make)

    def page(self, source: Entry, transcript: Entry, summary: Entry) -> Entry:
        """The markdown page."""

        def make(_space: Path) -> Result:
            page = digest.render(
                self.load(source, Source),
                self.load(transcript, Transcript),
                self.load(summary, Summary),
                self.config.digest,
            )
            return page.encode(), ()

        inputs = {"source": source.digest, "transcript": transcript.digest, "summary": summary.digest}
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
        return self.load(self.summary(source, self.transcript(source)), Summary)

    # -- parts ------------------------------------------------------------------------------------------------

    def _try_captions(self, source: Entry, kind: str, problems: list[VideoError]) -> Entry | None:
        file = next((file for file in source.files if file.role == kind), None)
        if file is None:
            return None

        def make(_space: Path) -> Result:
            record = self.load(source, Source)
            track = next(track for track in record.captions if track.sha256 == file.sha256)
            if not self.folder.intact(file):
                raise Corrupt(f"the caption track {file.name}")
            transcript = transcribe.read_captions(
                self.folder.path / file.name,
                track.format,
                video_id=self.video.id,
                language=track.language,
                kind=track.kind,
                duration=record.duration,
            )
            return _dump(transcript), ()

        try:
            return self._checked(source, self.step("transcribe", {}, {kind: file.sha256}, make))
        except Corrupt:
            raise
        except (Refused, Failed) as problem:
            problems.append(problem)
            return None

    def _try_speech(self, source: Entry, problems: list[VideoError]) -> Entry | None:
        try:
            audio = self.audio(source)

            def make(_space: Path) -> Result:
                if not self.folder.intact(audio.files[0]):
                    raise Corrupt("the audio")
                path = self.folder.path / audio.files[0].name
                return _dump(self.backends.hear(path, self.load(source, Source))), ()

            # Keyed on the sound alone: a new title or description never runs speech recognition again.
            settings = whisper_settings(self.config)
            return self._checked(source, self.step("transcribe", settings, {"audio": audio.digest}, make))
        except Corrupt:
            raise
        except (Refused, Failed) as problem:
            problems.append(problem)
            return None

    def _checked(self, source: Entry, transcript: Entry) -> Entry:
        """The transcript, or its refusal; a step of its own, so that a new threshold repeats no recognition."""

        def make(_space: Path) -> Result:
            record = self.load(source, Source)
            transcribe.check(
                self.load(transcript, Transcript),
                record.duration,
                self.config.transcribe,
                self.config.download.languages,
            )
            return None, ()

        settings = {
            "languages": list(self.config.download.languages),
            "min_words_per_second": self.config.transcribe.min_words_per_second,
        }
        self.step("check", settings, {"source": source.digest, "transcript": transcript.digest}, make)
        return transcript


def summarize_settings(config: Config) -> dict[str, Any]:
    """The part of [summarize] that the chosen back end obeys, with the model's exact revision."""
    everything = config.summarize.model_dump(mode="json")
    if config.summarize.backend == "extractive":
        return {k: everything[k] for k in ("backend", "kind", "max_takeaways", "max_sections", "points_per_section")}
    if config.summarize.backend == "transformers":
        everything["revision"] = models.revision_of(config.summarize.model, config.summarize.revision)
    return everything


def whisper_settings(config: Config) -> dict[str, Any]:
    """The part of [transcribe] that changes what Whisper writes, with the model's exact revision."""
    settings = config.transcribe.model_dump(mode="json", exclude={"order", "min_words_per_second"})
    settings["revision"] = models.revision_of(config.transcribe.model, config.transcribe.revision)
    return settings


def _dump(record: BaseModel) -> bytes:
    return record.model_dump_json(indent=1).encode()


def _unavailable(code: str) -> VideoError:
    if code in ("upcoming", "live"):
        return Deferred(code, f"the video is {code}", "It is tried again on the next run.")
    return Unavailable(
        code,
        f"the video cannot be had: {code.replace('_', ' ')}",
        "Nothing to do; it is looked at again on the next run.",
    )


def _no_text(problems: list[VideoError]) -> VideoError:
    """One error for all the sources of text that were tried."""
    failed = next((problem for problem in problems if isinstance(problem, Failed)), None)
    if failed is not None:
        return failed  # not cached: worth another try, and a person's look
    if not problems:
        return Refused(
            "no_text",
            "there are no captions, and speech recognition is not in the order",
            "Add whisper to transcribe.order.",
        )
    message = "; ".join(dict.fromkeys(str(problem) for problem in problems))
    return Refused(problems[0].code, message, problems[0].remedy)
