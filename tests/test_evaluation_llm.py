"""The parts `coverage` and `llm` of the evaluation, on material of our own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from summarizer.config import SummarizeSettings, load
from summarizer.errors import Refused
from summarizer.evaluation import coverage, llm
from summarizer.evaluation.material import Material, RealTalk, half
from summarizer.evaluation.report import Row
from summarizer.records import Source, Summary, Transcript
from summarizer.summarize.llm.map_reduce import MapReduce
from tests.conftest import TALK
from tests.fake_generator import QuotingGenerator

REPORTED = next(id for id in (f"talk-{i:06}" for i in range(99)) if half(id) == "report")
ABSTRACT = "Why etcd needed a faster disk, and what Prometheus has to do with it. Bring a helmet."


@pytest.fixture
def material(tmp_path: Path) -> Material:
    """One talk, and twelve others that share only its everyday words."""
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


def test_coverage_finds_every_word_once(material: Material) -> None:
    """All targets are met on ordinary talks, with every way of counting."""
    part = coverage.measure(material, load(overrides=["summarize.llm.chunk_tokens=64"]))
    assert [row.name for row in part.rows if row.met is False] == []
    assert len([row for row in part.rows if row.met]) >= 8


def test_coverage_notices_a_lost_word(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figure is counted, not assumed."""
    real = coverage.chunks
    monkeypatch.setattr(coverage, "chunks", lambda *args: real(*args)[1:])
    part = coverage.measure(material, load(overrides=["summarize.llm.chunk_tokens=64"]))
    assert figures(part.rows)["white space: talks with every word in one chunk"] == 0.0


def test_without_a_model_it_says_so(material: Material) -> None:
    """The extractive back end is none, and neither is one that is not installed."""
    for more in ([], ["summarize.backend=transformers"]):
        part = llm.measure(material, load(overrides=[*more, f"runtime.models='{material.folder}'"]))
        assert [row.figure for row in part.rows] == [None]
        assert "no model here" in part.rows[0].note


def test_a_models_figures_are_measured(material: Material) -> None:
    """Digests, evidence, and of the abstract the rare terms that the talk says: "helmet" is not asked for."""

    def summarize(transcript: Transcript, source: Source) -> Summary:
        assert source.description == ""
        return MapReduce(QuotingGenerator(), SummarizeSettings(backend="openai"), "r").summarize(transcript, source)

    talks = [talk for talk in material.talks if talk.id == REPORTED]
    found = figures(llm.rows(talks, material, summarize))
    assert found["talks that got a digest"] == 1.0
    assert found["claims supported, worst talk"] == 1.0
    share = found["the abstract's rare terms in the digest"]
    assert share is not None
    assert 0 < share <= 1
    assert "helmet" not in llm.rare_terms(material)
    assert found["tokens read per second"] is not None


def test_refusals_are_figures_too(material: Material) -> None:
    """A model whose summaries are all refused has a row that says why, and no others."""

    def refuse(_transcript: Transcript, _source: Source) -> Summary:
        raise Refused("another_subject", "no", "")

    talks = [RealTalk(id="x", title="t", text="a b c", abstract="d")]
    rows = llm.rows(talks, material, refuse)
    assert [(row.figure, row.note) for row in rows] == [(0.0, "another_subject 1")]
