"""Choose the text of a talk: captions or recognised speech, the first that passes the check.

The sources of text are tried in the order of the policy. If one is refused or fails, the next one is tried; if all are
refused, the refusal names each of them. Under `captions_then_whisper`, a talk first gets a digest from automatic
captions. An upgrade, which the nightly job does after all new talks, recognises its speech; every later walk uses the
recognised text.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import NamedTuple

from summarizer.check import CHECK
from summarizer.download import AUDIO
from summarizer.errors import BackendError, Failed, Refused, Skipped, VideoError
from summarizer.language.terms import Glossary
from summarizer.pipeline.steps import State, Step, Steps, WouldRunError
from summarizer.pipeline.values import Value, in_memory
from summarizer.records import Source, TextScore, Transcript
from summarizer.stage import Audio
from summarizer.store import Corrupt
from summarizer.transcribe import CAPTIONS, SPEECH, CaptionFile, speech_backend

log = logging.getLogger(__name__)

RECOGNISED = "recognised"  # the source of text that is not a caption track
NO_SPEECH = "no_speech_recognition"  # code of the failure of a talk that needs a model that is not there
POLICIES: dict[str, tuple[str, ...]] = {  # sources of text, in the order in which they are tried
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
    """The sources of text of one talk."""

    def __init__(self, steps: Steps, source: Value[Source], glossary: Value[Glossary], upgrade: bool = False) -> None:
        self._steps = steps
        self._source = source
        self._glossary = glossary
        self._upgrade = upgrade  # recognise speech even if automatic captions passed the check
        self.examined: list[Step] = []  # cached steps that decided about the order of the sources

    def choose(self) -> Text:
        """The first text, in the policy's order, that passes the check; raises `Refused` or `Failed` if none does."""
        problems: list[VideoError] = []
        for origin in self.list_origins():
            try:
                text = self.take_text(origin)
            except Corrupt:
                raise
            except (Refused, Failed) as problem:
                problems.append(problem)
                continue
            if text is not None:
                return text
        raise _combine_errors(problems)

    def list_origins(self) -> tuple[str, ...]:
        """The sources of text to try; speech comes before automatic captions if it was recognised or will be now."""
        policy = self._steps.config.transcribe.policy
        if policy == "captions_then_whisper" and (self._upgrade or self._was_recognised()):
            policy = "human_else_whisper"
        return POLICIES[policy]

    def take_text(self, origin: str) -> Text | None:
        """The text from one source, or None if the talk has no such captions; raises the errors of its stages.

        Captions without a recording are not a recording that cannot be heard: what is wrong with them is told instead.
        """
        if origin == RECOGNISED and self._source.files and not self._source.get().has_audio:
            return None
        transcript = self._take_speech() if origin == RECOGNISED else self._take_captions(origin)
        if transcript is None:
            return None
        return Text(origin, transcript, self._steps.take(CHECK, [self._source, transcript, self._glossary]))

    def take_audio(self) -> Value[Audio]:
        """The audio of the talk, from the stage `audio`."""
        steps = self._steps
        version = steps.video.fingerprint if steps.video.origin == "folder" else ""
        video = in_memory("video", f"{steps.video.id} {version}".strip(), steps.video)
        return steps.take(AUDIO, [video], [self._source])

    def _take_captions(self, kind: str) -> Value[Transcript] | None:
        file = next((file for file in self._source.files if file.role == kind), None)
        if file is None:
            return None

        def read() -> CaptionFile:
            path = self._steps.verify_file(file, f"the caption track {file.name}")
            return CaptionFile(path, file.sha256)

        return self._steps.take(CAPTIONS, [Value(kind, file.sha256, read), self._source])

    def _take_speech(self) -> Value[Transcript]:
        self.require_speech()
        try:
            return self._steps.take(SPEECH, [self.take_audio()], [self._source, self._glossary])
        except BackendError as problem:
            raise Failed(NO_SPEECH, str(problem), problem.remedy) from None

    def require_speech(self) -> None:
        """Raise `Failed` if speech can neither be recognised nor was recognised before; fetches no sound in vain."""
        problem = self._steps.backends.problem(speech_backend(self._steps.config))
        if problem is None or self._is_recognised():
            return
        if self._steps.plan:
            self._steps.taken.append(Step(SPEECH.name, "", State.WAITS, problem.advice))
        elif any(file.role == "automatic" for file in self._source.files):
            _warn_once(f"no speech recognition: {problem}; automatic captions are used instead. {problem.remedy}")
        raise Failed(NO_SPEECH, f"no speech recognition: {problem}", problem.remedy)

    def _is_recognised(self) -> bool:
        """Whether recognised speech is cached, with or without a back end to recognise it again."""
        plan = self._steps.as_plan()
        try:
            audio = TextSource(plan, self._source, self._glossary).take_audio()
            plan.take(SPEECH, [audio], [self._source, self._glossary])
        except WouldRunError:
            return False
        except (Refused, Failed) as problem:
            return isinstance(problem, Refused)
        return True

    # -- plans ------------------------------------------------------------------------------------------------

    def _was_recognised(self) -> bool:
        """Whether recognised speech is cached and passes the check; a check that must run again does, in seconds."""
        plan = self._steps.as_plan()
        try:
            return TextSource(plan, self._source, self._glossary).take_text(RECOGNISED) is not None
        except WouldRunError as planned:
            return planned.stage == CHECK.name and self._passes_check()
        except (Refused, Failed):
            return False
        finally:
            self.examined = [step for step in plan.taken if not step.state.planned]

    def _passes_check(self) -> bool:
        """Whether recognised speech that is cached passes the check; a plan expects it."""
        try:
            return self.take_text(RECOGNISED) is not None
        except WouldRunError:
            return self._steps.plan
        except Corrupt:
            raise
        except (Refused, Failed):
            return False

    def needs_upgrade(self, chosen: Text) -> bool:
        """Whether the text is automatic captions that speech recognition will replace later; runs no stage."""
        if self._steps.config.transcribe.policy != "captions_then_whisper" or chosen.origin != "automatic":
            return False
        plan = self._steps.as_plan()
        try:
            TextSource(plan, self._source, self._glossary).take_text(RECOGNISED)
        except (WouldRunError, VideoError):
            return any(step.state.planned for step in plan.taken)
        return False


@lru_cache(maxsize=8)
def _warn_once(text: str) -> None:
    """Log a warning that concerns many talks of a run with the first of them."""
    log.warning("%s", text)


def _combine_errors(problems: list[VideoError]) -> VideoError:
    """The error for a talk without text: a failure if there was one, else a refusal that names all sources tried."""
    failed = next((problem for problem in problems if isinstance(problem, Failed)), None)
    if failed is not None:
        return failed  # failures are not cached, so the next run tries again
    if not problems:
        return Skipped(
            "no_captions",
            "there are no captions, and transcribe.policy is captions",
            "To recognise its speech: --set transcribe.policy=human_else_whisper.",
        )
    message = "; ".join(dict.fromkeys(str(problem) for problem in problems))
    return Refused(problems[0].code, message, problems[0].remedy)
