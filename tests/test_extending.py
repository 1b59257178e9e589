"""What CONTRIBUTING.md promises: a new speech engine, a new kind of talk and a new stage need what it lists, no more."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jinja2 import ChoiceLoader, DictLoader

from summarizer import models
from summarizer.cli import doctor
from summarizer.config import Config, GlossarySettings, Table, TranscribeSettings
from summarizer.digest.templates import environment
from summarizer.models import Model
from summarizer.pipeline import STAGES, Run, walk
from summarizer.records import Corrected, Provenance, Transcript
from summarizer.stage import Backend, ModelChoice, Opening, Package, Stage, Work
from summarizer.store.files import file_sha256
from summarizer.summarize import SUMMARIZE
from summarizer.summarize.kinds import KINDS, Kind
from summarizer.summarize.llm import prompts
from summarizer.summarize.llm.generator import MemoryAnswers
from summarizer.summarize.llm.map_reduce import MapReduce
from summarizer.transcribe import BACKENDS, SPEECH, Recording
from tests.conftest import make_source, make_transcript, summarize_settings
from tests.fake_backends import FakeBackends, make_video
from tests.fake_generator import QuotingGenerator

# -- a new speech engine: a class with its `Backend` in a module, a line in BACKENDS, a table, a line in the catalogue --


class ParrotSettings(Table):
    """[transcribe.parrot]: a new back end's table."""

    model: str = "parrot-1"
    """Its model."""
    loudness: int = 3
    """A setting of its own."""


class Parrot:
    """A new back end: repeats a text."""

    def __init__(self, opening: Opening) -> None:
        assert opening.installed is not None
        self.words = (opening.installed.path / "config.json").read_text()
        self.revision = opening.installed.revision

    def announce(self, recording: Recording) -> None:
        """Nothing to read ahead."""

    def transcribe(self, recording: Recording) -> Transcript:
        made = Provenance(backend="parrot", model="parrot-1", revision=self.revision)
        texts = tuple(self.words.splitlines())
        return make_transcript(texts, video_id=recording.source.video_id, kind="parrot", made=made)


PARROT = Backend(
    name="parrot",
    open=Parrot,
    settings=lambda config: config.transcribe.parrot.dump(),
    packages=(Package("no_such_package", "parrot"),),
    model=lambda config: ModelChoice(config.transcribe.parrot.model, "parrot"),
)


class ParrotTranscribe(TranscribeSettings):
    """[transcribe] with the table of the new back end."""

    backend: str = "parrot"
    parrot: ParrotSettings = ParrotSettings()


class ParrotConfig(Config):
    """A configuration with the new table."""

    transcribe: ParrotTranscribe = ParrotTranscribe()  # type: ignore[assignment]  # as if written into the class


class FakeDownloads(FakeBackends):
    """Downloads are fake; every other back end is really opened."""

    def __init__(self, run: Run) -> None:
        super().__init__(captions=None)
        self.real = run._backends
        self.listing = (make_video(),)

    def open(self, backend: Backend[Any]) -> Any:
        return self if backend.name == "download" else self.real.open(backend)

    def problem(self, _backend: Backend[Any]) -> None:
        return None

    def announce(self, recording: Recording) -> None:
        self.real.announce(recording)


@pytest.fixture
def parrot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ParrotConfig:
    """The new back end in its place, with its model pulled."""
    monkeypatch.setitem(BACKENDS, "parrot", PARROT)
    line = Model(name="parrot-1", purpose="parrot", repo="x/y", revision="0" * 40, licence="MIT")
    monkeypatch.setitem(models.CATALOGUE, "parrot-1", line)
    folder = tmp_path / "models" / "parrot-1"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("\n".join(segment.text for segment in make_transcript().segments))
    files = {"config.json": file_sha256(folder / "config.json")}
    (folder / models.NOTE).write_text(models.Note(repo="x/y", revision="0" * 40, files=files).model_dump_json())
    runtime = {name: tmp_path / name for name in ("library", "digests", "models")}
    return ParrotConfig.model_validate({"runtime": runtime})


def test_a_new_speech_engine_recognises_talks(parrot: ParrotConfig) -> None:
    """Its name, model and revision are on the page."""
    run = Run(parrot, FakeDownloads(Run(parrot)))
    run.execute(run.find(["x"]))
    page = Path(run.finals[0].path).read_text()
    assert run.finals[0].status == "made"
    data = json.loads(Path(run.finals[0].path).with_suffix(".json").read_text())
    assert data["text"]["source"] == "parrot"
    assert f"Text: speech recognition, model parrot-1 ({'0' * 40})." in page


def test_a_new_speech_engine_has_its_settings_in_the_key(parrot: ParrotConfig) -> None:
    """Its own table, and that of no other back end."""
    sound = {"audio": "a" * 64}
    louder = ParrotConfig(transcribe=ParrotTranscribe(parrot=ParrotSettings(loudness=4)))
    whisper = ParrotConfig(transcribe=ParrotTranscribe(backend="whisper"))
    assert len({SPEECH.key(config, sound) for config in (parrot, louder, whisper)}) == 3
    assert SPEECH.key(whisper, sound) == SPEECH.key(Config(), sound)


def test_a_new_speech_engine_is_examined_by_doctor(parrot: ParrotConfig) -> None:
    """Its package and its model are among the findings."""
    findings = {finding.check: finding for finding in doctor.examine(parrot)}
    assert not findings["package no_such_package"].ok
    assert "[parrot]" in findings["package no_such_package"].remedy
    assert findings["model parrot-1"].ok


# -- a new kind of talk: a record in KINDS, a prompt, a template ------------------------------------------------------

PROMPT = "version: 1\n--- map\nThe recording is a demo.\n--- reduce\nThe sections are what is shown.\n"


@contextmanager
def template(name: str, text: str) -> Iterator[None]:
    """A template that is not in the package."""
    env = environment()
    packaged = env.loader
    assert packaged is not None
    env.loader = ChoiceLoader([DictLoader({name: text}), packaged])
    try:
        yield
    finally:
        env.loader = packaged


def test_a_new_kind_of_talk_has_its_own_notes_and_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chosen by its title, asked for with its prompt and roles, shown with its template."""
    from summarizer import digest

    folder = tmp_path / "prompts"
    with resources.as_file(resources.files(prompts)) as packaged:
        shutil.copytree(packaged, folder)
    (folder / "kind-demo.md").write_text(PROMPT)
    monkeypatch.setattr(prompts, "FOLDER", folder)
    demo = Kind(name="demo", titles=r"\bdemo\b", roles=("point", "step", "aside"), fields=("command",))
    monkeypatch.setattr("summarizer.summarize.kinds.KINDS", {"demo": demo, **KINDS})
    generator = QuotingGenerator()
    settings = summarize_settings(backend="openai")
    source = make_source(title="A live demo of etcd")
    summary = MapReduce(generator, settings).summarize(make_transcript(), source, MemoryAnswers())
    with template("demo.md.j2", '{% extends "base.md.j2" %}{% block first %}Shown live.{% endblock %}'):
        page = digest.render(source, make_transcript(), summary, Config().digest)
    first = generator.requests[0]
    note = first.answer_schema["properties"]["claims"]["items"]["properties"]
    assert "The recording is a demo." in first.instructions
    assert (note["role"]["enum"], "command" in note) == (["point", "step", "aside"], True)
    assert "type: demo" in page
    assert "Shown live." in page


# -- a new stage between check and summarize: a package with its Stage, a row in the table of rooms, a line in STAGES --


def redact(work: Work[GlossarySettings, None], corrected: Corrected) -> Corrected:
    """Leave a name out of the text."""
    segments = tuple(
        segment.model_copy(update={"text": segment.text.replace("etcd", "the database")})
        for segment in corrected.transcript.segments
    )
    return corrected.model_copy(
        update={"transcript": corrected.transcript.model_copy(update={"segments": segments}), "projects": ()}
    )


REDACT = Stage("redact", 1, Corrected, lambda config: config.glossary, (Corrected,), redact)


def test_a_new_stage_stands_between_two_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cached, planned and forced like the others; what follows reads its result."""
    place = STAGES.index(SUMMARIZE)
    monkeypatch.setattr(walk, "STAGES", (*STAGES[:place], REDACT, *STAGES[place:]))
    settings = Config.model_validate({"runtime": {name: tmp_path / name for name in ("library", "digests")}})

    def execute(**options: Any) -> Run:
        backends = FakeBackends()
        backends.listing = (make_video(title="Talk"),)
        run = Run(settings, backends, **options)
        run.execute(run.find(["x"]))
        return run

    run = execute()
    page = Path(run.finals[0].path).read_text()
    body = page.split("\n---\n", 1)[1]
    assert [outcome.stage for outcome in run.outcomes][3:6] == ["glossary", "redact", "summarize"]
    assert "etcd" not in body
    assert "the database" in body
    assert execute().finals[0].status == "cached"
    again = execute(forced=frozenset({"redact"}))
    assert [outcome.stage for outcome in again.outcomes if outcome.status == "made"] == ["redact", "run"]
    assert "redact" in walk.stage_names()
