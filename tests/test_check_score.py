from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.check import score
from summarizer.records import Segment, Span
from tests.conftest import TALK, make_transcript

TERMS = ("etcd", "Prometheus", "API server")


def test_a_whole_punctuated_talk_scores_high() -> None:
    """Twelve sentences, ordinary pace, jargon spelt right."""
    found = score(make_transcript(), 60.0, TERMS)
    assert found.score > 0.9
    assert (found.coverage, found.punctuation) == (0.9, pytest.approx(100 * 12 / 138, abs=0.01))
    assert found.glossary == pytest.approx(1000 * 7 / 138, abs=0.01)


@pytest.mark.parametrize(
    ("part", "worse"),
    [
        ("coverage", make_transcript(TALK[:4])),
        ("punctuation", make_transcript(tuple(text.replace(".", "") for text in TALK))),
        ("glossary", make_transcript(tuple(text.replace("etcd", "at city") for text in TALK))),
    ],
)
def test_each_fault_lowers_its_part_and_the_score(part: str, worse: object) -> None:
    """A track that stops early, raw machine output, misheard jargon."""
    good, bad = score(make_transcript(), 60.0, ("etcd",)), score(worse, 60.0, ("etcd",))  # type: ignore[arg-type]
    assert bad.score < good.score
    assert getattr(bad, part) < getattr(good, part)


@pytest.mark.parametrize("seconds", [1.0, 60.0])
def test_nobody_speaks_that_fast_or_slow(seconds: float) -> None:
    """138 words in a minute are speech; in twelve seconds or twelve minutes the pace adds nothing."""
    found = score(make_transcript(seconds=seconds), None)
    assert found.score == pytest.approx((found.coverage + 0 + 1) / 3, abs=0.001)
    assert score(make_transcript(), None).score == pytest.approx((0.9 + 1 + 1) / 3, abs=0.001)


def test_music_counts_as_covered() -> None:
    """A track that says where the music is has not left it out."""
    spans = (Span(start=60.0, end=120.0, reason="sound"),)
    whole = make_transcript().model_copy(update={"spans": spans})
    assert score(whole, 120.0).coverage > 0.9 > 0.5 > score(make_transcript(), 120.0).coverage


def test_without_a_glossary_nothing_is_said_of_one() -> None:
    """The part is left out of the mean and of the record."""
    found = score(make_transcript(), 60.0)
    assert found.glossary is None
    assert "glossary" not in str(found)


@given(
    st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 100), st.text(max_size=40)), max_size=10),
    st.one_of(st.none(), st.floats(0, 1e5)),
)
def test_every_score_is_between_0_and_1(raw: list[tuple[float, float, str]], duration: float | None) -> None:
    """Whatever the track."""
    segments = tuple(Segment(id=i, start=a, end=a + b, text=text) for i, (a, b, text) in enumerate(raw))
    found = score(make_transcript().model_copy(update={"segments": segments}), duration, TERMS)
    assert 0 <= found.score <= 1
    assert 0 <= found.coverage <= 1
