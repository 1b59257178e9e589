"""Sections by the chapters of a video, ranges of sections, and abbreviations that a talk expands."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.config import SummarizeSettings
from summarizer.records import Chapter, Claim, Corrected, Section, Summary
from summarizer.stage import Work
from summarizer.summarize import SUMMARIZE
from summarizer.summarize.abbreviations import find_abbreviations
from summarizer.summarize.chapters import Stretch, close_ranges, split_by_chapters
from summarizer.summarize.extractive.backend import Extractive
from summarizer.summarize.llm.generator import MemoryAnswers
from tests.conftest import TALK, make_source, make_transcript

CHAPTERS = (
    Chapter(title="A slow API server", start=0.0),
    Chapter(title="Faster disks & fewer lists", start=20.5),
    Chapter(title="What to measure", start=45.0),
)


def test_sections_follow_the_chapters_of_the_video() -> None:
    """With their titles as headings, their times, and only statements from their time."""
    summary = Extractive(SummarizeSettings()).summarize(make_transcript(), make_source(chapters=CHAPTERS))
    assert [(s.heading, s.start, s.end) for s in summary.sections] == [
        ("A slow API server", 0.0, 20.0),
        ("Faster disks & fewer lists", 20.0, 45.0),
        ("What to measure", 45.0, 59.5),
    ]
    assert all(s.start <= claim.start < s.end for s in summary.sections for claim in s.claims)


def test_a_chapter_in_which_nothing_is_said_has_no_section() -> None:
    """Its time belongs to the chapter before; a video with a single useful chapter has none."""
    chapters = [
        Chapter(title=title, start=start) for title, start in (("A", 3.0), ("B", 30.0), ("C", 31.0), ("D", 90.0))
    ]
    assert split_by_chapters(chapters, [0.0, 10.0, 40.0]) == [Stretch(0, 2, "A"), Stretch(2, 3, "C")]
    assert split_by_chapters(chapters[:1], [0.0, 10.0, 40.0]) == []


@given(st.lists(st.floats(0, 100), max_size=8), st.lists(st.floats(0, 100), min_size=1, max_size=12))
def test_stretches_cover_every_sentence_once(chapters: list[float], starts: list[float]) -> None:
    """Whatever the times of chapters and sentences are."""
    named = [Chapter(title=str(start), start=start) for start in chapters]
    stretches = split_by_chapters(named, sorted(starts))
    edges = [edge for stretch in stretches for edge in (stretch.first, stretch.last)]
    assert not stretches or (edges[0], edges[-1]) == (0, len(starts))
    assert all(a.last == b.first for a, b in pairwise(stretches))


@given(st.lists(st.tuples(st.floats(0, 90), st.floats(0, 99)), max_size=6))
def test_ranges_of_sections_neither_overlap_nor_leave_holes(ranges: list[tuple[float, float]]) -> None:
    """From the first word to the last, in order of time."""
    claims = (Claim(text="It is.", evidence=(0,), start=1.0),)
    sections = [Section(heading="x", start=start, end=end, claims=claims) for start, end in ranges]
    closed = close_ranges(sections, 0.0, 99.0)
    assert len(closed) == len(sections)
    assert all(a.end == b.start for a, b in pairwise(closed))
    assert not closed or (closed[0].start, closed[-1].end) == (0.0, 99.0)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("We wrote a custom resource definition, or CRD, for it.", ("CRD", "custom resource definition")),
        ("The SLO is the service level objective of a team.", ("SLO", "service level objective")),
        ("Use an SBOM which stands for software bill of materials here.", ("SBOM", "software bill of materials")),
        ("This is ML which means machine learning.", ("ML", "machine learning")),
        ("And for machine learning ML people are needed.", None),  # two letters may be chance
        ("The API, a portal into the system, is slow.", None),
        ("AWS as we said is large.", None),
        ("For APM, application performance marting, this is new.", None),  # a misheard word
        ("It has a cluster role. CRD was next.", None),
    ],
)
def test_an_abbreviation_is_expanded_where_the_talk_does(said: str, found: tuple[str, str] | None) -> None:
    """By words beside it whose initials are its letters, never by anything else."""
    abbreviations = find_abbreviations(make_transcript(("Hello.", said)))
    assert [(item.short, item.long, item.time) for item in abbreviations] == ([(*found, 5.0)] if found else [])


def test_an_expansion_may_continue_in_the_next_segment() -> None:
    """Captions are cut anywhere; each abbreviation is listed once."""
    said = ("we call it custom resource", "definitions or CRDs and", "a custom resource definition or CRD again")
    assert [item.long for item in find_abbreviations(make_transcript(said))] == ["custom resource definitions"]


def test_every_back_end_gets_closed_ranges_and_abbreviations(tmp_path: Path) -> None:
    """The stage completes what a back end returns: a model cites moments, so that its sections overlap."""
    transcript = make_transcript((*TALK, "We call it API, application programming interface."))
    summary = Extractive(SummarizeSettings()).summarize(transcript, make_source())
    claims = summary.sections[0].claims
    sections = tuple(
        Section(heading=heading, start=start, end=end, claims=claims)
        for heading, start, end in (("B", 30.0, 50.0), ("A", 5.0, 33.0))
    )

    class Overlapping:
        def summarize(self, *_values: object) -> Summary:
            return summary.model_copy(update={"sections": sections})

    work = Work(settings={}, backend=Overlapping(), folder=tmp_path, answers=MemoryAnswers())
    made = SUMMARIZE.make(work, make_source(), Corrected(transcript=transcript, corrections=()))
    assert [(s.heading, s.start, s.end) for s in made.sections] == [("A", 0.0, 30.0), ("B", 30.0, 64.5)]
    assert [(item.short, item.time) for item in made.abbreviations] == [("API", 60.0)]
