from __future__ import annotations

import re
from pathlib import Path

import pytest

from summarizer.config import Config
from summarizer.config import load as load_config
from summarizer.digest import PageFile
from summarizer.errors import Refused, VideoError
from summarizer.pipeline import State, Step, Walk, WouldRunError
from summarizer.records import Video
from summarizer.store import FileRef, Library
from tests.fake_backends import FakeBackends, make_video


def talk(
    root: Path,
    backends: FakeBackends,
    video: Video | None = None,
    *changes: str,
    forced: frozenset[str] = frozenset(),
    plan: bool = False,
) -> Walk:
    found = video or make_video()
    folder = Library(root).folder(found.id)
    return Walk(found, folder, load_config(overrides=changes), backends, forced=forced, plan=plan)


def walk(item: Walk) -> Path:
    """Walk, and return the page."""
    with item.folder.lock():
        return item.run()[PageFile].path


def states(item: Walk) -> dict[str, str]:
    return {step.stage: step.state for step in item.steps}


def without_seconds(page: Path) -> str:
    """A page without the times that its stages took, which differ from run to run."""
    return re.sub(r"(?m)^ *seconds: .*\n", "", page.read_text())


def files(item: Walk, step: Step) -> tuple[FileRef, ...]:
    return item.folder.manifest.entries[f"{step.stage}-{step.key}"].files


def test_captions_that_pass_mean_no_sound_is_fetched(tmp_path: Path) -> None:
    """Download, transcribe, check, glossary, summarize, digest: and nothing else."""
    backends = FakeBackends()
    item = talk(tmp_path, backends)
    walk(item)
    assert [step.stage for step in item.steps] == ["download", "transcribe", "check", "glossary", "summarize", "digest"]
    assert backends.calls == {"download": 1, "summarize": 1}


def test_without_captions_speech_is_recognised(tmp_path: Path) -> None:
    """The sound is fetched, and heard once."""
    backends = FakeBackends(captions=None)
    walk(talk(tmp_path, backends))
    assert backends.calls == {"download": 1, "fetch_audio": 1, "transcribe": 1, "summarize": 1}


def test_speech_that_is_to_be_recognised_is_announced(tmp_path: Path) -> None:
    """While another talk computes, its recording is read ahead; one that was heard is left alone."""
    backends = FakeBackends(captions=None)
    talk(tmp_path, backends).prepare()
    walk(talk(tmp_path, backends))
    talk(tmp_path, backends).prepare()
    assert (backends.calls["announce"], backends.calls["transcribe"]) == (1, 1)


def test_refused_captions_fall_through_to_speech(tmp_path: Path) -> None:
    """A placeholder track does not end the talk while there is another source of text."""
    backends = FakeBackends(captions="WEBVTT\n\n00:00.000 --> 01:00.000\n[Music]\n")
    walk(talk(tmp_path, backends))
    assert backends.calls["transcribe"] == 1


def test_a_second_walk_makes_nothing(tmp_path: Path) -> None:
    """Every stage comes from the cache."""
    backends = FakeBackends(captions=None)
    first = walk(talk(tmp_path, backends))
    again = talk(tmp_path, backends)
    assert first == walk(again)
    assert {"cached"} == set(states(again).values())
    assert backends.calls["transcribe"] == 1


def test_a_new_title_does_not_recognise_speech_again(tmp_path: Path) -> None:
    """Metadata are fetched again, the transcript is keyed on the sound."""
    backends = FakeBackends(captions=None)
    walk(talk(tmp_path, backends))
    walk(talk(tmp_path, backends, make_video(title="A better title")))
    assert backends.calls == {"download": 2, "fetch_audio": 1, "transcribe": 1, "summarize": 2}


def test_a_refusal_is_cached(tmp_path: Path) -> None:
    """Nothing is fetched or heard again to say no a second time."""
    backends = FakeBackends(captions=None, spoken=())
    codes = []
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            walk(talk(tmp_path, backends))
        codes.append(refused.value.code)
    assert codes == ["empty", "empty"]
    assert backends.calls == {"download": 1, "fetch_audio": 1, "transcribe": 1}


@pytest.mark.parametrize("changes", [("runtime.device=cpu",), ("runtime.threads=7",), ("runtime.whisper_batch=32",)])
def test_runtime_settings_repeat_nothing(tmp_path: Path, changes: tuple[str, ...]) -> None:
    """Where and how fast is not part of any key."""
    backends = FakeBackends(captions=None)
    walk(talk(tmp_path, backends))
    again = talk(tmp_path, backends, None, *changes)
    walk(again)
    assert {"cached"} == set(states(again).values())


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ("download.languages=['de','en']", "download"),
        ("transcribe.whisper.beam_size=5", "transcribe"),
        ("transcribe.whisper.model=base", "transcribe"),
        ("transcribe.whisper.language=en", "transcribe"),
        ("check.min_words_per_second=0.1", "check"),
        ("glossary.correct=false", "glossary"),
        ("summarize.max_sections=5", "summarize"),
        ("summarize.kind=panel", "summarize"),
        ("digest.tags=['x']", "digest"),
    ],
)
def test_settings_that_change_the_output_change_their_stage(tmp_path: Path, change: str, first: str) -> None:
    """The dry walk stops at the stage whose key the setting is in, and says which setting it was."""
    backends = FakeBackends(captions=None)
    walk(talk(tmp_path, backends))
    look = talk(tmp_path, backends, None, change, plan=True)
    with pytest.raises(WouldRunError):
        look.run()
    assert (first, "would run") == (look.steps[-1].stage, look.steps[-1].state)
    assert change.split("=")[0].rpartition(".")[2] in look.steps[-1].why


def test_a_threshold_does_not_recognise_speech_again(tmp_path: Path) -> None:
    """The check is a step of its own."""
    backends = FakeBackends(captions=None)
    walk(talk(tmp_path, backends))
    walk(talk(tmp_path, backends, None, "check.min_words_per_second=0.1"))
    assert backends.calls["transcribe"] == 1


def test_forcing_a_stage_makes_it_once(tmp_path: Path) -> None:
    """The forced stage runs again; what did not change after it is still cached."""
    backends = FakeBackends(captions=None)
    walk(talk(tmp_path, backends))
    item = talk(tmp_path, backends, forced=frozenset({"audio"}))
    walk(item)
    assert backends.calls["fetch_audio"] == 2
    assert (states(item)["audio"], states(item)["transcribe"]) == ("made", "cached")
    assert next(step.why for step in item.steps if step.stage == "audio") == "forced"


@pytest.mark.parametrize("stage", ["download", "audio", "transcribe", "glossary", "summarize", "digest"])
@pytest.mark.parametrize("damage", ["cut", "flip", "delete"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, stage: str, damage: str) -> None:
    """Whatever happens to a file, the next run that needs it ends with the same digest."""
    backends = FakeBackends(captions=None)
    before = without_seconds(walk(talk(tmp_path, backends)))
    folder = Library(tmp_path).folder("video-00000")
    (name,) = [p.name for p in folder.path.iterdir() if p.name.startswith(f"{stage}-")]
    data = (folder.path / name).read_bytes()
    if damage == "delete":
        (folder.path / name).unlink()
    else:
        (folder.path / name).write_bytes(data[:-3] if damage == "cut" else b"~" + data[1:])
    item = talk(tmp_path, backends, forced=frozenset({"summarize", "digest"}))
    after = without_seconds(walk(item))
    assert before == after
    assert before.startswith("---\n")
    (page,) = files(item, item.steps[-1])
    assert item.folder.problem(page) == ""


def test_a_killed_stage_leaves_nothing_and_is_made_next_time(tmp_path: Path) -> None:
    """An interrupt inside a stage leaves no result and no litter behind the next lock."""
    backends = FakeBackends()
    backends.errors["video-00000"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        walk(talk(tmp_path, backends))
    assert Library(tmp_path).folder("video-00000").manifest.entries == {}
    backends.errors.clear()
    walk(talk(tmp_path, backends))
    names = {p.name.split("-")[0] for p in (tmp_path / "video-00000").iterdir()}
    kept = {"manifest.json", ".lock", "download", "transcribe", "check", "glossary", "summarize", "digest"}
    assert kept == names


def test_an_unavailable_video_is_never_fetched(tmp_path: Path) -> None:
    """What the listing already says costs no request."""
    backends = FakeBackends()
    with pytest.raises(VideoError) as error:
        walk(talk(tmp_path, backends, make_video(unavailable="private")))
    assert error.value.code == "private"
    assert backends.calls["download"] == 0


def test_the_dry_walk_explains_a_missing_file(tmp_path: Path) -> None:
    """`explain` can say that a file is gone."""
    backends = FakeBackends()
    walk(talk(tmp_path, backends))
    next((tmp_path / "video-00000").glob("summarize-*")).unlink()
    look = talk(tmp_path, backends, plan=True)
    with pytest.raises(WouldRunError):
        look.run()
    assert Step("summarize", look.steps[-1].key, State.WOULD_RUN, "its file is missing or cut short") == look.steps[-1]


def test_all_sources_of_text_are_named_when_all_are_refused(tmp_path: Path) -> None:
    """The page of a refused video can tell the whole story."""
    backends = FakeBackends(captions="WEBVTT\n\n00:00.000 --> 01:00.000\n[Music]\n", spoken=())
    with pytest.raises(Refused, match=r"sound markers only; speech recognition found no speech"):
        walk(talk(tmp_path, backends))


def test_default_settings_are_a_valid_configuration() -> None:
    """No file is needed."""
    assert Config() == load_config()
