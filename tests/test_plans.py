"""A plan is the walk that a run takes: whatever happened before, it says what the run then does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from summarizer.config import Config, load
from summarizer.errors import Failed
from summarizer.library import upkeep
from summarizer.pipeline import Run, State, Step
from summarizer.records import Source, Summary, Transcript, Video
from summarizer.stage import Answers
from summarizer.store import FileRef, Library, VideoFolder
from tests.fake_backends import FakeBackends, make_video


class Silent(FakeBackends):
    """Automatic captions, and sound that cannot be had while `broken`."""

    def __init__(self) -> None:
        super().__init__(kind="automatic")
        self.broken = True

    def fetch_audio(self, video: Video, source: Source, folder: Path) -> Path:
        if self.broken:
            self.calls["fetch_audio"] += 1
            raise Failed("no_audio", "the site offers no sound")
        return super().fetch_audio(video, source, folder)


def config(root: Path, *changes: str) -> Config:
    return load(overrides=[f"runtime.library='{root}/library'", f"runtime.digests='{root}/digests'", *changes])


def run(root: Path, backends: FakeBackends, *changes: str) -> Run:
    backends.listing = (make_video(),)
    item = Run(config(root, *changes), backends)
    item.execute(item.find(["x"]))
    return item


def planned(item: Run) -> list[Step]:
    (plan,) = item.plan(item.find(["x"]))
    return list(plan.steps)


def test_after_a_fallback_the_plan_goes_on_to_the_page(tmp_path: Path) -> None:
    """The sound is tried again and may fail again; what is cached behind it is shown, not "never made"."""
    backends = Silent()
    item = run(tmp_path, backends)
    steps = planned(item)
    assert [(step.stage, step.state) for step in steps] == [
        ("download", State.CACHED),
        ("audio", State.WOULD_RETRY),
        ("transcribe", State.CACHED),
        ("check", State.CACHED),
        ("glossary", State.CACHED),
        ("summarize", State.CACHED),
        ("digest", State.CACHED),
    ]
    assert steps[1].why == "the last attempt failed: the site offers no sound"


def test_the_run_does_what_the_plan_said(tmp_path: Path) -> None:
    """It tries the sound once more, and makes nothing else again."""
    backends = Silent()
    run(tmp_path, backends)
    again = run(tmp_path, backends)
    assert (again.finals[0].status, backends.calls["fetch_audio"], backends.calls["summarize"]) == ("cached", 2, 1)


def test_a_failure_is_forgotten_once_there_is_a_result(tmp_path: Path) -> None:
    """The sound can be had after all: it is recognised, and the plan holds nothing but cached stages."""
    backends = Silent()
    run(tmp_path, backends)
    backends.broken = False
    item = run(tmp_path, backends)
    assert "Text: speech recognition" in Path(item.finals[0].path).read_text()
    assert {step.state for step in planned(item)} == {State.CACHED}
    assert Library(tmp_path / "library").folder("video-00000").manifest.failures == {}


def test_corrections_and_prune_look_at_the_text_that_was_taken(tmp_path: Path) -> None:
    """After a fallback, both work on what the page was made from."""
    backends = Silent()
    run(tmp_path, backends)
    changes = ("summarize.kind=panel", "digest.tags=['cncf']")
    item = run(tmp_path, backends, *changes)
    assert upkeep.list_corrections(item.config, "video-00000") == []
    (row,) = upkeep.prune(item.config, dry_run=False)
    assert sorted(name.split("-")[0] for name in row["results"].split(", ")) == ["digest", "summarize"]
    assert run(tmp_path, backends, *changes).finals[0].status == "cached"


class Timed(FakeBackends):
    """Every summary takes longer than the one before; otherwise all are equal."""

    def summarize(self, transcript: Transcript, source: Source, answers: Answers) -> Summary:
        summary = super().summarize(transcript, source, answers)
        seconds = float(self.calls["summarize"])
        return summary.model_copy(update={"made": summary.made.model_copy(update={"seconds": seconds})})


def test_an_equal_result_repeats_no_later_stage(tmp_path: Path) -> None:
    """The time that a stage took is not part of its result."""
    backends = Timed()
    run(tmp_path, backends)
    item = Run(config(tmp_path), backends, forced=frozenset({"summarize"}))
    item.execute(item.find(["x"]))
    states = {outcome.stage: outcome.status for outcome in item.outcomes}
    assert backends.calls["summarize"] == 2
    assert (states["summarize"], states["digest"]) == ("made", "cached")


def test_a_failure_is_no_refusal(tmp_path: Path) -> None:
    """It ends nothing for good: forced, the stage is simply to be run."""
    backends = Silent()
    item = run(tmp_path, backends)
    item.forced = frozenset({"audio"})
    assert [step.state for step in planned(item)] == [State.CACHED, State.WOULD_RUN]


@pytest.mark.parametrize("captions", [True, False])
def test_a_new_talk_reads_no_file_twice_and_a_finished_one_reads_none(
    tmp_path: Path, captions: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values stay in memory from stage to stage; a run with nothing to do looks at manifests only."""
    read: Counter[str] = Counter()
    real = VideoFolder.intact

    def intact(folder: VideoFolder, file: FileRef) -> bool:
        read[file.name.split("-")[0]] += 1
        return real(folder, file)

    monkeypatch.setattr(VideoFolder, "intact", intact)
    backends = FakeBackends() if captions else FakeBackends(captions=None)
    run(tmp_path, backends)
    assert read == ({"download": 1, "digest": 1} if captions else {"audio": 1, "digest": 1})
    read.clear()
    assert run(tmp_path, backends).finals[0].status == "cached"
    assert read == {}
