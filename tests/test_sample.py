"""The embedded sample, with the real speech model that it uses."""

from __future__ import annotations

import json
from pathlib import Path

import jiwer
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from summarizer import config
from summarizer.pipeline import Run
from summarizer.records import Transcript
from summarizer.sample import SampleTalk, load_talks, serve_sources

ROOT = Path(__file__).parent.parent


def run_sample(folder: Path) -> Run:
    settings = config.load(
        ROOT / "configs" / "sample.toml",
        [f"runtime.library={folder / 'library'}", f"runtime.digests={folder / 'digests'}"],
    )
    with serve_sources(["sample"]) as sources:
        run = Run(settings)
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
    """At most 5 % of the words are wrong, and every second with a voice has text."""
    [path] = (first[0] / "library" / talk.id).glob("transcribe-*.json")
    transcript = Transcript.model_validate(json.loads(path.read_text()))
    normalise = EnglishTextNormalizer()
    errors = jiwer.process_words(normalise(" ".join(talk.sentences)), normalise(transcript.text))
    assert errors.wer <= 0.05
    assert (transcript.kind, transcript.made.model, transcript.voiced_share) == ("whisper", "tiny.en", 1.0)


def test_one_talk_is_as_long_as_a_real_one() -> None:
    """A page of a minute of speech does not show what a summary is."""
    assert max(len(" ".join(talk.sentences).split()) for talk in load_talks()) > 1000
