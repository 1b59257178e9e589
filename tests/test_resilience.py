"""One bad entry costs that entry: what may go wrong around a talk, and what must not follow from it."""

from __future__ import annotations

import json
import threading
from datetime import date
from pathlib import Path

import pytest

from summarizer.cli.progress import Display
from summarizer.config import Config, load
from summarizer.engines import FetchedTask, LocalEngine, Task, TaskResult
from summarizer.errors import Failed, UsageError
from summarizer.library import status, upkeep
from summarizer.pipeline import Run, publish
from summarizer.records import Source, Transcript, Video
from summarizer.store import Library
from summarizer.transcribe import Recording
from tests.fake_backends import FakeBackends, make_video


def config(root: Path, *changes: str) -> Config:
    return load(overrides=[f"runtime.library='{root}/library'", f"runtime.digests='{root}/digests'", *changes])


def execute(root: Path, backends: FakeBackends, count: int = 1, *changes: str, **options: object) -> Run:
    backends.listing = tuple(make_video(number) for number in range(count))
    run = Run(config(root, *changes), backends, **options)  # type: ignore[arg-type]  # options of `Run`
    run.execute(run.find(["x"]))
    return run


def manifest(root: Path) -> Path:
    return root / "library" / "video-00000" / "manifest.json"


# -- the library --------------------------------------------------------------------------------------------------


def test_a_manifest_of_a_newer_version_is_kept(tmp_path: Path) -> None:
    """It is not set aside, its talk fails, and `prune` deletes nothing of it; other talks are processed."""
    run = execute(tmp_path, FakeBackends(), 2)
    newer = json.loads(manifest(tmp_path).read_text()) | {"field of the future": 1}
    manifest(tmp_path).write_text(json.dumps(newer))
    files = sorted(path.name for path in manifest(tmp_path).parent.iterdir())
    states = {row.video: row.state for row in status.list_talks(run.config)}
    assert states == {"video-00000": "unreadable", "video-00001": "made"}
    (row,) = upkeep.prune(run.config, dry_run=False)
    assert (row["bytes"], "newer version" in row["results"]) == (0, True)
    again = execute(tmp_path, FakeBackends(), 2)
    assert {o.video_id: (o.status, o.code) for o in again.finals} == {
        "video-00000": ("failed", "manifest"),
        "video-00001": ("cached", ""),
    }
    assert files == sorted(path.name for path in manifest(tmp_path).parent.iterdir())


def test_a_damaged_manifest_is_set_aside_by_a_run_only(tmp_path: Path) -> None:
    """Commands that look change nothing; `prune` deletes nothing of a talk that it does not know."""
    run = execute(tmp_path, FakeBackends())
    manifest(tmp_path).write_text("{")
    assert [row.state for row in status.list_talks(run.config)] == ["begun"]
    assert upkeep.prune(run.config, dry_run=False) == []
    assert manifest(tmp_path).read_text() == "{"
    assert list(manifest(tmp_path).parent.glob("summarize-*"))
    assert execute(tmp_path, FakeBackends()).finals[0].status == "made"
    assert list((manifest(tmp_path).parent / "aside").iterdir())


def test_a_locked_talk_does_not_stop_prune(tmp_path: Path) -> None:
    """It is named and kept; the others are pruned."""
    execute(tmp_path, FakeBackends(), 2)
    run = execute(tmp_path, FakeBackends(), 2, "summarize.kind=panel")
    with Library(tmp_path / "library").folder("video-00000").lock():
        rows = {row["video"]: row for row in upkeep.prune(run.config, dry_run=False)}
    assert (rows["video-00000"]["bytes"], "another run" in rows["video-00000"]["results"]) == (0, True)
    assert rows["video-00001"]["bytes"] > 0


def test_two_damaged_files_are_both_made_again(tmp_path: Path) -> None:
    """In one run; each walk sets the next one aside."""
    execute(tmp_path, FakeBackends())
    folder = manifest(tmp_path).parent
    for stage in ("download", "glossary"):
        (path,) = folder.glob(f"{stage}-*.json")
        path.write_bytes(b"~" + path.read_bytes()[1:])
    run = execute(tmp_path, FakeBackends(), 1, forced=frozenset({"summarize"}))
    assert run.finals[0].status == "made"


def test_explain_sets_nothing_aside(tmp_path: Path) -> None:
    """It holds no lock, so it names the command that repairs the library; after that, a run makes the file again."""
    run = execute(tmp_path, FakeBackends())
    (path,) = manifest(tmp_path).parent.glob("check-*.json")
    path.write_bytes(b"~" + path.read_bytes()[1:])
    with pytest.raises(Failed) as failed:
        upkeep.explain(run.config, "video-00000")
    assert path.is_file()
    assert "verify --repair" in failed.value.remedy
    assert "set aside" not in str(failed.value)
    upkeep.verify(run.config, repair=True)
    execute(tmp_path, FakeBackends(), 1)
    assert upkeep.explain(run.config, "video-00000").steps
    assert upkeep.verify(run.config, repair=False) == []


def test_a_manifest_without_failures_can_be_read_by_version_0_1_0(tmp_path: Path) -> None:
    """That version sets a manifest with an unknown field aside, and everything in it is made again."""
    execute(tmp_path, FakeBackends())
    assert "failures" not in json.loads(manifest(tmp_path).read_text())


# -- one talk -----------------------------------------------------------------------------------------------------


class Unreadable(FakeBackends):
    """The first recording cannot be read by this user."""

    def download(self, video: Video, folder: Path) -> Source:
        if video.id == "video-00000":
            raise PermissionError(13, "Permission denied", "/recordings/a.mp4")
        return super().download(video, folder)


def test_a_recording_that_may_not_be_read_costs_itself_only(tmp_path: Path) -> None:
    """It is no error of the library's disk."""
    run = execute(tmp_path, Unreadable(), 2)
    assert {outcome.video_id: outcome.status for outcome in run.finals} == {
        "video-00000": "failed",
        "video-00001": "made",
    }


def test_a_refusal_that_cannot_be_published_costs_itself_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its talk fails; the run goes on."""

    def broken(*_arguments: object) -> Path:
        raise ValueError("no template")

    monkeypatch.setattr(publish, "publish_refusal", broken)
    captions = "WEBVTT\n\n00:00.000 --> 01:00.000\n[Music]\n"
    run = execute(tmp_path, FakeBackends(captions=captions), 2, "transcribe.policy=captions")
    assert [(outcome.status, outcome.code) for outcome in run.finals] == [("failed", "valueerror")] * 2


def test_a_failure_names_the_stage_that_failed(tmp_path: Path) -> None:
    """Not the last one that succeeded."""

    class Broken(FakeBackends):
        def summarize(self, *_arguments: object) -> object:  # type: ignore[override]  # it never returns
            raise Failed("bad_answer", "nonsense")

    run = execute(tmp_path, Broken())
    assert (run.finals[0].stage, run.finals[0].code) == ("summarize", "bad_answer")


def test_audio_of_talks_before_since_is_not_fetched(tmp_path: Path) -> None:
    """The date is known once the metadata are; nothing more is downloaded."""
    backends = FakeBackends(captions=None)
    run = execute(tmp_path, backends, since=date(2026, 6, 1))
    assert (run.finals[0].code, backends.calls["fetch_audio"], backends.calls["announce"]) == ("before_since", 0, 0)


def test_an_upgrade_whose_speech_fails_claims_nothing(tmp_path: Path) -> None:
    """Its audio was fetched, its text is still the captions: the outcome is that of the captions."""

    class Mute(FakeBackends):
        def transcribe(self, recording: Recording) -> Transcript:
            raise Failed("media_unreadable", "truncated")

    run = execute(tmp_path, Mute(kind="automatic"), 1, "transcribe.policy=captions_then_whisper", upgrade=True)
    assert [(outcome.status, outcome.reason) for outcome in run.finals] == [("made", "")]


# -- a run --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("transcribe.backend=parrot", r"transcribe\.backend"),
        ("summarize.backend=parrot", r"summarize\.backend"),
        ("summarize.kind=poem", r"summarize\.kind"),
        ("glossary.file=/no/such/file", "glossary"),
    ],
)
def test_problems_of_the_settings_are_found_before_the_first_talk(tmp_path: Path, change: str, message: str) -> None:
    """One usage error, and no download."""
    with pytest.raises(UsageError, match=message):
        Run(config(tmp_path, change), FakeBackends())


def test_a_page_published_after_its_run_ended_is_listed_by_the_next(tmp_path: Path) -> None:
    """The time budget ended while it was made: its page is there, the index must follow."""
    run = execute(tmp_path, FakeBackends(), 2)
    index = tmp_path / "digests" / "index.md"
    lines = [line for line in index.read_text().splitlines() if "video-00001" not in line]
    index.write_text("\n".join(lines))
    execute(tmp_path, FakeBackends(), 2)
    assert all(Path(outcome.path).name in index.read_text() for outcome in run.finals)


def test_an_error_while_fetching_is_a_result(tmp_path: Path) -> None:
    """The engine loses no task, and does not wait for one."""

    class Worker:
        def fetch(self, task: Task) -> FetchedTask:
            raise SystemExit("bug")

        def finish(self, fetched: FetchedTask) -> TaskResult:
            raise AssertionError("nothing was fetched")

    tasks = [Task(make_video(number)) for number in range(3)]
    results = list(LocalEngine(Worker(), ahead=1, at_once=1).run(tasks, lambda: False))
    assert [type(result.error) for result in results] == [SystemExit] * 3


def test_the_progress_display_may_be_called_from_any_thread() -> None:
    """Stages start while others report their share."""
    display = Display(None)
    errors: list[BaseException] = []

    def call(number: int) -> None:
        try:
            for step in range(300):
                display.stage(make_video(number * 1000 + step), "transcribe", ahead=False)
                display.progress(0.5)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
