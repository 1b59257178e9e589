from __future__ import annotations

import json
from pathlib import Path

import pytest

from summarizer.config import load as load_config
from summarizer.errors import Failed, Refused, Skipped, UsageError
from summarizer.library import upkeep
from summarizer.pipeline import Run, State, Walk, new_run
from summarizer.records import RecordingNote, Transcript
from summarizer.store import Library
from summarizer.transcribe import Recording
from tests.fake_backends import VTT, FakeBackends, make_video

BARE = "\n".join(line.rstrip(".") for line in VTT.splitlines())  # without punctuation
SPEECH_LATER = "transcribe.policy=captions_then_whisper"


def walk(root: Path, backends: FakeBackends, *changes: str, upgrade: bool = False) -> Walk:
    video = make_video()
    item = Walk(video, Library(root).folder(video.id), load_config(overrides=changes), backends, upgrade=upgrade)
    with item.folder.lock():
        item.run()
    return item


def night(root: Path, backends: FakeBackends, *changes: str, budget: bool = False) -> Run:
    """Execute one run that upgrades; with `budget`, the time budget is used up after the new talks."""
    folders = (f"runtime.library={root / 'library'}", f"runtime.digests={root / 'digests'}")
    run = Run(load_config(overrides=(SPEECH_LATER, *folders, *changes)), backends, upgrade=True)
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
def test_each_policy_chooses_its_text(tmp_path: Path, policy: str, kind: str, text_from: str) -> None:
    """The text of a talk that has audio and captions of one kind."""
    backends = FakeBackends(kind=kind)  # type: ignore[arg-type]
    talk = walk(tmp_path, backends, f"transcribe.policy={policy}")
    assert text_from == talk.values[Transcript].kind
    assert (text_from == "whisper") is bool(backends.calls["fetch_audio"])


@pytest.mark.parametrize(("policy", "recognitions"), [("captions", 0), ("captions_then_whisper", 1)])
def test_without_captions_only_some_policies_recognise_speech(tmp_path: Path, policy: str, recognitions: int) -> None:
    """With `captions`, no audio is downloaded."""
    backends = FakeBackends(captions=None)
    if recognitions:
        walk(tmp_path, backends, f"transcribe.policy={policy}")
    else:
        with pytest.raises(Skipped, match=r"there are no captions, and transcribe\.policy is captions"):
            walk(tmp_path, backends, f"transcribe.policy={policy}")
    assert recognitions == backends.calls["transcribe"] == backends.calls["fetch_audio"]


def test_poor_automatic_captions_are_replaced_by_speech_recognition_at_once(tmp_path: Path) -> None:
    """A track with a score below the minimum is refused, and the next source of text is tried."""
    talk = walk(tmp_path, FakeBackends(captions=BARE, kind="automatic"), SPEECH_LATER, "check.min_caption_score=0.95")
    assert talk.values[Transcript].kind == "whisper"


def test_poor_captions_are_refused_with_their_score(tmp_path: Path) -> None:
    """With `captions`, there is no other source; the refusal states the score and its parts."""
    backends = FakeBackends(captions=BARE, kind="automatic")
    with pytest.raises(Refused, match=r"score 0\.\d\d, less than 0\.95 .*words a minute") as refused:
        walk(tmp_path, backends, "transcribe.policy=captions", "check.min_caption_score=0.95")
    assert refused.value.code == "poor_captions"


def test_captions_by_people_are_not_judged_by_their_score(tmp_path: Path) -> None:
    """The minimum score applies to automatic captions only."""
    talk = walk(tmp_path, FakeBackends(captions=BARE), "check.min_caption_score=1.0")
    assert talk.values[Transcript].kind == "human"


def test_a_night_upgrades_after_all_new_talks(tmp_path: Path) -> None:
    """Both talks first get a digest from captions; then the speech of both is recognised, once."""
    backends = FakeBackends(kind="automatic")
    run = night(tmp_path, backends)
    stages = [outcome.stage for outcome in run.outcomes if outcome.status == "made"]
    assert stages.index("audio") > max(i for i, o in enumerate(run.outcomes) if o.stage == "run" and not o.reason)
    assert [(o.status, o.reason) for o in run.finals] == [
        ("made", "speech recognition in place of automatic captions")
    ] * 2
    assert "Text: speech recognition" in page(run)
    second = night(tmp_path, backends)
    assert ([o.status for o in second.finals], backends.calls["transcribe"]) == (["cached", "cached"], 2)


def test_a_used_up_budget_leaves_upgrades_to_another_night(tmp_path: Path) -> None:
    """This is not a failure: the digests from captions are kept, and a plan shows what waits."""
    backends = FakeBackends(kind="automatic")
    run = night(tmp_path, backends, budget=True)
    backends.listing = (make_video(0),)
    assert backends.calls["transcribe"] == 0
    [(_, steps)] = run.plan(run.find(["x"]))
    assert (steps[-1].stage, steps[-1].state) == ("transcribe", State.WAITS)
    run = night(tmp_path, backends)
    assert backends.calls["transcribe"] == 2
    assert State.WAITS not in [step.state for _, steps in run.plan(run.find(["x"])) for step in steps]


@pytest.mark.parametrize("problem", ["fails", "finds no speech"])
def test_a_failed_upgrade_keeps_the_digest(tmp_path: Path, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text stays the captions. A refusal is final; a failed upgrade is tried again another night."""
    backends = FakeBackends(kind="automatic", spoken=())

    def transcribe(recording: Recording) -> Transcript:
        backends.calls["transcribe"] += 1
        raise Failed("media_unreadable", "truncated", "Run again.")

    if problem == "fails":
        monkeypatch.setattr(backends, "transcribe", transcribe)
    run = night(tmp_path, backends)
    assert ([outcome.status for outcome in run.finals], run.exit_code) == (["made", "made"], 0)
    assert "Text: automatic captions" in page(run)
    night(tmp_path, backends)
    assert backends.calls["transcribe"] == (4 if problem == "fails" else 2)


def test_prune_keeps_the_refusal_of_an_upgrade(tmp_path: Path) -> None:
    """Without the cached refusal, the next night would recognise the speech again."""
    backends = FakeBackends(kind="automatic", spoken=())
    run = night(tmp_path, backends)
    assert upkeep.prune(run.config, dry_run=True) == []


def test_explain_shows_the_score(tmp_path: Path) -> None:
    """The row of the check shows the score and its parts; the data of the page contain them."""
    run = night(tmp_path, FakeBackends(), budget=True)
    steps = upkeep.explain(run.config, "video-00000").steps
    [why] = [step.why for step in steps if step.stage == "check"]
    assert why.startswith("score 0.")
    score = json.loads(Path(run.finals[0].path).with_suffix(".json").read_text())["text"]["score"]
    assert f"score {score['score']:.2f}" in why


def test_notes_on_the_sound_are_on_the_page_in_explain_and_in_the_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers learn that two sound tracks were mixed and that the sound ends early."""
    notes = (
        RecordingNote(kind="tracks_mixed", tracks=(1, 2), total=3),
        RecordingNote(kind="early_end", seconds=18.0),
    )
    backends = FakeBackends(captions=None)
    speech = FakeBackends.transcribe
    monkeypatch.setattr(backends, "transcribe", lambda item: speech(backends, item).model_copy(update={"notes": notes}))
    run = night(tmp_path, backends, budget=True)
    sentences = (
        "Sound tracks 1, 2 of 3 were mixed: each has a voice.",
        "The sound ends 0:18 before the recording.",
    )
    for sentence in sentences:
        assert f"- {sentence}\n" in page(run)
    assert " ".join(sentences) == run.finals[0].reason
    steps = upkeep.explain(run.config, "video-00000").steps
    assert " ".join(sentences) in [step.why for step in steps if step.stage == "transcribe"]


def test_upgrading_requires_a_policy_that_uses_captions_first() -> None:
    """With any other policy, there is nothing to upgrade."""
    with pytest.raises(UsageError, match="captions first"):
        new_run(load_config(), upgrade=True)


@pytest.mark.parametrize("change", ["check.min_caption_score=0.11", "check.min_words_per_second=0.01"])
def test_a_new_check_of_an_upgraded_talk_keeps_the_recognised_speech(tmp_path: Path, change: str) -> None:
    """Only the check runs again: a talk never returns to its automatic captions, in a run or in a plan."""
    backends = FakeBackends(kind="automatic")
    night(tmp_path, backends)
    run = night(tmp_path, backends, change)
    assert "Text: speech recognition" in page(run)
    assert backends.calls["transcribe"] == 2


def test_damaged_speech_of_an_upgraded_talk_is_recognised_again(tmp_path: Path) -> None:
    """A damaged file must not end the upgrade for ever."""
    backends = FakeBackends(kind="automatic")
    walk(tmp_path, backends, SPEECH_LATER, upgrade=True)
    [speech] = [path for path in tmp_path.rglob("transcribe-*") if path.is_file()]
    speech.write_bytes(b"damaged")
    walk(tmp_path, backends, SPEECH_LATER, upgrade=True)
    assert backends.calls["transcribe"] == 2
    assert walk(tmp_path, backends, SPEECH_LATER).values[Transcript].kind == "whisper"


def test_the_limit_counts_upgrades(tmp_path: Path) -> None:
    """A night that may process one talk does not recognise the speech of all of them."""
    backends = FakeBackends(kind="automatic")
    backends.listing = (make_video(0), make_video(1))
    night(tmp_path, backends, budget=True)
    assert backends.calls["transcribe"] == 0
    settings = load_config(overrides=[f"runtime.{name}='{tmp_path}/{name}'" for name in ("library", "digests")])
    policy = settings.transcribe.model_copy(update={"policy": "captions_then_whisper"})
    run = Run(settings.model_copy(update={"transcribe": policy}), backends=backends, upgrade=True, limit=1)
    run.execute(run.find(["x"]))
    assert backends.calls["transcribe"] == 1


def test_every_row_of_explain_has_a_reason(tmp_path: Path) -> None:
    """When a cached result was made, or why a text was refused; a setting that is new is no change from nothing."""
    run = night(tmp_path, FakeBackends(), budget=True)
    steps = upkeep.explain(run.config, "video-00000").steps
    assert [step.stage for step in steps if not step.why] == []
    assert any(step.why.startswith("made 20") for step in steps)
