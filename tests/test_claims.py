"""Which statements become claims, the reasons for rejecting others, and that nothing is checked twice."""

from __future__ import annotations

import json

import pytest

from summarizer import evidence
from summarizer.config import SummarizeSettings
from summarizer.evidence import find_problem, support
from summarizer.records import Claim, Source, Summary, Transcript
from summarizer.summarize.extractive.backend import Extractive
from summarizer.summarize.llm.map_reduce import MapReduce
from tests.conftest import TALK, make_source, make_transcript
from tests.fake_generator import FakeGenerator, QuotingGenerator

Checked = list[tuple[str, tuple[int, ...]]]  # texts with the segment ids that they cite


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
def test_claims_are_compared_with_the_cited_segments(claim: str, ids: tuple[int, ...], supported: bool) -> None:
    """Numbers, names and most other words must be in the cited segment or in one next to it."""
    assert supported == isinstance(evidence.check_claim(claim, ids, make_transcript()), Claim)


def test_a_claim_takes_its_time_from_the_segment() -> None:
    """The time is never taken from a text."""
    claim = evidence.check_claim("The disk needed forty milliseconds.", [4, 3], make_transcript())
    assert isinstance(claim, Claim)
    assert (claim.evidence, claim.start) == ((3, 4), 15.0)


@pytest.mark.parametrize(
    ("text", "ids", "reason"),
    [
        (TALK[0], [], "it cites no segment"),
        (TALK[0], [99], "it cites a segment that does not exist"),
        (TALK[0], [-1], "it cites a segment that does not exist"),
        (TALK[0], [0, 99], "it cites a segment that does not exist"),
        (" ", [0], "it says nothing"),
        ("...", [0], "it says nothing"),
        ("And so it was.", [0], "it says nothing"),
        (TALK[0], [9], "the number 900 is not in the cited segments"),
    ],
)
def test_a_rejected_statement_has_a_reason(text: str, ids: list[int], reason: str) -> None:
    """An id that does not exist supports nothing, and an empty text is no claim."""
    assert evidence.check_claim(text, ids, make_transcript()) == evidence.Unsupported(reason)


def test_the_figures_count_the_results_of_the_check() -> None:
    """Of three claims one is marked as not supported; the texts are not checked again."""
    transcript = make_transcript()
    claims = [Claim(text="Jaeger.", evidence=(i, i + 1), start=0.0, supported=i != 1) for i in range(3)]
    figures = evidence.measure(claims, transcript, range(12), dropped=2)
    assert (figures.claims, figures.claims_supported, figures.citations, figures.dropped) == (3, 2 / 3, 6, 2)


# -- how often claims are checked --------------------------------------------------------------------------------------


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Checked:
    """Every check that is made from now on."""
    checks: Checked = []

    def record_check(text: str, ids: tuple[int, ...], transcript: Transcript) -> str:
        checks.append((text, tuple(ids)))
        return find_problem(text, ids, transcript)

    for module in (evidence, support):
        monkeypatch.setattr(module, "find_problem", record_check)
    return checks


def list_claims(summary: Summary) -> Checked:
    """Return all claims of a summary."""
    claims = [summary.tldr, *summary.takeaways, *summary.decisions, *summary.actions]
    claims += [claim for section in summary.sections for claim in section.claims]
    return [(claim.text, claim.evidence) for claim in claims]


def test_a_repeated_statement_of_a_model_is_checked_once(checked: Checked, source: Source) -> None:
    """Every pair of a text and its citations is checked once, at each of the places that it cites.

    The pairs are notes, a note that is joined with another, a statement that is invented twice, a TL;DR and takeaways
    that are identical to notes, and headings.
    """
    disk, events = "Our disk needed forty milliseconds for every write.", TALK[8]
    repeated = "Our disk needed forty milliseconds for every write to etcd."
    invented, rewritten, heading = "Istio replaced the bank.", "Events are in a separate cluster.", "Buy Bitcoin"
    cited = {disk: [3], events: [8], repeated: [12], invented: [4]}
    reduced = {
        "tldr": {"text": repeated, "evidence": [0]},
        "takeaways": [{"text": events, "evidence": [1]}, {"text": rewritten, "evidence": [1]}],
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
    joined = [(text, place) for text in (repeated, "Disk") for place in ((3,), (12,))]
    expected = [*((text, tuple(ids)) for text, ids in cited.items()), *joined, (rewritten, (8,))]
    assert sorted(checked) == sorted([*expected, (heading, (8,))])
    claimed = {(text, id) for text, ids in list_claims(summary) for id in ids}
    assert claimed <= {(text, id) for text, ids in checked for id in ids}


def test_quotes_of_a_model_are_checked_once(checked: Checked, source: Source, transcript: Transcript) -> None:
    """Notes become the TL;DR, takeaways and points; everything that is list_claims was checked."""
    settings = SummarizeSettings(backend="transformers")
    summary = MapReduce(QuotingGenerator(), settings, "r").summarize(transcript, source)
    assert len(checked) == len(set(checked))
    assert set(list_claims(summary)) <= set(checked)


def test_the_extractive_back_end_checks_no_sentence_twice(checked: Checked) -> None:
    """Selecting quotes, finding decisions and actions, and counting share the result of one check."""
    agreed = ("We agreed to raise the timeout to five minutes.", "I will open the pull request by Friday.")
    transcript = make_transcript((*TALK, *agreed))
    summary = Extractive(SummarizeSettings()).summarize(transcript, make_source(title="SIG Storage meeting"))
    assert [claim.text for claim in (*summary.decisions, *summary.actions)] == list(agreed)
    assert len(checked) == len(set(checked))
    assert set(list_claims(summary)) <= set(checked)
