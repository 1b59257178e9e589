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
from summarizer.library.export import export_transcript
from summarizer.records import Segment, Word
from tests.conftest import TALK, make_transcript

TERMS = ("etcd", "Prometheus", "API server")


def misheard(*changes: tuple[str, str]) -> tuple[str, ...]:
    """The talk with some words replaced, as if they were recognised wrongly."""
    texts = TALK
    for old, new in changes:
        texts = tuple(text.replace(old, new) for text in texts)
    return texts


def test_an_identical_transcript_has_no_errors_and_full_recall() -> None:
    """All terms are result, and all times are right."""
    result = scoring.score(make_transcript(), make_transcript(), TERMS)
    assert (result.word_error_rate, result.term_recall, result.timing_error) == (0.0, 1.0, 0.0)
    assert (result.terms, result.timed, result.missed) == (7, 12, ())


@pytest.mark.parametrize(
    ("reference", "hypothesis"),
    [
        ("It's 25 percent.", "it is twenty five percent"),
        ("Mr. Smith's colour", "mister smith is color"),
        ("We won't [Music] stop, um, now.", "WE WILL NOT STOP NOW"),
    ],
)
def test_equivalent_spellings_are_no_errors(reference: str, hypothesis: str) -> None:
    """Whisper's rules: case, contractions, numbers, British spelling, fillers and sounds."""
    assert scoring.count_word_errors(reference, hypothesis).rate == 0.0


@pytest.mark.parametrize(
    ("hypothesis", "expected"),
    [("a b d", (0, 1, 0)), ("a b x d", (1, 0, 0)), ("a b c c d", (0, 0, 1)), ("", (0, 4, 0)), ("x y z w v", (4, 0, 1))],
)
def test_edits_are_counted_by_kind(hypothesis: str, expected: tuple[int, int, int]) -> None:
    """Substitutions, deletions and insertions."""
    result = scoring.count_word_errors("a b c d", hypothesis, str)
    assert expected == (result.substitutions, result.deletions, result.insertions)
    assert result.rate == sum(expected) / 4


WORDS = st.lists(st.sampled_from("alpha beta gamma delta".split()), max_size=12).map(" ".join)


@given(WORDS, WORDS)
def test_the_rate_is_an_edit_distance(a: str, b: str) -> None:
    """It is zero only for equal texts, at least the difference of the lengths, and at most the greater length."""
    result = scoring.count_word_errors(a, b)
    edits = result.substitutions + result.deletions + result.insertions
    long, short = max(len(a.split()), len(b.split())), min(len(a.split()), len(b.split()))
    assert (edits == 0) is (a == b)
    assert long - short <= edits <= long
    assert result.reference == len(a.split())


def test_missed_terms_are_listed_with_their_counts() -> None:
    """One of three frequent terms was misheard."""
    result = scoring.score(make_transcript(misheard(("etcd", "at city"))), make_transcript(), TERMS)
    assert result.term_recall == pytest.approx(4 / 7, abs=1e-4)
    assert [(term.term, term.said, term.found) for term in result.missed] == [("etcd", 3, 0)]
    assert result.word_error_rate > 0


def test_the_timing_error_is_the_difference_of_starts() -> None:
    """All segments are two seconds late; a segment whose first word was not recognised does not count."""
    late = make_transcript(misheard(("Every morning", "Any morning")))
    segments = tuple(s.model_copy(update={"start": s.start + 2, "end": s.end + 2}) for s in late.segments)
    result = scoring.score(late.model_copy(update={"segments": segments}), make_transcript())
    assert (result.timing_error, result.timing_error_90, result.timed) == (2.0, 2.0, 11)


def test_the_times_of_words_are_used() -> None:
    """In one long segment, the times of words show when the second sentence begins."""
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
def test_every_export_format_can_be_scored(tmp_path: Path, format: str) -> None:
    """After export and reading, there are no errors."""
    path = tmp_path / f"x.{format}"
    path.write_text(export_transcript(make_transcript(), format))  # type: ignore[arg-type]
    read, timed = scoring.read_transcript(path)
    assert timed
    result = scoring.score(read, make_transcript(), TERMS, timed)
    assert (result.word_error_rate, result.term_recall) == (0.0, 1.0)
    assert result.timing_error == pytest.approx(0.0, abs=0.01)


def test_plain_text_has_no_timing_error(tmp_path: Path) -> None:
    """Its times are estimates."""
    (tmp_path / "x.txt").write_text(" ".join(TALK))
    read, timed = scoring.read_transcript(tmp_path / "x.txt")
    result = scoring.score(make_transcript(), read, TERMS, timed)
    assert (result.word_error_rate, result.timing_error, timed) == (0.0, None, False)


@pytest.mark.parametrize(("name", "text"), [("x.pdf", "?"), ("x.json", "{}"), ("x.vtt", ""), ("missing.srt", None)])
def test_a_file_that_is_no_transcript_is_a_usage_error(tmp_path: Path, name: str, text: str | None) -> None:
    """The message names the file and has a remedy."""
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=name) as error:
        scoring.read_transcript(tmp_path / name)
    assert error.value.remedy


def test_a_reference_without_words_is_a_usage_error() -> None:
    """The arguments are probably in the wrong order."""
    with pytest.raises(UsageError, match="has no words"):
        scoring.score(make_transcript(), make_transcript(("[Music]",)))


def test_the_command_prints_a_table_or_json(tmp_path: Path) -> None:
    """Both have the same figures."""
    (tmp_path / "a.vtt").write_text(export_transcript(make_transcript(misheard(("etcd", "at city"))), "vtt"))
    (tmp_path / "b.txt").write_text(" ".join(TALK))
    files = [str(tmp_path / "a.vtt"), str(tmp_path / "b.txt")]
    table = CliRunner().invoke(app, ["score", *files])
    data = json.loads(CliRunner().invoke(app, ["score", *files, "--json"]).stdout)
    assert f"{data['word_error_rate']:.1%}" in table.stdout
    assert "etcd 0/3" in table.stdout
    assert data["timing_error"] is None
