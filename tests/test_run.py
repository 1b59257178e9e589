from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from summarizer.config import Config, load
from summarizer.errors import Deferred, Failed, Locked, StoreError, UsageError
from summarizer.library import status, upkeep
from summarizer.nightly import job, report
from summarizer.nightly.budget import time_budget
from summarizer.pipeline import Run, new_run
from summarizer.records import CaptionTrack, Source, Summary, Transcript, Video
from summarizer.stage import Answers
from summarizer.store import Library
from tests.fake_backends import FakeBackends, make_video


def config(root: Path, *changes: str) -> Config:
    return load(overrides=[f"runtime.library='{root}/library'", f"runtime.digests='{root}/digests'", *changes])


def execute(root: Path, backends: FakeBackends, videos: list[Video], *changes: str, **more: Any) -> Run:
    run = Run(config(root, *changes), backends, **more)
    backends.listing = tuple(videos)
    run.execute(run.find(["x"]))
    return run


def test_every_video_has_one_final_outcome_and_a_page(tmp_path: Path) -> None:
    """The run writes pages, an index and a record."""
    run = execute(tmp_path, FakeBackends(), [make_video(i) for i in range(3)])
    assert [outcome.status for outcome in run.finals] == ["made"] * 3
    assert all(Path(outcome.path).read_text().startswith("---\n") for outcome in run.finals)
    index = (tmp_path / "digests" / "index.md").read_text()
    assert all(Path(outcome.path).name in index for outcome in run.finals)
    (record,) = (tmp_path / "library" / "runs").iterdir()
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert {"download", "transcribe", "check", "glossary", "summarize", "digest", "run"} == {
        line["stage"] for line in lines
    }
    assert run.exit_code == 0


def test_one_failure_does_not_stop_the_others(tmp_path: Path) -> None:
    """A failed video and one with an unexpected error get outcomes of their own."""
    backends = FakeBackends()
    backends.errors = {"video-00001": Failed("download", "broken"), "video-00002": ZeroDivisionError("bug")}
    run = execute(tmp_path, backends, [make_video(i) for i in range(4)])
    assert {status: sum(o.status == status for o in run.finals) for status in ("made", "failed")} == {
        "made": 2,
        "failed": 2,
    }
    assert {"download", "zerodivisionerror"} == {o.code for o in run.finals if o.status == "failed"}
    assert run.exit_code == 3


def test_a_talk_without_audio_uses_its_automatic_captions(tmp_path: Path) -> None:
    """Speech recognition comes first in the policy, but there is no audio; that is not a failure."""

    class Silent(FakeBackends):
        def download(self, video: Video, folder: Path) -> Source:
            source = super().download(video, folder)
            return source.model_copy(update={"captions": tuple(_automatic(track) for track in source.captions)})

        def fetch_audio(self, video: Video, source: Source, folder: Path) -> Path:
            raise Failed("no_audio", "no audio")

    run = execute(tmp_path, Silent(), [make_video(0)])
    assert [outcome.status for outcome in run.finals] == ["made"]


def _automatic(track: CaptionTrack) -> CaptionTrack:
    return track.model_copy(update={"kind": "automatic"})


def test_a_second_run_is_cached_and_writes_no_page(tmp_path: Path) -> None:
    """Only manifests are read, and pages keep their time of modification."""
    backends = FakeBackends()
    first = execute(tmp_path, backends, [make_video(0)])
    changed = Path(first.finals[0].path).stat().st_mtime_ns
    second = execute(tmp_path, backends, [make_video(0)])
    assert [outcome.status for outcome in second.finals] == ["cached"]
    assert (changed, False) == (Path(first.finals[0].path).stat().st_mtime_ns, second.wrote_pages)


def test_a_refused_video_has_a_page_with_the_reason(tmp_path: Path) -> None:
    """There is no digest; the page states the reason, and a second run does not write it again."""
    backends = FakeBackends(captions="WEBVTT\n\n00:00.000 --> 01:00.000\n[Music]\n")
    run = execute(tmp_path, backends, [make_video(0)], "transcribe.policy=captions")
    page = Path(run.finals[0].path).read_text()
    assert (run.finals[0].status, run.finals[0].code) == ("refused", "placeholder")
    assert "There is no digest of this video" in page
    second = execute(tmp_path, backends, [make_video(0)], "transcribe.policy=captions")
    assert (second.finals[0].status, second.wrote_pages, second.exit_code) == ("refused", False, 0)


def test_a_page_edited_by_hand_is_not_lost(tmp_path: Path) -> None:
    """It is kept while the digest is unchanged, and renamed when a new digest is published."""
    backends = FakeBackends()
    page = Path(execute(tmp_path, backends, [make_video(0)]).finals[0].path)
    page.write_text("my own words")
    execute(tmp_path, backends, [make_video(0)])
    assert page.read_text() == "my own words"
    execute(tmp_path, backends, [make_video(0)], "digest.tags=['new']")
    assert page.read_text().startswith("---\n")
    assert [kept.read_text() for kept in page.parent.glob("*.edited-*")] == ["my own words"]


def test_a_deleted_page_is_restored_from_the_library(tmp_path: Path) -> None:
    """No stage runs for it."""
    backends = FakeBackends()
    page = Path(execute(tmp_path, backends, [make_video(0)]).finals[0].path)
    before = page.read_bytes()
    page.unlink()
    execute(tmp_path, backends, [make_video(0)])
    assert before == page.read_bytes()
    assert backends.calls["summarize"] == 1


def test_a_video_with_a_new_title_has_one_page(tmp_path: Path) -> None:
    """The page with the old name is deleted."""
    backends = FakeBackends()
    execute(tmp_path, backends, [make_video(0)])
    execute(tmp_path, backends, [make_video(0, title="Other words")])
    names = [path.name for path in (tmp_path / "digests").glob("*.md") if path.name != "index.md"]
    assert names == ["2026-03-12-other-words-video-00000.md"]


def test_limit_counts_only_videos_with_work_to_do(tmp_path: Path) -> None:
    """Finished videos do not count."""
    backends = FakeBackends()
    videos = [make_video(i) for i in range(5)]
    execute(tmp_path, backends, videos, limit=2)
    second = execute(tmp_path, backends, videos, limit=2)
    assert {s: sum(o.status == s for o in second.finals) for s in ("cached", "made")} == {"cached": 2, "made": 2}


def test_since_skips_older_videos(tmp_path: Path) -> None:
    """The date is that of the listing, or of the download if the listing has none."""
    listed = make_video(0, published=date(2020, 1, 1))
    run = execute(tmp_path, FakeBackends(), [listed, make_video(1)], since=date(2026, 6, 1))
    assert [(o.video_id, o.code) for o in run.finals] == [("video-00001", "before_since")]


def test_rate_limited_videos_are_deferred(tmp_path: Path) -> None:
    """Deferred videos give exit code 75: try again later."""
    backends = FakeBackends()
    backends.errors = {f"video-{i:05}": Deferred("rate_limited", "429") for i in range(2)}
    run = execute(tmp_path, backends, [make_video(i) for i in range(3)])
    assert (
        sum(o.status == "made" for o in run.finals),
        sum(o.status == "deferred" for o in run.finals),
        run.exit_code,
    ) == (1, 2, 75)


def test_an_upcoming_video_gives_exit_code_0(tmp_path: Path) -> None:
    """Trying again soon would not help, so the run counts as done."""
    run = execute(tmp_path, FakeBackends(), [make_video(0, unavailable="upcoming")])
    assert (run.finals[0].status, run.exit_code) == ("deferred", 0)


def test_a_video_locked_by_another_run_is_deferred(tmp_path: Path) -> None:
    """If all videos are locked, the exit code is 11."""
    with Library(tmp_path / "library").folder("video-00000").lock():
        run = execute(tmp_path, FakeBackends(), [make_video(0)])
    assert (run.finals[0].status, run.finals[0].code, run.exit_code) == ("deferred", "locked", 11)


def test_a_full_disk_stops_the_run_and_keeps_finished_work(tmp_path: Path) -> None:
    """Results made before are still cached."""
    backends = FakeBackends()
    execute(tmp_path, backends, [make_video(0)])
    backends.errors["video-00001"] = StoreError("no space left on the disk")
    with pytest.raises(StoreError):
        execute(tmp_path, backends, [make_video(1)])
    assert execute(tmp_path, backends, [make_video(0)]).finals[0].status == "cached"


@pytest.mark.parametrize("name", ["library", "digests"])
def test_a_folder_that_cannot_be_written_ends_the_run_before_any_work(tmp_path: Path, name: str) -> None:
    """The error names the folder, and no stage runs."""
    (tmp_path / name).write_text("a file in place of a folder")
    backends = FakeBackends()
    with pytest.raises(StoreError, match=name):
        execute(tmp_path, backends, [make_video(0)])
    assert backends.calls == {}


def test_verify_and_prune_reject_a_missing_library(tmp_path: Path) -> None:
    """`verify` with a mistyped folder must not report that all files are intact."""
    for command in (lambda: upkeep.verify(config(tmp_path), False), lambda: upkeep.prune(config(tmp_path), True)):
        with pytest.raises(UsageError, match="there is no library"):
            command()


def test_the_time_budget_interrupts_work_and_the_next_run_continues(tmp_path: Path) -> None:
    """The unfinished talk is deferred at once, and no incomplete result remains."""
    freed = threading.Event()

    class Slow(FakeBackends):
        def summarize(self, transcript: Transcript, source: Source, answers: Answers) -> Summary:
            if source.video_id == "video-00001":
                assert freed.wait(60)
            return super().summarize(transcript, source, answers)

    videos = [make_video(i) for i in range(3)]
    run = execute(tmp_path, Slow(), videos, "runtime.download_ahead=1", budget=time_budget(3))
    assert [outcome.status for outcome in run.finals] == ["made", "deferred", "deferred"]
    assert {"budget"} == {o.code for o in run.finals if o.status == "deferred"}
    freed.set()
    for thread in threading.enumerate():
        if thread.name.startswith("finish"):
            thread.join(60)
    second = execute(tmp_path, FakeBackends(), videos)
    assert {o.video_id[-1]: o.status for o in second.finals} == {"0": "cached", "1": "cached", "2": "made"}


def test_forcing_an_unknown_stage_is_a_usage_error(tmp_path: Path) -> None:
    """The message lists the stages."""
    with pytest.raises(UsageError, match="sumarize") as error:
        new_run(config(tmp_path), forced=["sumarize"])
    assert "summarize" in error.value.remedy


def test_status_explain_verify_and_prune(tmp_path: Path) -> None:
    """Each reports what it found; only `prune` changes the library."""
    backends = FakeBackends()
    execute(tmp_path, backends, [make_video(0)])
    execute(tmp_path, backends, [make_video(0)], "summarize.max_sections=5")
    settings = config(tmp_path, "summarize.max_sections=5")
    assert [(row.video, row.state) for row in status.list_talks(settings)] == [("video-00000", "made")]
    assert {"cached"} == {step.state for step in upkeep.explain(settings, "video-00000").steps}
    assert upkeep.verify(settings, repair=False) == []
    would = upkeep.prune(settings, dry_run=True)
    assert would[0]["results"].startswith("summarize-")
    assert would == upkeep.prune(settings, dry_run=False)
    assert upkeep.prune(settings, dry_run=False) == []
    assert execute(tmp_path, backends, [make_video(0)], "summarize.max_sections=5").finals[0].status == "cached"


def test_verify_repair_sets_damaged_files_aside_and_the_next_run_makes_them(tmp_path: Path) -> None:
    """The kind of damage is reported once."""
    backends = FakeBackends()
    execute(tmp_path, backends, [make_video(0)])
    page = next((tmp_path / "library" / "video-00000").glob("digest-*"))
    page.write_bytes(b"~" + page.read_bytes()[1:])
    settings = config(tmp_path)
    assert [row["problem"] for row in upkeep.verify(settings, repair=False)] == ["wrong checksum"]
    assert [row["repair"] for row in upkeep.verify(settings, repair=True)] == ["set aside"]
    assert execute(tmp_path, backends, [make_video(0)]).finals[0].status == "made"
    assert upkeep.verify(settings, repair=False) == []


def test_explain_of_an_unknown_video_is_a_usage_error(tmp_path: Path) -> None:
    """The id is not in the library, or it is not an id."""
    with pytest.raises(UsageError, match="not in the library"):
        upkeep.explain(config(tmp_path), "abcdefghijk")
    with pytest.raises(UsageError, match="not a video id"):
        upkeep.explain(config(tmp_path), "../etc")


def test_only_one_nightly_run_at_a_time(tmp_path: Path) -> None:
    """A second one ends at once with exit code 11."""
    settings = config(tmp_path)
    with job.lock_library(settings), pytest.raises(Locked) as error, job.lock_library(settings):
        pass
    assert error.value.exit_code == 11


def test_a_night_writes_a_report(tmp_path: Path) -> None:
    """It has counts, reasons and links."""
    settings = config(tmp_path, "runtime.loopback_feed=true", "runtime.sleep_seconds=0", "nightly.sources=['sample']")
    settings = settings.model_copy(
        update={
            "nightly": settings.nightly.model_copy(update={"report": tmp_path / "night.md"}),
            "transcribe": settings.transcribe.model_copy(update={"policy": "captions"}),
        }
    )
    with job.nightly(settings) as (run, talks):
        run.execute(talks)
    report = (tmp_path / "night.md").read_text()
    assert "| 3 | 0 | 1 | 2 | 0 | 0 |" in report
    assert {s: sum(o.status == s for o in run.finals) for s in ("made", "skipped")} == {"made": 3, "skipped": 2}


def test_a_report_names_few_talks_and_counts_many(tmp_path: Path) -> None:
    """Many talks with the same reason share one line."""
    backends = FakeBackends()
    backends.errors = {f"video-{i:05}": Deferred("rate_limited", "slow down") for i in range(5)}
    backends.errors["video-00005"] = Deferred("network", "no answer")
    text = report.render(execute(tmp_path, backends, [make_video(i) for i in range(6)]), datetime.now(UTC))
    assert "- 5 talks (rate\\_limited): slow down" in text
    assert "- Talk 5 (network): no answer" in text
    assert "Talk 4" not in text


def test_one_invalid_source_among_several_is_an_outcome(tmp_path: Path) -> None:
    """The other sources are processed; a single invalid source is an error."""
    run = Run(config(tmp_path))
    with pytest.raises(UsageError):
        run.find(["no/such/thing"])
    (tmp_path / "x.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nHi.\n")
    assert len(run.find(["no/such/thing", str(tmp_path)])) == 1
    assert [(o.stage, o.status) for o in run.finals] == [("list", "failed")]
