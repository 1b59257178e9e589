"""A talk's text: from the listing to a checked transcript.

Captions and speech recognition are tried in the configured order until one passes the checks. A source of text that
is refused falls through to the next one; the refusal that remains names all that was tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from summarizer import models, transcribe
from summarizer.backends import Backends
from summarizer.config import Config
from summarizer.errors import Deferred, Failed, Refused, Unavailable, VideoError
from summarizer.records import Source, Transcript
from summarizer.steps import Result, Stepper, dump
from summarizer.store import Corrupt, Entry


@dataclass
class TextSteps(Stepper):
    """The steps up to the text, with the settings and the back ends that they need."""

    config: Config
    backends: Backends

    def prepare(self) -> None:
        """Fetch what the talk will need, and no more: runs ahead in the background."""
        source = self.download()
        for kind in self.config.transcribe.order:
            if kind == "whisper":
                self.audio(source)
                return
            if self._try_captions(source, kind, []) is not None:
                return

    def download(self) -> Entry:
        """Metadata and caption tracks."""
        if self.video.unavailable:
            raise _unavailable(self.video.unavailable)

        def make(space: Path) -> Result:
            source = self.backends.download(self.video, space)
            return dump(source), tuple((track.kind, space / track.file) for track in source.captions)

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
            return dump(transcript), ()

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
                return dump(self.backends.hear(path, self.load(source, Source))), ()

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


def whisper_settings(config: Config) -> dict[str, Any]:
    """The part of [transcribe] that changes what Whisper writes, with the model's exact revision."""
    settings = config.transcribe.model_dump(mode="json", exclude={"order", "min_words_per_second"})
    settings["revision"] = models.revision_of(config.transcribe.model, config.transcribe.revision)
    return settings


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
