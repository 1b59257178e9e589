"""The parts `coverage` and `llm` of the evaluation, on material made for the tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from summarizer.config import SummarizeSettings, load
from summarizer.errors import Refused
from summarizer.evaluation import coverage, llm
from summarizer.evaluation.material import Material, RealTalk, half_of
from summarizer.evaluation.report import Row
from summarizer.records import Source, Summary, Transcript
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


def test_without_a_model_nothing_is_measured(material: Material) -> None:
    """The extractive back end has no model; the model of the other one is not installed."""
    for more in ([], ["summarize.backend=transformers"]):
        part = llm.measure(material, load(overrides=[*more, f"runtime.models='{material.folder}'"]))
        assert [row.figure for row in part.rows] == [None]
        assert "no model here" in part.rows[0].note


def test_the_figures_of_a_model_are_measured(material: Material) -> None:
    """Of the abstract, only rare terms in the talk count; "helmet" is not one."""

    def summarize(transcript: Transcript, source: Source) -> Summary:
        assert source.description == ""
        return MapReduce(QuotingGenerator(), SummarizeSettings(backend="openai"), "r").summarize(transcript, source)

    talks = [talk for talk in material.talks if talk.id == REPORTED]
    measured = figures(llm.rows(talks, material, summarize))
    assert measured["talks that got a digest"] == 1.0
    assert measured["claims supported, worst talk"] == 1.0
    share = measured["the abstract's rare terms in the digest"]
    assert share is not None
    assert 0 < share <= 1
    assert "helmet" not in llm.rare_terms(material)
    assert measured["tokens read per second"] is not None


def test_refusals_are_counted(material: Material) -> None:
    """If all summaries are refused, there is one row, which has the reason."""

    def refuse(_transcript: Transcript, _source: Source) -> Summary:
        raise Refused("another_subject", "no", "")

    talks = [RealTalk(id="x", title="t", text="a b c", abstract="d")]
    rows = llm.rows(talks, material, refuse)
    assert [(row.figure, row.note) for row in rows] == [(0.0, "another_subject 1")]
