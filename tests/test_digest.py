from __future__ import annotations

import os
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from summarizer import digest
from summarizer.config import DigestSettings, IndexSettings, SummarizeSettings
from summarizer.digest.escape import clean
from summarizer.glossary import correct
from summarizer.language.terms import packaged
from summarizer.programme import parse_title
from summarizer.records import (
    Abbreviation,
    Claim,
    Evidence,
    Mention,
    Page,
    Provenance,
    Section,
    Segment,
    Span,
    Summary,
    Transcript,
    Video,
)
from summarizer.summarize.extractive.backend import Extractive
from tests.conftest import make_source, make_transcript
from tests.hostile import HOSTILE

GOLDEN = Path(__file__).parent / "golden"
SETTINGS = DigestSettings(tags=("sample",))
MEETING = (
    "Hello everybody, this is the storage meeting.",
    "The snapshot tests fail about once a day on busy machines.",
    "We agreed to raise the timeout to five minutes.",
    "I will open the pull request for the timeout by Friday.",
    "Rook needs new documentation for the current version.",
    "We decided to keep the default storage class.",
)


def render_pages() -> dict[str, str]:
    """Render one page of each kind from fixed records."""
    pages = {}
    for kind in ("talk", "panel", "tutorial", "meeting"):
        transcript = make_transcript(MEETING) if kind == "meeting" else make_transcript()
        if kind == "meeting":
            segments = tuple(s.model_copy(update={"speaker": ("Ana", "Bruno")[s.id % 2]}) for s in transcript.segments)
            transcript = transcript.model_copy(update={"segments": segments})
        corrected = correct(transcript, make_source(), packaged())
        summary = Extractive(SummarizeSettings(kind=kind)).summarize(corrected.transcript, make_source())
        made = Provenance(backend="extractive", seconds=0.5)
        summary = summary.model_copy(update={"made": made, "projects": corrected.projects})
        pages[kind] = digest.render(
            make_source(), corrected.transcript, summary, SETTINGS, corrections=corrected.corrections
        )
    video = Video(id="abcdefghijk", url="https://youtu.be/abcdefghijk", title="Gone", origin="youtube", fingerprint="")
    pages["refusal"] = digest.render_refusal(
        video, make_source(), "too_short", "12 words for 3600 s", "Try speech recognition.", SETTINGS
    )
    entries = [
        Page(file="b.md", title="Older [talk]", published=date(2025, 1, 1), duration=3754, tldr="It was slow."),
        Page(
            file="a.md",
            title="Newer talk - Ada Lovelace, Engines",
            published=date(2026, 1, 1),
            event="KubeCon 2026",
            speakers=("Ada Lovelace (Engines)",),
            projects=("etcd", "Envoy"),
            tldr="It is fast.",
        ),
        Page(file="c.md", title="No talk", refused="there is no sound"),
    ]
    pages["index"] = digest.render_index(entries, IndexSettings(), SETTINGS)
    return pages


@pytest.mark.parametrize("kind", ["talk", "panel", "tutorial", "meeting", "refusal", "index"])
def test_pages_equal_the_golden_pages(kind: str) -> None:
    """After an intended change, run the tests once with UPDATE_GOLDEN=1 and read the difference."""
    page = render_pages()[kind]
    path = GOLDEN / f"{kind}.md"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(page)
    assert path.read_text() == page


def test_the_front_matter_has_what_sites_list_talks_by() -> None:
    """It is short: how the page was made is in its last section and in the data."""
    matter = yaml.safe_load(render_pages()["talk"].split("---\n")[1])
    assert ("talk", date(2026, 3, 12), ["Mara Lindqvist"]) == (matter["type"], matter["date"], matter["speakers"])
    assert matter["video"] == {"id": "abcdefghijk", "url": "https://www.youtube.com/watch?v=abcdefghijk"}
    assert set(matter) == {
        *("title", "date", "description", "type", "speakers", "duration", "video", "projects", "tags")
    }
    assert matter["description"] in render_pages()["talk"].split("## At a glance")[1]


def test_every_claim_links_to_its_moment() -> None:
    """Each bullet of takeaways and sections ends with a link to a moment of the video."""
    body = render_pages()["talk"].split("## At a glance")[1].split("## Projects")[0]
    bullets = [line for line in body.splitlines() if line.startswith("- ")]
    assert len(bullets) >= 6
    assert all(
        re.search(r"\(\[\d+:\d\d\]\(https://www\.youtube\.com/watch\?v=abcdefghijk&t=\d+s\)\)$", b) for b in bullets
    )


def test_the_tldr_and_the_takeaways_keep_their_limits() -> None:
    """A TL;DR has at most 25 words, and a takeaway at most 20."""
    summary = Extractive(SummarizeSettings()).summarize(make_transcript(), make_source())
    assert len(summary.tldr.text.split()) <= 25
    assert 3 <= len(summary.takeaways) <= 5
    assert max(len(claim.text.split()) for claim in summary.takeaways) <= 20


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_markup_to_a_page(text: str) -> None:
    """Hostile text as title, speaker, channel, claim, heading or project changes only the text of the page."""

    def render_page(word: str) -> str:
        claim = Claim(text=word, evidence=(0,), start=5.0)
        segment = Segment(id=0, start=5.0, end=9.0, text=word)
        summary = Summary(
            video_id="abcdefghijk",
            kind="meeting",
            tldr=claim,
            takeaways=(claim,),
            sections=(Section(heading=word, start=5.0, end=9.0, claims=(claim,)),),
            decisions=(claim,),
            actions=(claim,),
            questions=(claim,),
            abbreviations=(Abbreviation(short=word, long=word, time=5.0),),
            projects=(Mention(name=word, times=(5.0,)),),
            evidence=Evidence(citations=1, citations_resolve=1.0, claims=1, claims_supported=1.0),
            made=Provenance(backend="x"),
        )
        transcript = make_transcript((word,)).model_copy(update={"segments": (segment,)})
        source = make_source(title=word, speakers=(word,), channel=word)
        return digest.render(source, Transcript.model_validate(transcript.model_dump()), summary, SETTINGS)

    if not digest.escape(text):
        return
    hostile, plain = (render_page(word).split("\n---\n", 1)[1] for word in (text, "Xyzzy"))
    assert plain.replace("Xyzzy", digest.escape(text)) == hostile


def test_the_page_states_what_was_removed() -> None:
    """Removed passages are counted with their reason; silence is only in the data."""
    spans = (
        Span(start=10.0, end=40.0, reason="looped"),
        Span(start=50.0, end=90.0, reason="looped"),
        Span(start=100.0, end=400.0, reason="no_speech"),
    )
    transcript = make_transcript().model_copy(update={"spans": spans, "redone": 3})
    page = digest.render(
        make_source(), transcript, Extractive(SummarizeSettings()).summarize(transcript, make_source()), SETTINGS
    )
    assert "- Removed passages: 2, 1:10 in total, because recognition was unreliable (repeated text)." in page


@given(st.text(max_size=80))
def test_front_matter_is_valid_with_any_title(title: str) -> None:
    """The YAML contains the cleaned title."""
    page = digest.render(
        make_source(title=title),
        make_transcript(),
        Extractive(SummarizeSettings()).summarize(make_transcript(), make_source()),
        SETTINGS,
    )
    assert page.startswith("---\n")
    assert clean(parse_title(title).talk) == yaml.safe_load(page[4 : page.index("\n---\n")])["title"]


@given(st.text(max_size=100), st.one_of(st.none(), st.dates()))
def test_file_names_are_valid_for_any_title(title: str, day: date | None) -> None:
    """They contain only letters, digits, hyphens and the id, so no path separator, and they are not hidden."""
    assert re.fullmatch(
        r"(undated|\d{4}-\d{2}-\d{2})(-[a-z0-9-]+)?--abcdefghij\.md", digest.file_name(title, day, "-abcdefghij")
    )


@pytest.mark.parametrize("kind", ["talk", "panel", "tutorial", "meeting"])
def test_no_heading_is_empty(kind: str) -> None:
    """Text follows every heading."""
    lines = [line for line in render_pages()[kind].split("---\n", 2)[2].splitlines() if line]
    assert not [a for a, b in pairwise(lines) if a.startswith("## ") and b.startswith("#")]
