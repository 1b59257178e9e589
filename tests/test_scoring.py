from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from summarizer.cli import app
from summarizer.errors import UsageError
from summarizer.evaluation import scoring
from summarizer.library.export import export
from summarizer.records import Segment, Word
from tests.conftest import TALK, make_transcript

TERMS = ("etcd", "Prometheus", "API server")


def heard(*changes: tuple[str, str]) -> tuple[str, ...]:
    """The talk with some words replaced."""
    texts = TALK
    for old, new in changes:
        texts = tuple(text.replace(old, new) for text in texts)
    return texts


def test_a_perfect_transcript_scores_zero_errors_and_full_recall() -> None:
    """Every term found, every time right."""
    found = scoring.score(make_transcript(), make_transcript(), TERMS)
    assert (found.word_error_rate, found.term_recall, found.timing_error) == (0.0, 1.0, 0.0)
    assert (found.terms, found.timed, found.missed) == (7, 12, ())


@pytest.mark.parametrize(
    ("reference", "hypothesis"),
    [
        ("It's 25 percent.", "it is twenty five percent"),
        ("Mr. Smith's colour", "mister smith is color"),
        ("We won't [Music] stop, um, now.", "WE WILL NOT STOP NOW"),
    ],
)
def test_spelling_that_says_the_same_is_no_error(reference: str, hypothesis: str) -> None:
    """Whisper's rules: case, contractions, numbers, British spelling, fillers and sounds."""
    assert scoring.word_errors(reference, hypothesis).rate == 0.0


@pytest.mark.parametrize(
    ("hypothesis", "expected"),
    [("a b d", (0, 1, 0)), ("a b x d", (1, 0, 0)), ("a b c c d", (0, 0, 1)), ("", (0, 4, 0)), ("x y z w v", (4, 0, 1))],
)
def test_edits_are_counted_by_kind(hypothesis: str, expected: tuple[int, int, int]) -> None:
    """Substituted, left out, added."""
    found = scoring.word_errors("a b c d", hypothesis, str)
    assert expected == (found.substitutions, found.deletions, found.insertions)
    assert found.rate == sum(expected) / 4


WORDS = st.lists(st.sampled_from("alpha beta gamma delta".split()), max_size=12).map(" ".join)


@given(WORDS, WORDS)
def test_the_rate_is_an_edit_distance(a: str, b: str) -> None:
    """Zero only for equal texts, never less than the difference in length, never more than the longer one."""
    found = scoring.word_errors(a, b)
    edits = found.substitutions + found.deletions + found.insertions
    long, short = max(len(a.split()), len(b.split())), min(len(a.split()), len(b.split()))
    assert (edits == 0) is (a == b)
    assert long - short <= edits <= long
    assert found.reference == len(a.split())


def test_missed_terms_are_named_with_their_counts() -> None:
    """What jargon cost: two of the three most frequent words of the talk were misheard."""
    found = scoring.score(make_transcript(heard(("etcd", "at city"))), make_transcript(), TERMS)
    assert found.term_recall == pytest.approx(4 / 7, abs=1e-4)
    assert [(one.term, one.said, one.found) for one in found.missed] == [("etcd", 3, 0)]
    assert found.word_error_rate > 0


def test_the_timing_error_is_the_distance_of_starts() -> None:
    """All segments two seconds late; a segment whose first word was not found does not count."""
    late = make_transcript(heard(("Every morning", "Any morning")))
    segments = tuple(s.model_copy(update={"start": s.start + 2, "end": s.end + 2}) for s in late.segments)
    found = scoring.score(late.model_copy(update={"segments": segments}), make_transcript())
    assert (found.timing_error, found.timing_error_90, found.timed) == (2.0, 2.0, 11)


def test_words_with_times_of_their_own_are_used() -> None:
    """One long segment, whose words say when the second sentence begins."""
    words = tuple(
        Word(start=t, end=t + 0.4, text=w)
        for w, t in (("Open", 0.0), ("doors.", 1.0), ("Closed", 7.0), ("books.", 8.0))
    )
    long = make_transcript().model_copy(
        update={"segments": (Segment(id=0, start=0.0, end=9.0, text="Open doors. Closed books.", words=words),)}
    )
    reference = make_transcript(("Open doors.", "Closed books."), seconds=7.0)
    assert scoring.score(long, reference).timing_error == 0.0


@pytest.mark.parametrize("format", ["json", "vtt", "srt"])
def test_every_format_of_ours_can_be_scored(tmp_path: Path, format: str) -> None:
    """Through a file and back, nothing is an error."""
    path = tmp_path / f"x.{format}"
    path.write_text(export(make_transcript(), format))  # type: ignore[arg-type]
    read, timed = scoring.read(path)
    assert timed
    found = scoring.score(read, make_transcript(), TERMS, timed)
    assert (found.word_error_rate, found.term_recall) == (0.0, 1.0)
    assert found.timing_error == pytest.approx(0.0, abs=0.01)


def test_plain_text_has_no_timing_error(tmp_path: Path) -> None:
    """Its times would be guesses."""
    (tmp_path / "x.txt").write_text(" ".join(TALK))
    read, timed = scoring.read(tmp_path / "x.txt")
    found = scoring.score(make_transcript(), read, TERMS, timed)
    assert (found.word_error_rate, found.timing_error, timed) == (0.0, None, False)


@pytest.mark.parametrize(("name", "text"), [("x.pdf", "?"), ("x.json", "{}"), ("x.vtt", ""), ("missing.srt", None)])
def test_what_is_no_transcript_is_a_usage_error(tmp_path: Path, name: str, text: str | None) -> None:
    """With the file's name and a remedy."""
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=name) as error:
        scoring.read(tmp_path / name)
    assert error.value.remedy


def test_a_reference_without_words_is_a_usage_error() -> None:
    """Most likely the two files are in the wrong order."""
    with pytest.raises(UsageError, match="holds no words"):
        scoring.score(make_transcript(), make_transcript(("[Music]",)))


def test_the_command_prints_a_table_or_json(tmp_path: Path) -> None:
    """The same figures either way."""
    (tmp_path / "a.vtt").write_text(export(make_transcript(heard(("etcd", "at city"))), "vtt"))
    (tmp_path / "b.txt").write_text(" ".join(TALK))
    files = [str(tmp_path / "a.vtt"), str(tmp_path / "b.txt")]
    table = CliRunner().invoke(app, ["score", *files])
    data = json.loads(CliRunner().invoke(app, ["score", *files, "--json"]).stdout)
    assert f"{data['word_error_rate']:.1%}" in table.stdout
    assert "etcd 0/3" in table.stdout
    assert data["timing_error"] is None
