"""The embedded sample, and the text on which its speech model was trained."""

from __future__ import annotations

from pathlib import Path

from summarizer import config
from summarizer.pipeline import Run
from summarizer.sample import load_talks, serve_sources
from tools.sample import evaluate
from tools.sample.language import SEED, TRAINING_SENTENCES, normal, training_sentences

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


def test_the_sample_gives_four_digests_and_one_refusal(tmp_path: Path) -> None:
    """The placeholder is refused; a second run is cached."""
    finals = {outcome.video_id: outcome for outcome in run_sample(tmp_path).finals}
    expected = {talk.id: "refused" if talk.captions == "placeholder" else "made" for talk in load_talks()}
    assert expected == {id: outcome.status for id, outcome in finals.items()}
    assert [outcome.code for outcome in finals.values() if outcome.status == "refused"] == ["placeholder"]
    second = run_sample(tmp_path)
    assert not second.wrote_pages
    assert {"cached", "refused"} == {outcome.status for outcome in second.finals}


def test_no_test_sentence_is_in_the_training_text() -> None:
    """Neither the talks' sentences nor the test sentences are in the training text of the speech model."""
    test_sentences = {normal(text) for text in (*evaluate.TEST_SENTENCES, *evaluate.test_sentences())}
    spoken = {normal(text.partition(": ")[2] or text) for talk in load_talks() for text in talk.sentences}
    forbidden = (*evaluate.TEST_SENTENCES, *evaluate.test_sentences())
    trained = {normal(text) for text in training_sentences(TRAINING_SENTENCES, SEED, forbidden)}
    assert len(trained) == TRAINING_SENTENCES
    assert not trained & (test_sentences | spoken)
