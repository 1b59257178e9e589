"""One talk's walk through the stages.

    download -> [ audio -> ] transcribe -> check     for each source of text, until one passes: see `text`
             -> glossary -> summarize -> digest      the rest of STAGES, in its order

A stage looks its key up first and is made only where there is no result. The same walk as a plan makes nothing and
says what would be made and why, so `explain` and `--dry-run` cannot disagree with the run. The values stay in memory:
whoever needs them after the walk (the page, the index) reads no file again.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
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
from summarizer.pipeline.values import Value, Values, known
from summarizer.records import Source, TextScore, Transcript, Video
from summarizer.stage import Stage
from summarizer.store import Corrupt, VideoFolder
from summarizer.summarize import SUMMARIZE
from summarizer.transcribe import CAPTIONS, SPEECH, Recording

STAGES: tuple[Stage[Any], ...] = (
    DOWNLOAD,  # metadata and caption tracks
    AUDIO,  # sound, only when no caption track will do
    CAPTIONS,  # a caption file to segments
    SPEECH,  # or sound to segments
    CHECK,  # is this really the text of this video? a refusal, or how it scores
    GLOSSARY,  # names put right; the transcript before it stays as it is
    SUMMARIZE,  # claims with evidence
    DIGEST,  # the page
)
STAGE_NAMES = tuple(dict.fromkeys(stage.name for stage in STAGES))
_WAITING = Step(
    SPEECH.name,
    "",
    State.WAITS,
    "the text is automatic captions; a night with time left recognises the speech",
)
_AFTER_THE_TEXT = STAGES[STAGES.index(CHECK) + 1 :]


class Walk:
    """One pass over the stages of one talk. `steps.taken` lists what happened."""

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
        watch: Callable[[Video, str], None] = lambda _video, _stage: None,
    ) -> None:
        self.video = video
        self.folder = folder
        self.config = config
        self.upgrade = upgrade  # recognise speech although captions were good enough
        self._backends = backends
        self._steps = Steps(video, folder, config, backends, forced=forced, plan=plan, watch=watch)
        self.values = Values()  # what `run` has so far
        self.upgrade_due = False  # after `run`: whether speech recognition shall replace the text on another night

    @property
    def steps(self) -> list[Step]:
        """What happened so far, or would happen."""
        return self._steps.taken

    def run(self) -> Values:
        """Everything up to the page; raises `VideoError` when there is none, in a plan also `WouldRunError`.

        A cached file that turns out corrupt has been set aside, so a second walk makes it again.
        """
        try:
            return self._run_once()
        except Corrupt:
            self._steps.values.clear()
            return self._run_once()

    def _run_once(self) -> Values:
        values = self.values = Values()
        values.add(Video, known("video", self.video.id, self.video))
        values.add(terms.Glossary, self._glossary())
        values.add(Source, self._download())
        sources = self._text_source(values.find(Source))
        text = sources.choose()
        self.upgrade_due = sources.upgrade_due(text)
        values.add(Transcript, text.transcript)
        values.add(TextScore, text.score)
        for stage in _AFTER_THE_TEXT:
            reads: list[Value[Any]] = [values.find(kind) for kind in stage.reads]
            hints: list[Value[Any]] = [values.find(kind) for kind in stage.hints]
            values.add(stage.record, self._steps.take(stage, reads, hints))
        return values

    def look(self) -> list[Step]:
        """What a run would do, up to the first stage whose result nobody can know; for a walk that is a plan."""
        with contextlib.suppress(WouldRunError, VideoError):
            self.run()
        return [*self.steps, *([_WAITING] if self.upgrade_due else [])]

    def result(self, step: Step) -> Any:
        """The result of a step that was cached or made; nothing where there is none."""
        value = self._steps.values.get(f"{step.stage}-{step.key}")
        return value.get() if value else None

    def prepare(self) -> None:
        """Fetch what the talk will need, and no more: runs ahead in the background."""
        source = self._download()
        sources = self._text_source(source)
        for origin in sources.order():
            # What goes wrong is reported by the walk, unless another source of text will do.
            with contextlib.suppress(Refused, Failed):
                if origin == RECOGNISED:
                    self._announce(sources, source)
                    return
                if sources.text(origin) is not None:
                    return

    def source(self) -> Source | None:
        """The metadata, when they are in the library and intact; makes nothing."""
        looking = self._steps.looking()
        try:
            return looking.take(DOWNLOAD, [self._listed()]).get()
        except (VideoError, WouldRunError):
            return None

    def _download(self) -> Value[Source]:
        if self.video.unavailable:
            raise _unavailable(self.video.unavailable)
        return self._steps.take(DOWNLOAD, [self._listed()])

    def _listed(self) -> Value[Video]:
        return known("video", f"{self.video.id} {self.video.fingerprint}", self.video)

    def _glossary(self) -> Value[terms.Glossary]:
        file = self.config.glossary.file
        data = terms.glossary_bytes(Path(file) if file else None)
        sha256 = hashlib.sha256(data).hexdigest()
        return Value("glossary", sha256, lambda: terms.parse(data, file or "the packaged glossary"))

    def _text_source(self, source: Value[Source]) -> TextSource:
        return TextSource(self._steps, source, self._glossary(), self.upgrade)

    def _announce(self, sources: TextSource, source: Value[Source]) -> None:
        """Have the recording read ahead unless it was recognised already."""
        audio = sources.audio()
        key = SPEECH.key(self.config, {audio.name: audio.sha256})
        if SPEECH.name in self._steps.forced or self.folder.find(SPEECH.name, key) is None:
            recording = Recording(audio.get().path, source.get(), self._glossary().get())
            self._backends.announce(recording)


def _unavailable(code: str) -> VideoError:
    if code in ("upcoming", "live"):
        return Deferred(code, f"the video is {code}", "It is tried again on the next run.")
    return Unavailable(
        code,
        f"the video is not available: {code.replace('_', ' ')}",
        "Nothing to do; it is looked at again on the next run.",
    )
