"""The walk of one talk through the stages.

    download -> [ audio -> ] transcribe -> check     for each source of text until one passes; see `text`
             -> glossary -> summarize -> digest      the rest of STAGES, in order

A stage runs only if the cache has no result for its key. A plan is the same walk without running stages: it lists what
would run and why, so `explain` and `--dry-run` cannot differ from the run. Values stay in memory, so that code which
uses them after the walk (for the page and the index) does not read files again.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from summarizer.check import CHECK
from summarizer.config import Config
from summarizer.digest import DIGEST
from summarizer.download import AUDIO, DOWNLOAD
from summarizer.errors import Deferred, Failed, Refused, Unavailable, VideoError
from summarizer.glossary import GLOSSARY
from summarizer.language import terms
from summarizer.pipeline.backends import Backends
from summarizer.pipeline.steps import State, Step, Steps, WouldRunError
from summarizer.pipeline.text import RECOGNISED, TextSource
from summarizer.pipeline.values import Value, Values, in_memory
from summarizer.records import Source, TextScore, Transcript, Video
from summarizer.stage import Stage
from summarizer.store import Corrupt, VideoFolder
from summarizer.summarize import SUMMARIZE
from summarizer.transcribe import CAPTIONS, SPEECH, Recording

STAGES: tuple[Stage[Any], ...] = (
    DOWNLOAD,  # metadata and caption tracks
    AUDIO,  # audio, only if no caption track is used
    CAPTIONS,  # segments from a caption file
    SPEECH,  # or segments from audio
    CHECK,  # whether the text can be that of the video: a refusal, or a score
    GLOSSARY,  # corrected names; the transcript before correction is kept
    SUMMARIZE,  # claims with evidence
    DIGEST,  # the page
)
_WAITING = Step(
    SPEECH.name,
    "",
    State.WAITS,
    "the text is automatic captions; a night with time left will recognise the speech",
)


def stage_names() -> tuple[str, ...]:
    """The names of all stages, in order."""
    return tuple(dict.fromkeys(stage.name for stage in STAGES))


class Walk:
    """One pass through the stages of one talk; `steps` lists what happened."""

    def __init__(
        self,
        video: Video,
        folder: VideoFolder,
        config: Config,
        backends: Backends,
        *,
        forced: frozenset[str] = frozenset(),
        plan: bool = False,
        upgrade: bool = False,
        watch: Callable[[Video, str, bool], None] = lambda _video, _stage, _ahead: None,
    ) -> None:
        """`watch` is called before a stage runs, with whether it runs in advance (`ahead`)."""
        self.video = video
        self.folder = folder
        self.config = config
        self.upgrade = upgrade  # recognise speech even if automatic captions passed the check
        self._backends = backends
        self.ahead = False  # whether the talk is being fetched in advance
        self._steps = Steps(
            video,
            folder,
            config,
            backends,
            forced=forced,
            plan=plan,
            watch=lambda stage: watch(video, stage, self.ahead),
        )
        self._examined: list[Step] = []
        self.values = Values()  # the values that `run` has made or read
        self.upgrade_due = False  # set by `run`: whether speech recognition will replace the text later

    @property
    def steps(self) -> list[Step]:
        """The steps taken so far, or in a plan those that would be taken, then the cached ones that were examined."""
        return [*self._steps.taken, *(step for step in self._examined if step not in self._steps.taken)]

    def run(self) -> Values:
        """Do all steps up to the page; raises `VideoError` if there is no page, and in a plan `WouldRunError`.

        When a cached file is corrupt, it is set aside and the walk starts again, which makes the file again.
        """
        for _ in range(len(self.folder.manifest.entries)):
            with contextlib.suppress(Corrupt):
                return self._run_once()
            if self._steps.plan:
                break
            self._steps.results.clear()
        return self._run_once()

    def _run_once(self) -> Values:
        values = self.values = Values()
        values.add(Video, in_memory("video", self.video.id, self.video))
        values.add(terms.Glossary, self._glossary)
        values.add(Source, self._download())
        sources = self._make_text_source(values.find(Source))
        try:
            text = sources.choose()
        finally:
            self._examined = sources.examined
        self.upgrade_due = sources.needs_upgrade(text)
        values.add(Transcript, text.transcript)
        values.add(TextScore, text.score)
        for stage in STAGES[STAGES.index(CHECK) + 1 :]:
            reads: list[Value[Any]] = [values.find(kind) for kind in stage.reads]
            hints: list[Value[Any]] = [values.find(kind) for kind in stage.hints]
            values.add(stage.record, self._steps.take(stage, reads, hints))
        return values

    def preview(self) -> list[Step]:
        """The steps that a run would take, up to the first stage without a cached result; requires `plan=True`."""
        with contextlib.suppress(WouldRunError, VideoError):
            self.run()
        return [*self.steps, *([_WAITING] if self.upgrade_due else [])]

    def find_result(self, step: Step) -> Any:
        """The result of a step, or None if it has no result."""
        value = self._steps.results.get(f"{step.stage}-{step.key}")
        return value.get() if value else None

    @property
    def running(self) -> str:
        """The stage that runs, or whose error ended the walk; empty if there is none."""
        return self._steps.running

    def download(self) -> Source:
        """The metadata, from the stage `download`."""
        return self._download().get()

    def prepare(self) -> None:
        """Download what the talk needs, before it is processed; called by background threads."""
        source = self._download()
        sources = self._make_text_source(source)
        for origin in sources.list_origins():
            # Errors are reported by `run`, unless another source of text is good enough.
            with contextlib.suppress(Refused, Failed):
                if origin == RECOGNISED:
                    sources.require_speech()
                    self._announce(sources, source)
                    return
                if sources.take_text(origin) is not None:
                    return

    def find_source(self) -> Source | None:
        """The metadata if they are in the library and intact, else None; runs no stage."""
        plan = self._steps.as_plan()
        try:
            return plan.take(DOWNLOAD, [self._listed_video()]).get()
        except (VideoError, WouldRunError):
            return None

    def _download(self) -> Value[Source]:
        if self.video.unavailable:
            raise _make_unavailable_error(self.video.unavailable)
        return self._steps.take(DOWNLOAD, [self._listed_video()])

    def _listed_video(self) -> Value[Video]:
        return in_memory("video", f"{self.video.id} {self.video.fingerprint}", self.video)

    @cached_property
    def _glossary(self) -> Value[terms.Glossary]:
        return load_glossary(self.config.glossary.file)

    def _make_text_source(self, source: Value[Source]) -> TextSource:
        return TextSource(self._steps, source, self._glossary, self.upgrade)

    def _announce(self, sources: TextSource, source: Value[Source]) -> None:
        """Let the speech back end decode the recording in advance, unless its speech was recognised already."""
        audio = sources.take_audio()
        key = SPEECH.key(self.config, {audio.name: audio.sha256})
        if SPEECH.name in self._steps.forced or self.folder.find(SPEECH.name, key) is None:
            recording = Recording(audio.get().path, source.get(), self._glossary.get())
            self._backends.announce(recording)


def _make_unavailable_error(code: str) -> VideoError:
    if code in ("upcoming", "live"):
        return Deferred(code, f"the video is {code}", "The next run tries it again.")
    return Unavailable(
        code,
        f"the video is not available: {code.replace('_', ' ')}",
        "Nothing to do; the next run checks it again.",
    )


def load_glossary(file: str) -> Value[terms.Glossary]:
    """The glossary of a file, or the packaged one; raises `UsageError` if it cannot be read."""
    data = terms.glossary_bytes(Path(file) if file else None)
    sha256 = hashlib.sha256(data).hexdigest()
    return Value("glossary", sha256, lambda: terms.parse(data, file or "the packaged glossary"))
