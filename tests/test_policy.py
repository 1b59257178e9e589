from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from summarizer.config import load as load_config
from summarizer.errors import Failed, Refused, UsageError
from summarizer.library import upkeep
from summarizer.pipeline import Run, State, Walk, new_run
from summarizer.records import Transcript
from summarizer.store import Library
from summarizer.transcribe import Recording
from tests.fake_backends import VTT, FakeBackends, make_video

BARE = "\n".join(line.rstrip(".") for line in VTT.splitlines())  # without punctuation
LATER = "transcribe.policy=captions_then_whisper"


def walk(root: Path, backends: FakeBackends, *changes: str, upgrade: bool = False) -> Walk:
    video = make_video()
    item = Walk(video, Library(root).folder(video.id), load_config(overrides=changes), backends, upgrade=upgrade)
    with item.folder.lock():
        item.run()
    return item


def night(root: Path, backends: FakeBackends, *changes: str, budget: bool = False) -> Run:
    """One run that upgrades; `budget` is whether it is used up after the new talks."""
    folders = (f"runtime.library={root / 'library'}", f"runtime.digests={root / 'digests'}")
    run = Run(load_config(overrides=(LATER, *folders, *changes)), backends, upgrade=True)
    run.budget = lambda: budget and len(run.finals) == 2
    backends.listing = (make_video(0), make_video(1))
    run.execute(run.find(["x"]))
    return run


def page(run: Run) -> str:
    return Path(run.finals[0].path).read_text()


@pytest.mark.parametrize(
    ("policy", "kind", "text_from"),
    [
        ("captions", "human", "human"),
        ("captions", "automatic", "automatic"),
        ("whisper", "human", "whisper"),
        ("human_else_whisper", "human", "human"),
        ("human_else_whisper", "automatic", "whisper"),
        ("captions_then_whisper", "human", "human"),
        ("captions_then_whisper", "automatic", "automatic"),
    ],
)
def test_each_policy_takes_its_text(tmp_path: Path, policy: str, kind: str, text_from: str) -> None:
    """Which text a talk gets when it has captions of one kind and sound."""
    backends = FakeBackends(kind=kind)  # type: ignore[arg-type]
    talk = walk(tmp_path, backends, f"transcribe.policy={policy}")
    assert text_from == talk.values[Transcript].kind
    assert (text_from == "whisper") is bool(backends.calls["fetch_audio"])


@pytest.mark.parametrize(("policy", "heard"), [("captions", 0), ("captions_then_whisper", 1)])
def test_without_captions_only_some_policies_listen(tmp_path: Path, policy: str, heard: int) -> None:
    """Captions only means no sound is ever fetched."""
    backends = FakeBackends(captions=None)
    if heard:
        walk(tmp_path, backends, f"transcribe.policy={policy}")
    else:
        with pytest.raises(Refused, match="does not allow speech recognition"):
            walk(tmp_path, backends, f"transcribe.policy={policy}")
    assert heard == backends.calls["transcribe"] == backends.calls["fetch_audio"]


def test_poor_automatic_captions_go_to_speech_recognition_at_once(tmp_path: Path) -> None:
    """A track that scores below the least is refused, and the next source of text is tried."""
    talk = walk(tmp_path, FakeBackends(captions=BARE, kind="automatic"), LATER, "check.min_caption_score=0.95")
    assert talk.values[Transcript].kind == "whisper"


def test_poor_captions_are_refused_with_their_score(tmp_path: Path) -> None:
    """Under captions only there is nothing else; the reason names the figures."""
    backends = FakeBackends(captions=BARE, kind="automatic")
    with pytest.raises(Refused, match=r"score 0\.\d\d, less than 0\.95 .*words a minute") as refused:
        walk(tmp_path, backends, "transcribe.policy=captions", "check.min_caption_score=0.95")
    assert refused.value.code == "poor_captions"


def test_people_s_captions_are_not_judged_by_score(tmp_path: Path) -> None:
    """The least is for automatic captions."""
    talk = walk(tmp_path, FakeBackends(captions=BARE), "check.min_caption_score=1.0")
    assert talk.values[Transcript].kind == "human"


def test_a_night_upgrades_after_everything_new(tmp_path: Path) -> None:
    """Both talks get their digest from captions first; then the speech of both is recognised, once and for all."""
    backends = FakeBackends(kind="automatic")
    run = night(tmp_path, backends)
    stages = [outcome.stage for outcome in run.outcomes if outcome.status == "made"]
    assert stages.index("audio") > max(i for i, o in enumerate(run.outcomes) if o.stage == "run" and not o.reason)
    assert [(o.status, o.reason) for o in run.finals] == [
        ("made", "speech recognition in place of automatic captions")
    ] * 2
    assert "source: whisper" in page(run)
    again = night(tmp_path, backends)
    assert ([o.status for o in again.finals], backends.calls["transcribe"]) == (["cached", "cached"], 2)


def test_a_used_up_budget_leaves_upgrades_for_another_night(tmp_path: Path) -> None:
    """No time is no failure: the digests from captions stand, and `plan` says what waits."""
    backends = FakeBackends(kind="automatic")
    run = night(tmp_path, backends, budget=True)
    backends.listing = (make_video(0),)
    assert backends.calls["transcribe"] == 0
    [(_, steps)] = run.plan(run.find(["x"]))
    assert (steps[-1].stage, steps[-1].state) == ("transcribe", State.WAITS)
    run = night(tmp_path, backends)
    assert backends.calls["transcribe"] == 2
    assert State.WAITS not in [step.state for _, steps in run.plan(run.find(["x"])) for step in steps]


@pytest.mark.parametrize("problem", ["fails", "hears nothing"])
def test_an_upgrade_that_fails_keeps_the_digest(tmp_path: Path, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Captions remain the text; a refusal is final, a failure is tried again another night."""
    backends = FakeBackends(kind="automatic", spoken=())

    def transcribe(recording: Recording) -> Transcript:
        backends.calls["transcribe"] += 1
        raise Failed("media_unreadable", "cut short", "Again.")

    if problem == "fails":
        monkeypatch.setattr(backends, "transcribe", transcribe)
    run = night(tmp_path, backends)
    assert ([outcome.status for outcome in run.finals], run.exit_code) == (["made", "made"], 0)
    assert "source: automatic" in page(run)
    night(tmp_path, backends)
    assert backends.calls["transcribe"] == (4 if problem == "fails" else 2)


def test_prune_keeps_what_an_upgrade_has_begun(tmp_path: Path) -> None:
    """The refusal of the speech is still of use: without it, the next night would listen again."""
    backends = FakeBackends(kind="automatic", spoken=())
    run = night(tmp_path, backends)
    assert upkeep.prune(run.config, dry_run=True) == []


def test_explain_shows_the_score(tmp_path: Path) -> None:
    """Next to the check, with its figures; and the page's front matter has it."""
    run = night(tmp_path, FakeBackends(), budget=True)
    steps = upkeep.explain(run.config, "video-00000").steps
    [why] = [step.why for step in steps if step.stage == "check"]
    assert why.startswith("score 0.")
    score = yaml.safe_load(page(run).split("---\n")[1])["ai"]["transcript"]["score"]
    assert f"score {score['score']:.2f}" in why


def test_upgrading_needs_a_policy_that_takes_captions_first() -> None:
    """Any other has nothing to upgrade."""
    with pytest.raises(UsageError, match="captions first"):
        new_run(load_config(), upgrade=True)
