"""The parts `coverage` and `digests` of the evaluation, on material made for the tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from summarizer.config import SummarizeSettings, load
from summarizer.errors import Refused
from summarizer.evaluation import coverage, digests
from summarizer.evaluation.material import Material, half_of
from summarizer.evaluation.report import Row
from summarizer.records import Source, Summary, Transcript
from summarizer.stage import Answers
from summarizer.summarize.llm.map_reduce import MapReduce
from tests.conftest import TALK
from tests.fake_generator import QuotingGenerator

REPORTED = next(id for id in (f"talk-{i:06}" for i in range(99)) if half_of(id) == "report")
ABSTRACT = "Why etcd needed a faster disk, and what Prometheus has to do with it. Bring a helmet."


@pytest.fixture
def material(tmp_path: Path) -> Material:
    """One talk with an abstract, and twelve others that share only common words with it."""
    folder = tmp_path / "talks"
    folder.mkdir(parents=True)
    for id, text in [
        (REPORTED, " ".join(TALK)),
        *((f"other-{i:05}", f"we talk about cluster number {i} today " * 60) for i in range(12)),
    ]:
        abstract = ABSTRACT if id == REPORTED else None
        (folder / f"{id}.json").write_text(json.dumps({"title": "Slow", "abstract": abstract, "text": text}))
    return Material(tmp_path)


def figures(rows: list[Row] | tuple[Row, ...]) -> dict[str, float | None]:
    return {row.name: row.figure for row in rows}


def test_coverage_is_complete_for_ordinary_talks(material: Material) -> None:
    """All targets are met, with every way of counting tokens."""
    part = coverage.measure(material, load(overrides=["summarize.llm.chunk_tokens=64"]))
    assert [row.name for row in part.rows if row.met is False] == []
    assert len([row for row in part.rows if row.met]) >= 8


def test_coverage_detects_a_missing_chunk(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figure is counted, not assumed."""
    real = coverage.split_transcript
    monkeypatch.setattr(coverage, "split_transcript", lambda *args: real(*args)[1:])
    part = coverage.measure(material, load(overrides=["summarize.llm.chunk_tokens=64"]))
    assert figures(part.rows)["white space: talks with every word in one chunk"] == 0.0


def test_a_model_that_is_not_installed_is_said_and_the_others_are_measured(material: Material) -> None:
    """The rows of lead and extractive have figures; the one of the missing model has a reason."""
    overrides = ["summarize.backend=transformers", f"runtime.models='{material.folder}'"]
    rows = digests.measure(material, load(overrides=overrides)).rows
    assert figures(rows)["extractive: pages"] == 1.0
    assert figures(rows)["lead: spread over the talk"] is not None
    assert "no model here" in rows[-1].note


def test_the_pages_of_a_summarizer_are_counted(material: Material) -> None:
    """The summarizer does not get the abstract, and every statement of its page is counted."""

    class Notes:
        def summarize(self, transcript: Transcript, source: Source, answers: Answers | None = None) -> Summary:
            assert source.description == ""
            return MapReduce(QuotingGenerator(), SummarizeSettings(backend="openai"), "r").summarize(transcript, source)

    talks = [talk for talk in material.talks if talk.id == REPORTED]
    pages = digests.summarize_all("notes", talks, Notes())
    [summary] = pages.summaries
    assert pages.texts[REPORTED] == [claim.text for claim in digests.list_claims(summary)]
    assert len(pages.times[REPORTED]) == len(pages.texts[REPORTED]) > 3


def test_a_refused_talk_is_counted_and_costs_only_itself(material: Material) -> None:
    """Its code is in the note of the row of pages."""

    class Refusing:
        def summarize(self, transcript: Transcript, source: Source, answers: Answers | None = None) -> Summary:
            raise Refused("no_content", "nothing", "Nothing to do.")

    pages = digests.summarize_all("refusing", material.talks[:2], Refusing())
    assert (pages.texts, dict(pages.errors)) == ({}, {"no_content": 2})


@pytest.mark.parametrize(
    ("text", "empty", "whole"),
    [
        ("A faster disk brought the delay down to three milliseconds.", False, True),
        ("...", True, False),
        ("It is so.", True, True),
        ("And a faster disk brought the delay down.", False, False),
        ("The speaker discusses the delay of the disk.", True, True),
        ("a faster disk brought the delay down", False, False),
        ("A faster disk, you know, brought the delay down.", False, False),
    ],
)
def test_empty_statements_and_whole_sentences_are_recognised(text: str, empty: bool, whole: bool) -> None:
    """The two figures are independent of each other."""
    assert (digests.is_empty(text), digests.is_sentence(text)) == (empty, whole)


def test_repetition_and_spread_are_counted() -> None:
    """The second of two similar statements is repeated; times in three of ten parts are a spread of 0.3."""
    texts = ["The disk of etcd was slow.", "The slow disk of etcd.", "A watch is cheaper than a list."]
    assert digests.count_repeated(texts) == 1
    assert digests.measure_spread([0, 5, 50, 99.9, 100], 100) == 0.3
