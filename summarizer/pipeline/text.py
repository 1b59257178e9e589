"""A talk's text: from the listing to a checked transcript.

Captions and speech recognition are tried in the order of the policy until one passes the checks. A source of text
that is refused falls through to the next one; the refusal that remains names all that was tried. Under
`captions_then_whisper` a talk gets its digest from automatic captions at once; a walk with `upgrade=True`, which the
nightly job takes once nothing new is left to do, recognises its speech, and every walk after that uses the better text.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from summarizer import models
from summarizer.check import check
from summarizer.config import Config
from summarizer.errors import Deferred, Failed, Refused, Unavailable, VideoError
from summarizer.glossary import correct, name_speakers
from summarizer.language import terms
from summarizer.pipeline.backends import Backends
from summarizer.pipeline.steps import STAGES, Result, Stepper, WouldRunError, dump
from summarizer.records import Source, Transcript
from summarizer.store.library import Corrupt, Entry, stage_key
from summarizer.transcribe.captions import read_captions

POLICIES: dict[str, tuple[str, ...]] = {  # sources of text, tried in turn
    "captions": ("human", "automatic"),
    "whisper": ("whisper",),
    "human_else_whisper": ("human", "whisper", "automatic"),
    "captions_then_whisper": ("human", "automatic", "whisper"),
}


class Text(NamedTuple):
    """A text that passed the checks."""

    kind: str  # "human", "automatic" or "whisper"
    transcript: Entry
    verdict: Entry  # the check, with the text's score


@dataclass
class TextSteps(Stepper):
    """The steps up to the text, with the settings and the back ends that they need."""

    config: Config
    backends: Backends
    upgrade: bool = field(default=False, kw_only=True)  # recognise speech although captions were good enough

    def prepare(self) -> None:
        """Fetch what the talk will need, and no more: runs ahead in the background."""
        source = self.download()
        for kind in self._order(source):
            if kind == "whisper":
                with contextlib.suppress(Refused, Failed):  # the walk says so, unless another source of text will do
                    self._announce(source, self.audio(source))
                    return
            elif self._try_captions(source, kind, []) is not None:
                return

    def _announce(self, source: Entry, audio: Entry) -> None:
        """Have the recording read ahead unless it was heard already."""
        key = stage_key("transcribe", STAGES["transcribe"], whisper_settings(self.config), {"audio": audio.digest})
        if "transcribe" in self.forced or self.folder.find("transcribe", key) is None:
            self.backends.announce(self.folder.path / audio.files[0].name, self.load(source, Source))

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

    def _order(self, source: Entry) -> tuple[str, ...]:
        """The sources of text to try: speech before automatic captions once it was recognised, or now shall be."""
        policy = self.config.transcribe.policy
        if policy == "captions_then_whisper" and (self.upgrade or self._recognised(source)):
            policy = "human_else_whisper"
        return POLICIES[policy]

    def _recognised(self, source: Entry) -> bool:
        """Whether there is recognised speech that passes; looks only, and remembers what it saw, for `prune`."""
        look = replace(self, dry=True, forced=frozenset(), steps=[])
        try:
            return look._try_speech(source, []) is not None
        except WouldRunError:
            return False
        finally:
            self.steps += [step for step in look.steps if step.state != "would run" and step not in self.steps]

    def upgrade_due(self) -> bool:
        """Whether the text is automatic captions that speech recognition shall replace; looks only."""
        if self.config.transcribe.policy != "captions_then_whisper":
            return False
        look = replace(self, dry=True, forced=frozenset(), steps=[])
        try:
            source = look.download()
            if look.transcript(source).kind != "automatic":
                return False
        except (VideoError, WouldRunError):
            return False
        try:
            look._try_speech(source, [])
        except WouldRunError:
            return True
        except VideoError:
            pass
        return False

    def transcript(self, source: Entry) -> Text:
        """The first text, in the policy's order, that passes the checks."""
        problems: list[VideoError] = []
        for kind in self._order(source):
            found = (
                self._try_speech(source, problems) if kind == "whisper" else self._try_captions(source, kind, problems)
            )
            if found is not None:
                return found
        raise _no_text(problems)

    def corrected(self, source: Entry, transcript: Entry) -> Entry:
        """The transcript with its names put right, projects' and people's, in a file beside the transcript's own."""
        data, origin = self._glossary()

        def make(_space: Path) -> Result:
            glossary = terms.parse(data, origin)
            record, before = self.load(source, Source), self.load(transcript, Transcript)
            before = name_speakers(before, record)
            found = correct(before, record, glossary, on=self.config.transcribe.correct)
            return dump(found), ()

        # Keyed on the title and the description too: a new title repeats this, and never speech recognition.
        inputs = {
            "source": source.digest,
            "transcript": transcript.digest,
            "glossary": hashlib.sha256(data).hexdigest(),
        }
        return self.step("glossary", {"correct": self.config.transcribe.correct}, inputs, make)

    def _glossary(self) -> tuple[bytes, str]:
        """The glossary's bytes, and how messages call it."""
        path = Path(self.config.transcribe.glossary) if self.config.transcribe.glossary else None
        return terms.glossary_bytes(path), str(path or "the packaged glossary")

    def _try_captions(self, source: Entry, kind: str, problems: list[VideoError]) -> Text | None:
        file = next((file for file in source.files if file.role == kind), None)
        if file is None:
            return None

        def make(_space: Path) -> Result:
            record = self.load(source, Source)
            track = next(track for track in record.captions if track.sha256 == file.sha256)
            if not self.folder.intact(file):
                raise Corrupt(f"the caption track {file.name}")
            transcript = read_captions(
                self.folder.path / file.name,
                track.format,
                video_id=self.video.id,
                language=track.language,
                kind=track.kind,
                duration=record.duration,
            )
            return dump(transcript), ()

        try:
            return self._checked(source, kind, self.step("transcribe", {}, {kind: file.sha256}, make))
        except Corrupt:
            raise
        except (Refused, Failed) as problem:
            problems.append(problem)
            return None

    def _try_speech(self, source: Entry, problems: list[VideoError]) -> Text | None:
        try:
            audio = self.audio(source)

            def make(_space: Path) -> Result:
                if not self.folder.intact(audio.files[0]):
                    raise Corrupt("the audio")
                path = self.folder.path / audio.files[0].name
                return dump(self.backends.hear(path, self.load(source, Source))), ()

            # Keyed on the sound alone: a new title or description never runs speech recognition again.
            settings = whisper_settings(self.config)
            return self._checked(source, "whisper", self.step("transcribe", settings, {"audio": audio.digest}, make))
        except Corrupt:
            raise
        except (Refused, Failed) as problem:
            problems.append(problem)
            return None

    def _checked(self, source: Entry, kind: str, transcript: Entry) -> Text:
        """The transcript with its score, or its refusal; a step of its own: a new threshold repeats no recognition."""
        data, origin = self._glossary()

        def make(_space: Path) -> Result:
            record = self.load(source, Source)
            found = check(
                self.load(transcript, Transcript),
                record.duration,
                self.config.transcribe,
                self.config.download.languages,
                [term.name for term in terms.parse(data, origin).terms],
            )
            return dump(found), ()

        settings = {
            "languages": list(self.config.download.languages),
            "min_words_per_second": self.config.transcribe.min_words_per_second,
        }
        if kind == "automatic":
            settings["min_caption_score"] = self.config.transcribe.min_caption_score
        inputs = {
            "source": source.digest,
            "transcript": transcript.digest,
            "glossary": hashlib.sha256(data).hexdigest(),
        }
        return Text(kind, transcript, self.step("check", settings, inputs, make))


def whisper_settings(config: Config) -> dict[str, Any]:
    """The part of [transcribe] that changes what Whisper writes, with the model's exact revision."""
    settings = config.transcribe.model_dump(
        mode="json", exclude={"policy", "min_caption_score", "min_words_per_second", "correct", "glossary"}
    )
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
            "there are no captions, and the policy does not allow speech recognition",
            "Choose another transcribe.policy.",
        )
    message = "; ".join(dict.fromkeys(str(problem) for problem in problems))
    return Refused(problems[0].code, message, problems[0].remedy)
