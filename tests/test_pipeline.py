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
    video = video or make_video()
    folder = Library(root).folder(video.id)
    return Walk(video, folder, load_config(overrides=changes), backends, forced=forced, plan=plan)


def walk(item: Walk) -> Path:
    """Do the walk and return the path of the digest."""
    with item.folder.lock():
        return item.run()[PageFile].path


def states(item: Walk) -> dict[str, str]:
    return {step.stage: step.state for step in item.steps}


def without_seconds(page: Path) -> str:
    """The page without the durations of its stages, which differ between runs."""
    return re.sub(r"(?m)^ *seconds: .*\n", "", page.read_text())


def files(item: Walk, step: Step) -> tuple[FileRef, ...]:
    return item.folder.manifest.entries[f"{step.stage}-{step.key}"].files


def test_no_audio_is_downloaded_if_captions_pass_the_check(tmp_path: Path) -> None:
    """Only download, transcribe, check, glossary, summarize and digest run."""
    backends = FakeBackends()
    item = talk(tmp_path, backends)
    walk(item)
    assert [step.stage for step in item.steps] == ["download", "transcribe", "check", "glossary", "summarize", "digest"]
    assert backends.calls == {"download": 1, "summarize": 1}


def test_without_captions_speech_is_recognised(tmp_path: Path) -> None:
    """The audio is downloaded and recognised once."""
    backends = FakeBackends(captions=None)
    walk(talk(tmp_path, backends))
    assert backends.calls == {"download": 1, "fetch_audio": 1, "transcribe": 1, "summarize": 1}


def test_a_recording_is_announced_before_its_speech_is_recognised(tmp_path: Path) -> None:
    """It is decoded while another talk is processed; a recognised recording is not announced again."""
    backends = FakeBackends(captions=None)
    talk(tmp_path, backends).prepare()
    walk(talk(tmp_path, backends))
    talk(tmp_path, backends).prepare()
    assert (backends.calls["announce"], backends.calls["transcribe"]) == (1, 1)


def test_after_refused_captions_speech_is_recognised(tmp_path: Path) -> None:
    """A placeholder track does not end the talk while there is another source of text."""
    backends = FakeBackends(captions="WEBVTT\n\n00:00.000 --> 01:00.000\n[Music]\n")
    walk(talk(tmp_path, backends))
    assert backends.calls["transcribe"] == 1


def test_a_second_walk_runs_no_stage(tmp_path: Path) -> None:
    """Every result comes from the cache."""
    backends = FakeBackends(captions=None)
    first = walk(talk(tmp_path, backends))
    second = talk(tmp_path, backends)
    assert first == walk(second)
    assert {"cached"} == set(states(second).values())
    assert backends.calls["transcribe"] == 1


def test_a_new_title_does_not_repeat_speech_recognition(tmp_path: Path) -> None:
    """The metadata are downloaded again; the key of the transcript depends on the audio."""
    backends = FakeBackends(captions=None)
    walk(talk(tmp_path, backends))
    walk(talk(tmp_path, backends, make_video(title="A better title")))
    assert backends.calls == {"download": 2, "fetch_audio": 1, "transcribe": 1, "summarize": 2}


def test_a_refusal_is_cached(tmp_path: Path) -> None:
    """A second walk downloads and recognises nothing to refuse the talk again."""
    backends = FakeBackends(captions=None, spoken=())
    codes = []
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            walk(talk(tmp_path, backends))
        codes.append(refused.value.code)
    assert codes == ["empty", "empty"]
    assert backends.calls == {"download": 1, "fetch_audio": 1, "transcribe": 1}


@pytest.mark.parametrize("changes", [("runtime.device=cpu",), ("runtime.threads=7",), ("runtime.whisper_batch=32",)])
def test_runtime_settings_repeat_no_stage(tmp_path: Path, changes: tuple[str, ...]) -> None:
    """Settings of where and how fast a run works are in no key."""
    backends = FakeBackends(captions=None)
    walk(talk(tmp_path, backends))
    second = talk(tmp_path, backends, None, *changes)
    walk(second)
    assert {"cached"} == set(states(second).values())


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
def test_a_setting_that_changes_results_changes_the_key_of_its_stage(tmp_path: Path, change: str, first: str) -> None:
    """The plan stops at the stage whose key contains the setting, and names the setting."""
    backends = FakeBackends(captions=None)
    walk(talk(tmp_path, backends))
    item = talk(tmp_path, backends, None, change, plan=True)
    with pytest.raises(WouldRunError):
        item.run()
    assert (first, "would run") == (item.steps[-1].stage, item.steps[-1].state)
    assert change.split("=")[0].rpartition(".")[2] in item.steps[-1].why


def test_a_new_threshold_does_not_repeat_speech_recognition(tmp_path: Path) -> None:
    """The check is a stage of its own."""
    backends = FakeBackends(captions=None)
    walk(talk(tmp_path, backends))
    walk(talk(tmp_path, backends, None, "check.min_words_per_second=0.1"))
    assert backends.calls["transcribe"] == 1


def test_a_forced_stage_runs_once(tmp_path: Path) -> None:
    """The forced stage runs again; later stages with the same input stay cached."""
    backends = FakeBackends(captions=None)
    walk(talk(tmp_path, backends))
    item = talk(tmp_path, backends, forced=frozenset({"audio"}))
    walk(item)
    assert backends.calls["fetch_audio"] == 2
    assert (states(item)["audio"], states(item)["transcribe"]) == ("made", "cached")
    assert next(step.why for step in item.steps if step.stage == "audio") == "forced"


@pytest.mark.parametrize("stage", ["download", "audio", "transcribe", "glossary", "summarize", "digest"])
@pytest.mark.parametrize("damage", ["truncate", "change", "delete"])
def test_a_damaged_file_is_made_again(tmp_path: Path, stage: str, damage: str) -> None:
    """Whatever the damage to a file, the next run that needs it makes the same digest."""
    backends = FakeBackends(captions=None)
    before = without_seconds(walk(talk(tmp_path, backends)))
    folder = Library(tmp_path).folder("video-00000")
    (name,) = [p.name for p in folder.path.iterdir() if p.name.startswith(f"{stage}-") and ".page" not in p.name]
    data = (folder.path / name).read_bytes()
    if damage == "delete":
        (folder.path / name).unlink()
    else:
        (folder.path / name).write_bytes(data[:-3] if damage == "truncate" else b"~" + data[1:])
    item = talk(tmp_path, backends, forced=frozenset({"summarize", "digest"}))
    after = without_seconds(walk(item))
    assert before == after
    assert before.startswith("---\n")
    assert [item.folder.find_problem(file) for file in files(item, item.steps[-1])] == ["", ""]


def test_a_killed_stage_leaves_no_result_and_runs_again(tmp_path: Path) -> None:
    """After an interrupt in a stage, there is no result, and the next lock deletes temporary files."""
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


def test_an_unavailable_video_is_not_downloaded(tmp_path: Path) -> None:
    """A video that the listing marks as unavailable causes no request."""
    backends = FakeBackends()
    with pytest.raises(VideoError) as error:
        walk(talk(tmp_path, backends, make_video(unavailable="private")))
    assert error.value.code == "private"
    assert backends.calls["download"] == 0


def test_a_plan_explains_a_missing_file(tmp_path: Path) -> None:
    """`explain` reports that the file of a result is missing."""
    backends = FakeBackends()
    walk(talk(tmp_path, backends))
    next((tmp_path / "video-00000").glob("summarize-*")).unlink()
    item = talk(tmp_path, backends, plan=True)
    with pytest.raises(WouldRunError):
        item.run()
    assert Step("summarize", item.steps[-1].key, State.WOULD_RUN, "its file is missing or truncated") == item.steps[-1]


def test_a_refusal_names_all_sources_of_text(tmp_path: Path) -> None:
    """The page of a refused video lists the reason for each source."""
    backends = FakeBackends(captions="WEBVTT\n\n00:00.000 --> 01:00.000\n[Music]\n", spoken=())
    with pytest.raises(Refused, match=r"only sound markers; speech recognition found no speech"):
        walk(talk(tmp_path, backends))


def test_default_settings_are_a_valid_configuration() -> None:
    """No configuration file is needed."""
    assert Config() == load_config()
