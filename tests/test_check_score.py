from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.check import score
from summarizer.records import Segment, Span
from tests.conftest import TALK, make_transcript

TERMS = ("etcd", "Prometheus", "API server")


def test_a_complete_punctuated_talk_scores_high() -> None:
    """Twelve sentences, ordinary pace, correct spelling of glossary terms."""
    result = score(make_transcript(), 60.0, TERMS)
    assert result.score > 0.9
    assert (result.coverage, result.punctuation) == (0.9, pytest.approx(100 * 12 / 138, abs=0.01))
    assert result.glossary == pytest.approx(1000 * 7 / 138, abs=0.01)


@pytest.mark.parametrize(
    ("part", "worse"),
    [
        ("coverage", make_transcript(TALK[:4])),
        ("punctuation", make_transcript(tuple(text.replace(".", "") for text in TALK))),
        ("glossary", make_transcript(tuple(text.replace("etcd", "at city") for text in TALK))),
    ],
)
def test_each_fault_lowers_its_part_and_the_score(part: str, worse: object) -> None:
    """A track that stops early, raw machine output, misheard terms."""
    good, bad = score(make_transcript(), 60.0, ("etcd",)), score(worse, 60.0, ("etcd",))  # type: ignore[arg-type]
    assert bad.score < good.score
    assert getattr(bad, part) < getattr(good, part)


@pytest.mark.parametrize("seconds", [1.0, 60.0])
def test_an_impossible_pace_scores_zero(seconds: float) -> None:
    """138 words per minute are a normal pace; in twelve seconds or twelve minutes the pace scores 0."""
    result = score(make_transcript(seconds=seconds), None)
    assert result.score == pytest.approx((result.coverage + 0 + 1) / 3, abs=0.001)
    assert score(make_transcript(), None).score == pytest.approx((0.9 + 1 + 1) / 3, abs=0.001)


def test_music_counts_as_covered() -> None:
    """A sound marker covers its time as text does."""
    spans = (Span(start=60.0, end=120.0, reason="sound"),)
    with_music = make_transcript().model_copy(update={"spans": spans})
    assert score(with_music, 120.0).coverage > 0.9 > 0.5 > score(make_transcript(), 120.0).coverage


def test_without_a_glossary_its_part_is_omitted() -> None:
    """It is neither in the mean nor in the record."""
    result = score(make_transcript(), 60.0)
    assert result.glossary is None
    assert "glossary" not in str(result)


@given(
    st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 100), st.text(max_size=40)), max_size=10),
    st.one_of(st.none(), st.floats(0, 1e5)),
)
def test_every_score_is_between_0_and_1(raw: list[tuple[float, float, str]], duration: float | None) -> None:
    """This holds for any segments and any duration."""
    segments = tuple(Segment(id=i, start=a, end=a + b, text=text) for i, (a, b, text) in enumerate(raw))
    result = score(make_transcript().model_copy(update={"segments": segments}), duration, TERMS)
    assert 0 <= result.score <= 1
    assert 0 <= result.coverage <= 1
