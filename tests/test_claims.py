"""What becomes a claim, why the rest does not, and that nothing is checked twice."""

from __future__ import annotations

import json

import pytest

from summarizer import evidence
from summarizer.config import SummarizeSettings
from summarizer.evidence import find_problem, support
from summarizer.records import Claim, Source, Summary, Transcript
from summarizer.summarize.extractive import Extractive
from summarizer.summarize.llm.map_reduce import MapReduce
from tests.conftest import TALK, make_source, make_transcript
from tests.fake_generator import FakeGenerator, QuotingGenerator

Checked = list[tuple[str, tuple[int, ...]]]  # texts with the ids that they cite


@pytest.mark.parametrize(
    ("claim", "ids", "supported"),
    [
        ("The disk needed 40 milliseconds for every write.", (3,), True),
        ("The disk needed forty milliseconds for each write.", (3,), True),
        ("The disk needed fourteen milliseconds for every write.", (3,), False),
        ("The cluster had 60,000 pods.", (0,), True),
        ("The cluster had 6,000 pods.", (0,), False),
        ("Prometheus measures every request.", (9,), True),
        ("Jaeger measures every request.", (9,), False),
        ("Prometheus measures every request.", (0,), False),
        ("Blockchain improves supply chains.", (4,), False),
        ("The memory of the server fell by half.", (6,), True),
    ],
)
def test_claims_are_held_against_what_they_cite(claim: str, ids: tuple[int, ...], supported: bool) -> None:
    """Numbers, names and most other words must be at that moment, or in the breath after it."""
    assert supported == isinstance(evidence.check_claim(claim, ids, make_transcript()), Claim)


def test_a_claim_takes_its_time_from_the_segment() -> None:
    """Never from anybody's text."""
    claim = evidence.check_claim("The disk needed forty milliseconds.", [4, 3], make_transcript())
    assert isinstance(claim, Claim)
    assert (claim.evidence, claim.start) == ((3, 4), 15.0)


@pytest.mark.parametrize(
    ("text", "ids", "reason"),
    [
        (TALK[0], [], "it cites no segment"),
        (TALK[0], [99], "it cites no such segment"),
        (TALK[0], [-1], "it cites no such segment"),
        (TALK[0], [0, 99], "it cites no such segment"),
        (" ", [0], "it has no text"),
        (TALK[0], [9], "the number 900 is not in the cited segments"),
    ],
)
def test_what_is_no_claim_has_a_reason(text: str, ids: list[int], reason: str) -> None:
    """An id that does not exist supports nothing, and no text says nothing."""
    assert evidence.check_claim(text, ids, make_transcript()) == evidence.Unsupported(reason)


def test_the_figures_count_what_the_check_found() -> None:
    """Of three claims one is marked as not supported; the texts are not looked at again."""
    transcript = make_transcript()
    claims = [Claim(text="Jaeger.", evidence=(i, i + 1), start=0.0, supported=i != 1) for i in range(3)]
    figures = evidence.measure(claims, transcript, range(12), dropped=2)
    assert (figures.claims, figures.claims_supported, figures.citations, figures.dropped) == (3, 2 / 3, 6, 2)


# -- how often it is asked --------------------------------------------------------------------------------------


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Checked:
    """Every check that is made from now on."""
    made: Checked = []

    def counted(text: str, ids: tuple[int, ...], transcript: Transcript) -> str:
        made.append((text, tuple(ids)))
        return find_problem(text, ids, transcript)

    for module in (evidence, support):
        monkeypatch.setattr(module, "find_problem", counted)
    return made


def published(summary: Summary) -> Checked:
    """The claims of a summary."""
    claims = [summary.tldr, *summary.takeaways, *summary.decisions, *summary.actions]
    claims += [claim for section in summary.sections for claim in section.claims]
    return [(claim.text, claim.evidence) for claim in claims]


def test_a_model_that_repeats_itself_is_checked_once_for_each_statement(checked: Checked, source: Source) -> None:
    """Notes, a note that is joined with another, what is invented twice, a headline and takeaways that are notes word
    for word, headings: as many checks as there are pairs of a text and its citations."""
    disk, events = "Our disk needed forty milliseconds for every write.", TALK[8]
    again = "Our disk needed forty milliseconds for every write to etcd."
    invented, apart, heading = "Istio replaced the bank.", "Events are in a separate cluster.", "Buy Bitcoin"
    cited = {disk: [3], events: [8], again: [12], invented: [4]}
    reduced = {
        "tldr": {"text": again, "evidence": [0]},
        "takeaways": [{"text": events, "evidence": [1]}, {"text": apart, "evidence": [1]}],
        "sections": [{"heading": "Disk", "notes": [0]}, {"heading": heading, "notes": [1]}],
    }
    answers = (
        {"claims": [{"text": text, "evidence": ids} for text, ids in cited.items()]},
        {"claims": [{"text": invented, "evidence": [4]}]},
        reduced,
    )
    generator = FakeGenerator(*map(json.dumps, answers))
    transcript = make_transcript((*TALK, "As I said, our disk needed forty milliseconds for every write to etcd."))
    settings = SummarizeSettings(backend="transformers")
    summary = MapReduce(generator, settings, "r").summarize(transcript, source)
    expected = [*((text, tuple(ids)) for text, ids in cited.items()), (again, (3, 12)), (apart, (8,))]
    assert sorted(checked) == sorted([*expected, ("Disk", (3, 12)), (heading, (8,))])
    assert set(published(summary)) <= set(checked)


def test_a_models_quotes_are_checked_once(checked: Checked, source: Source, transcript: Transcript) -> None:
    """Notes that become headline, takeaways and points: nothing that is published was not checked."""
    settings = SummarizeSettings(backend="transformers")
    summary = MapReduce(QuotingGenerator(), settings, "r").summarize(transcript, source)
    assert len(checked) == len(set(checked))
    assert set(published(summary)) <= set(checked)


def test_the_extractive_back_end_checks_no_sentence_twice(checked: Checked) -> None:
    """Neither to choose it, nor as a decision or an action, nor to count it."""
    spoken = ("We agreed to raise the timeout to five minutes.", "I will open the pull request by Friday.")
    transcript = make_transcript((*TALK, *spoken))
    summary = Extractive(SummarizeSettings()).summarize(transcript, make_source(title="SIG Storage meeting"))
    assert [claim.text for claim in (*summary.decisions, *summary.actions)] == list(spoken)
    assert len(checked) == len(set(checked))
    assert set(published(summary)) <= set(checked)
