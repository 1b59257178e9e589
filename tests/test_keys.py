"""What the keys of stages are made of: everything that a stage reads, and nothing that says where or how fast it runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from summarizer import models
from summarizer.check import CHECK
from summarizer.config import Config, Table, load
from summarizer.digest import DIGEST
from summarizer.download import AUDIO, DOWNLOAD
from summarizer.errors import BackendError, UsageError
from summarizer.glossary import GLOSSARY
from summarizer.pipeline import STAGES, Walk
from summarizer.records import Chapter, Record, Source, Transcript, Video
from summarizer.stage import Stage
from summarizer.store import Library, checksums
from summarizer.summarize import SUMMARIZE
from summarizer.transcribe import CAPTIONS, SPEECH
from tests.conftest import TALK, make_source
from tests.fake_backends import FakeBackends, make_video

# Which stages a table is in the key of. Tables that are not here are in none.
READERS: dict[str, tuple[Stage[Any], ...]] = {
    "download": (DOWNLOAD,),
    "download.languages": (DOWNLOAD, CHECK),
    "transcribe.captions": (CAPTIONS,),
    "transcribe.whisper": (SPEECH,),
    "check": (CHECK,),
    "glossary": (GLOSSARY,),
    "summarize": (SUMMARIZE,),
    "summarize.llm": (SUMMARIZE,),
    "digest": (DIGEST,),
}
IN_NO_KEY = {
    "transcribe.policy",  # which text is taken; every text has a key of its own
    "glossary.file",  # its content is a value that stages read
}
MODEL = ["summarize.backend=transformers"]  # a back end that reads all tables of [summarize]
CANDIDATES: tuple[Any, ...] = (
    *(True, False, 1, 2, 3, 4, 5, 64, 700, 0.25, 0.75, 20.0),
    *("openai", "ja", "panel", "map_reduce", "int8", "cuda", "captions", "hugo", "other"),
    *(("de",), ("human",), "/elsewhere"),
)


def leaves(tables: dict[str, type[Table]], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(table, key) of every setting."""
    for name, table in tables.items():
        inner = table.tables()
        yield from ((prefix + name, key) for key in table.model_fields if key not in inner)
        yield from leaves(inner, f"{prefix}{name}.")


# `transcribe.backend` has one value here; tests/test_extending.py adds another back end.
LEAVES = [leaf for leaf in leaves(Config.tables()) if leaf != ("transcribe", "backend")]


def with_other_value(config: Config, table: str, key: str, candidates: tuple[Any, ...] = CANDIDATES) -> Config | None:
    """The configuration with a valid value for one setting that it does not have now; None when none fits."""
    for candidate in candidates:
        values = config.model_dump()
        target = values
        for name in table.split("."):
            target = target[name]
        before, target[key] = target[key], candidate
        try:
            changed = Config.model_validate(values)
        except ValidationError:
            continue
        if changed.model_dump() != config.model_dump() and candidate != before:
            return changed
    return None


def keys(config: Config) -> dict[int, str]:
    """The key of every stage with the same inputs, by its place in STAGES."""
    return {place: stage.key(config, {"input": "a" * 64}) for place, stage in enumerate(STAGES)}


def changed_stages(before: Config, after: Config) -> list[Stage[Any]]:
    old, new = keys(before), keys(after)
    return [stage for place, stage in enumerate(STAGES) if old[place] != new[place]]


@pytest.mark.parametrize(("table", "key"), LEAVES, ids=".".join)
def test_a_setting_is_in_the_keys_of_the_stages_that_read_it_and_in_no_other(table: str, key: str) -> None:
    """Every setting of the configuration, each with another value."""
    before = load(overrides=MODEL)
    name = f"{table}.{key}"
    after = with_other_value(before, table, key)
    assert after is not None, f"no candidate is another valid value of {name}"
    expected = () if name in IN_NO_KEY else READERS.get(name, READERS.get(table, ()))
    assert changed_stages(before, after) == list(expected)


@given(st.data())
def test_runtime_settings_are_in_no_key(data: st.DataObject) -> None:
    """Whatever their values are, alone or together."""
    places = [leaf for leaf in LEAVES if leaf[0] in {"runtime", "nightly", "index"} and leaf[1] != "models"]
    config = load(overrides=MODEL)
    for table, key in data.draw(st.lists(st.sampled_from(places), min_size=1)):
        candidates = tuple(data.draw(st.permutations(CANDIDATES)))
        config = with_other_value(config, table, key, candidates) or config
    assert changed_stages(load(overrides=MODEL), config) == []


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_every_input_is_in_the_key(inputs: dict[str, str]) -> None:
    """Another name or another checksum is another key."""
    config = Config()
    for stage in STAGES:
        key = stage.key(config, inputs)
        assert key != stage.key(config, {**inputs, "one more": "x"})
        assert all(key != stage.key(config, {**inputs, name: value + "x"}) for name, value in inputs.items())


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.make.__name__)
def test_a_stage_is_given_the_values_that_its_key_covers(stage: Stage[Any]) -> None:
    """The parameters of `make` behind the first are of the types in `reads` and `hints`: nothing else reaches it."""
    names = list(stage.make.__annotations__)[1:-1]
    hints = get_type_hints(stage.make)
    assert [hints[name] for name in names] == [*stage.reads, *stage.hints]


def test_only_audio_and_speech_have_hints() -> None:
    """Values outside the key: they may help, and must never repeat hours of work."""
    assert [stage for stage in STAGES if stage.hints] == [AUDIO, SPEECH]


def test_keys_of_version_0_1_0_are_still_valid() -> None:
    """Nobody wants to download ten thousand talks again.

    Recognised speech of that version lacks words, so it is recognised again; its new keys must not change either.
    """
    turbo = ["transcribe.whisper.model=large-v3-turbo", "transcribe.whisper.beam_size=5"]
    sound = {"audio": "a" * 64}
    text = {"source": "a" * 64, "transcript": "b" * 64, "glossary": "c" * 64}
    assert SPEECH.key(Config(), sound) == "1217d8f491a9"
    assert SPEECH.key(load(overrides=turbo), sound) == "09727488ba0f"
    assert DOWNLOAD.key(Config(), {"video": "abcdefghijk fingerprint"}) == "d9f15c425ec8"
    assert AUDIO.key(Config(), {"video": "abcdefghijk"}) == "604c20ffc0bf"
    assert GLOSSARY.key(Config(), text) == "e36349bf192c"


def test_the_glossary_that_evidence_reads_is_in_the_key_of_a_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is part of the package, so no setting shows that it changed."""
    before = SUMMARIZE.key(Config(), {})
    monkeypatch.setattr("summarizer.language.terms._packaged_bytes", lambda: b"[projects]")
    assert SUMMARIZE.key(Config(), {}) != before


# -- values -------------------------------------------------------------------------------------------------------


class Described(FakeBackends):
    """A talk with plain text as captions, whose times are spread over its length; `fields` replace its metadata."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(captions=" ".join(TALK))
        self.fields = fields

    def download(self, video: Video, folder: Path) -> Source:
        source = super().download(video, folder)
        tracks = tuple(track.model_copy(update={"format": "txt"}) for track in source.captions)
        return source.model_copy(update={"captions": tracks, **self.fields})


def walked(root: Path, backends: FakeBackends, fingerprint: str) -> Walk:
    video = make_video(fingerprint=fingerprint)
    walk = Walk(video, Library(root).folder(video.id), load(overrides=["transcribe.policy=captions"]), backends)
    with walk.folder.lock():
        walk.run()
    return walk


def test_a_corrected_length_reaches_the_times_of_the_text(tmp_path: Path) -> None:
    """Plain text gets its times from the length of the video: another length, another transcript."""
    first = walked(tmp_path, Described(duration=60.0), "a").values[Transcript]
    second = walked(tmp_path, Described(duration=120.0), "b").values[Transcript]
    assert (first.segments[-1].end, second.segments[-1].end) == (60.0, 120.0)


OTHER: dict[str, Any] = {
    "url": "https://youtu.be/other",
    "title": "Another title",
    "channel": "Another channel",
    "speakers": ("Somebody Else",),
    "description": "Another description.",
    "published": "2020-01-01",
    "duration": 61.5,
    "language": "de",
    "tags": ("tag",),
    "playlist": "Another playlist",
    "chapters": (Chapter(title="Another chapter", start=5.0),),
    "has_audio": False,
}


@pytest.mark.parametrize("field", OTHER)
def test_every_field_of_the_metadata_is_in_the_keys_of_their_readers(tmp_path: Path, field: str) -> None:
    """A stage that reads the source is made again when anything in it changes."""
    before = {step.stage: step.key for step in walked(tmp_path, Described(), "a").steps}
    value = Source.model_validate(make_source().model_dump() | {field: OTHER[field]}).__dict__[field]
    after = {step.stage: step.key for step in walked(tmp_path, Described(**{field: value}), "b").steps}
    readers = {stage.name for stage in STAGES if Source in stage.reads}
    assert readers <= {stage for stage in before if before[stage] != after[stage]}


def test_all_fields_of_the_metadata_are_tried() -> None:
    """A new field needs a value here."""
    assert set(OTHER) == set(Source.model_fields) - {"video_id", "captions"}


# -- models -------------------------------------------------------------------------------------------------------


def speech_key(config: Config) -> str:
    return SPEECH.key(config, {"audio": "a" * 64})


def weights(folder: Path, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.bin").write_bytes(data)
    return folder


def test_exchanged_weights_of_the_same_size_are_another_key(tmp_path: Path) -> None:
    """Even when the file's time of modification is set back: the content is what counts."""
    folder = weights(tmp_path / "m", b"one" * 100)
    stat = (folder / "model.bin").stat()
    config = load(overrides=[f"transcribe.whisper.model='{folder}'", f"runtime.models='{tmp_path / 'models'}'"])
    before = speech_key(config)
    weights(folder, b"two" * 100)
    os.utime(folder / "model.bin", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert before != speech_key(config)


def test_the_same_weights_elsewhere_are_the_same_key(tmp_path: Path) -> None:
    """Moving a model, or a library to another machine, repeats no work."""
    places = [weights(tmp_path / name, b"one" * 100) for name in ("a", "b")]
    first, second = (
        speech_key(load(overrides=[f"transcribe.whisper.model='{folder}'", f"runtime.models='{tmp_path / 'models'}'"]))
        for folder in places
    )
    assert first == second


def test_a_model_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its checksums are kept, for later processes too; a file that changed is read again."""
    folder = weights(tmp_path / "m", b"one" * 100)
    read: list[str] = []
    real = checksums.file_sha256
    monkeypatch.setattr(checksums, "file_sha256", lambda path: read.append(path.name) or real(path))
    for _ in range(3):
        models.identify(str(folder), "", tmp_path / "models")
        checksums.open_checksums.cache_clear()  # as a new process begins
    assert sorted(read) == ["config.json", "model.bin"]
    weights(folder, b"two" * 100)
    models.identify(str(folder), "", tmp_path / "models")
    assert sorted(read) == ["config.json", "config.json", "model.bin", "model.bin"]


@pytest.mark.parametrize("change", ["exchanged", "missing", "added"])
def test_a_changed_model_is_not_loaded_and_leaves_finished_work_valid(tmp_path: Path, change: str) -> None:
    """The file is named when the model is opened; results of the pinned revision stay as they are."""
    folder = weights(tmp_path / "small", b"one" * 100)
    pinned = models.CATALOGUE["small"].revision
    files = {name: checksums.file_sha256(folder / name) for name in ("config.json", "model.bin")}
    note = models.Note(repo="x/y", revision=pinned, files=files)
    (folder / models.NOTE).write_text(note.model_dump_json())
    config = load(overrides=[f"runtime.models='{tmp_path}'"])
    assert speech_key(config) == "1217d8f491a9"
    assert models.resolve("small", "whisper", tmp_path).revision == pinned
    name, message = {
        "exchanged": ("model.bin", "has changed since it was pulled"),
        "missing": ("model.bin", "is missing"),
        "added": ("chat_template.jinja", "was not pulled"),
    }[change]
    if change == "missing":
        (folder / name).unlink()
    elif change == "added":
        (folder / name).write_text("{{ other }}")
    else:
        times = (folder / name).stat()
        (folder / name).write_bytes(b"two" * 100)
        os.utime(folder / name, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert speech_key(config) == "1217d8f491a9"
    with pytest.raises(BackendError, match=f"{name} {message}") as error:
        models.resolve("small", "whisper", tmp_path)
    assert error.value.remedy == "Run: summarizer models pull small"


def test_checksums_that_cannot_be_kept_cost_time_only(tmp_path: Path) -> None:
    """A models folder that is a file, or a checksum file of nonsense, is no error."""
    folder = weights(tmp_path / "m", b"one")
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "nonsense").mkdir()
    (tmp_path / "nonsense" / models.CHECKSUMS).write_text('[1, {"a": 2}]')
    results = {models.identify(str(folder), "", tmp_path / name)["revision"] for name in ("file", "nonsense", "new")}
    assert len(results) == 1


def test_an_unknown_back_end_or_kind_is_a_usage_error() -> None:
    """The names are not the configuration's to know; whoever needs them says which there are."""
    for override in ("transcribe.backend=parrot", "summarize.backend=parrot"):
        with pytest.raises(UsageError, match="there is no back end 'parrot'"):
            keys(load(overrides=[override]))


def test_records_are_strict() -> None:
    """A field that a newer version wrote is an error, hence no result of this version's key."""
    assert Record.model_config.get("extra") == "forbid"
