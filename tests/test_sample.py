"""The embedded sample: what a newcomer sees first, and the text that its speech model is trained on."""

from __future__ import annotations

from pathlib import Path

from summarizer import config
from summarizer.pipeline import Run
from summarizer.sample import load_talks, served
from tools.sample import evaluate
from tools.sample.language import SEED, TRAINING_SENTENCES, normal, training_sentences

ROOT = Path(__file__).parent.parent


def run_sample(folder: Path) -> Run:
    settings = config.load(
        ROOT / "configs" / "sample.toml",
        [f"runtime.library={folder / 'library'}", f"runtime.digests={folder / 'digests'}"],
    )
    with served(["sample"]) as sources:
        run = Run(settings)
        run.execute(run.find(sources))
    return run


def test_the_sample_gives_four_digests_and_one_refusal_and_is_then_cached(tmp_path: Path) -> None:
    """Four talks from their captions, and the placeholder refused by name; a second run makes nothing."""
    finals = {outcome.video_id: outcome for outcome in run_sample(tmp_path).finals}
    expected = {talk.id: "refused" if talk.captions == "placeholder" else "made" for talk in load_talks()}
    assert expected == {id: outcome.status for id, outcome in finals.items()}
    assert [outcome.code for outcome in finals.values() if outcome.status == "refused"] == ["placeholder"]
    again = run_sample(tmp_path)
    assert not again.worked
    assert {"cached", "refused"} == {outcome.status for outcome in again.finals}


def test_no_sentence_that_is_scored_was_trained_on() -> None:
    """Neither the talks' sentences nor those of the test sets are in the training text of the speech model."""
    tested = {normal(text) for text in (*evaluate.TEST_SENTENCES, *evaluate.test_sentences())}
    spoken = {normal(text.partition(": ")[2] or text) for talk in load_talks() for text in talk.sentences}
    forbidden = (*evaluate.TEST_SENTENCES, *evaluate.test_sentences())
    trained = {normal(text) for text in training_sentences(TRAINING_SENTENCES, SEED, forbidden)}
    assert len(trained) == TRAINING_SENTENCES
    assert not trained & (tested | spoken)
