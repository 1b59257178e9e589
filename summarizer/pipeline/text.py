"""Which text a talk gets: captions or recognised speech, the first that passes the check.

The sources of text are tried in the order of the policy. One that is refused, or fails, falls through to the next; the
refusal that remains names all that was tried. Under `captions_then_whisper` a talk gets its digest from automatic
captions at once; a walk that upgrades, which the nightly job takes once nothing new is left to do, recognises its
speech, and every walk after that uses the better text.
"""

from __future__ import annotations

from typing import NamedTuple

from summarizer.check import CHECK
from summarizer.download import AUDIO
from summarizer.errors import Failed, Refused, VideoError
from summarizer.language.terms import Glossary
from summarizer.pipeline.steps import Steps, WouldRunError
from summarizer.pipeline.values import Value, known
from summarizer.records import Source, TextScore, Transcript
from summarizer.stage import Audio
from summarizer.store import Corrupt
from summarizer.transcribe import CAPTIONS, SPEECH, CaptionFile

RECOGNISED = "recognised"  # the source of text that is no caption track
POLICIES: dict[str, tuple[str, ...]] = {  # sources of text, tried in turn
    "captions": ("human", "automatic"),
    "whisper": (RECOGNISED,),
    "human_else_whisper": ("human", RECOGNISED, "automatic"),
    "captions_then_whisper": ("human", "automatic", RECOGNISED),
}


class Text(NamedTuple):
    """A text that passed the check."""

    origin: str  # "human", "automatic" or `RECOGNISED`
    transcript: Value[Transcript]
    score: Value[TextScore]


class TextSource:
    """The sources of text of one talk, tried with `steps`."""

    def __init__(self, steps: Steps, source: Value[Source], glossary: Value[Glossary], upgrade: bool = False) -> None:
        self._steps = steps
        self._source = source
        self._glossary = glossary
        self._upgrade = upgrade  # recognise speech although captions were good enough

    def choose(self) -> Text:
        """The first text, in the policy's order, that passes the check; raises `Refused` or `Failed` without one."""
        problems: list[VideoError] = []
        for origin in self.order():
            try:
                found = self.text(origin)
            except Corrupt:
                raise
            except (Refused, Failed) as problem:
                problems.append(problem)
                continue
            if found is not None:
                return found
        raise _no_text(problems)

    def order(self) -> tuple[str, ...]:
        """The sources of text to try: speech before automatic captions once it was recognised, or now shall be."""
        policy = self._steps.config.transcribe.policy
        if policy == "captions_then_whisper" and (self._upgrade or self._was_recognised()):
            policy = "human_else_whisper"
        return POLICIES[policy]

    def text(self, origin: str) -> Text | None:
        """The text of one source; nothing where the talk has no such captions. Raises what its stages raise."""
        transcript = self._recognised() if origin == RECOGNISED else self._captions(origin)
        if transcript is None:
            return None
        return Text(origin, transcript, self._steps.take(CHECK, [self._source, transcript, self._glossary]))

    def audio(self) -> Value[Audio]:
        """The sound of the talk."""
        steps = self._steps
        version = steps.video.fingerprint if steps.video.origin == "folder" else ""
        video = known("video", f"{steps.video.id} {version}".strip(), steps.video)
        return steps.take(AUDIO, [video], [self._source])

    def _captions(self, kind: str) -> Value[Transcript] | None:
        file = next((file for file in self._source.files if file.role == kind), None)
        if file is None:
            return None

        def read() -> CaptionFile:
            path = self._steps.verified(file, f"the caption track {file.name}")
            return CaptionFile(path, file.sha256)

        return self._steps.take(CAPTIONS, [Value(kind, file.sha256, read), self._source])

    def _recognised(self) -> Value[Transcript]:
        return self._steps.take(SPEECH, [self.audio()], [self._source, self._glossary])

    # -- looking ----------------------------------------------------------------------------------------------

    def _looking(self) -> TextSource:
        return TextSource(self._steps.looking(), self._source, self._glossary)

    def _was_recognised(self) -> bool:
        """Whether there is recognised speech that passes; what was seen counts as in use, for `prune`."""
        look = self._looking()
        try:
            return look.text(RECOGNISED) is not None
        except (WouldRunError, Refused, Failed):
            return False
        finally:
            seen = [step for step in look._steps.taken if not step.state.planned]
            self._steps.taken += [step for step in seen if step not in self._steps.taken]

    def upgrade_due(self, chosen: Text) -> bool:
        """Whether the text is automatic captions that speech recognition shall replace; makes nothing."""
        if self._steps.config.transcribe.policy != "captions_then_whisper" or chosen.origin != "automatic":
            return False
        look = self._looking()
        try:
            look.text(RECOGNISED)
        except (WouldRunError, VideoError):
            return any(step.state.planned for step in look._steps.taken)
        return False


def _no_text(problems: list[VideoError]) -> VideoError:
    """One error for all the sources of text that were tried."""
    failed = next((problem for problem in problems if isinstance(problem, Failed)), None)
    if failed is not None:
        return failed  # not kept: it is tried again
    if not problems:
        return Refused(
            "no_text",
            "there are no captions, and the policy does not allow speech recognition",
            "Choose another transcribe.policy.",
        )
    message = "; ".join(dict.fromkeys(str(problem) for problem in problems))
    return Refused(problems[0].code, message, problems[0].remedy)
