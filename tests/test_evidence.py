from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.evaluation.material import RealTalk
from summarizer.evaluation.mutations import MUTATIONS
from summarizer.evaluation.statements import Statement, paraphrase
from summarizer.evidence import find_problem
from summarizer.evidence.negation import find_contradiction
from summarizer.evidence.quantities import find_missing_quantity
from tests.conftest import make_transcript

CAPTIONS = (
    "so um we run prometheus on about forty nodes and the latency was thirty milliseconds",
    "we do not use a service mesh because side cars cost us twenty percent of the memory",
    "then ana moved everything to open telemetry in twenty twenty three with version one twenty seven",
    "the old build took ten to fifteen minutes and the new one is faster",
    "we had 1.5 million users and five thousand tenants on kubernetes 1.31",
)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("40 ms", "forty milliseconds"),
        ("0.5 seconds", "500 ms"),
        ("2 hours", "120 minutes"),
        ("25%", "twenty five percent"),
        ("100% uptime", "guarantee 100 uptime"),
        ("1,200 pods", "1200 pods"),
        ("1.5 million users", "1500000 users"),
        ("10k requests", "ten thousand requests"),
        ("10 to 15 minutes", "ten to fifteen minutes"),
        ("10 minutes", "ten or fifteen minutes"),
        ("in 2023", "in twenty twenty three"),
        ("Kubernetes 1.27", "kubernetes one twenty seven"),
        ("v1.27.3", "version 1.27.3"),
        ("fell by 50 percent", "fell by half"),
        ("1 GB", "1024 megabytes"),
        ("12 nodes", "a dozen nodes"),
        ("k8s and p99 on s3", "kubernetes"),
        ("one of the reasons", "a reason"),
        ("$5 million", "five million dollars"),
    ],
)
def test_a_quantity_in_another_form_is_the_same(claim: str, source: str) -> None:
    """Digits or words, another unit for the same value, or a unit that captions omit."""
    assert find_missing_quantity(claim, source) == ""


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("40 ms", "forty seconds"),
        ("40 percent", "forty nodes"),
        ("40 nodes", "forty percent"),
        ("3 thousand users", "3 million users"),
        ("version 1.10", "version 1.1"),
        ("version 1.27.4", "version 1.27.3"),
        ("15 hours", "15 minutes"),
        ("14 nodes", "forty nodes"),
        ("2 GB", "2 TB"),
        ("900 pods and 60,000 nodes", "nine hundred nodes and sixty thousand pods"),
        ("in 2024", "in twenty twenty three"),
    ],
)
def test_another_quantity_is_missing(claim: str, source: str) -> None:
    """Another value, another unit, another version, or two numbers swapped."""
    assert find_missing_quantity(claim, source).endswith("is not")


@given(st.one_of(st.text(max_size=80), st.text(alphabet="0123456789.,%$ kmsxone hundred", max_size=40)))
def test_a_text_contains_its_own_numbers(text: str) -> None:
    """This holds for any text, and no text causes an exception."""
    assert find_missing_quantity(text, text) == ""


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("We use a service mesh.", "we do not use a service mesh"),
        ("We use a service mesh.", "we don't use a service mesh"),
        ("We do not use a service mesh.", "we use a service mesh"),
        ("The API server never restarts.", "the api server restarts every night"),
        ("The new build is slower.", "the new build is faster"),
        ("Latency increased.", "the latency, it did decrease"),
        ("Let me see no I do know what it is.", "let me see no i don't know what it is"),
        ("Things were fine until they were.", "things were fine until they weren't and then we looked"),
    ],
)
def test_a_claim_that_contradicts_its_source_is_detected(claim: str, source: str) -> None:
    """A dropped or added negation, or the opposite word."""
    assert find_contradiction(claim, source) != ""


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("We do not use a mesh.", "we don't use a mesh"),
        ("Nobody used the mesh.", "nobody used the mesh"),
        ("The disk was slow.", "nobody knew why, but the disk was slow"),
        ("We use etcd.", "we do not use consul, we use etcd"),
        ("It is about code too.", "it is not just about code"),
        ("We use it for all the small clusters.", "not for me we use it for all the small clusters"),
        ("I don't know.", "i don't don't know"),
        ("The new build is faster.", "the slow build was replaced, the new one is faster"),
    ],
)
def test_a_negation_of_another_word_is_no_contradiction(claim: str, source: str) -> None:
    """A negation applies to the words after it, up to the end of the clause."""
    assert find_contradiction(claim, source) == ""


@given(
    st.lists(
        st.sampled_from("not no never we don't use etcd , . but just only is isn't up slow the".split()), max_size=30
    )
)
def test_a_text_does_not_contradict_itself(words: list[str]) -> None:
    """The number of its negations does not matter."""
    assert find_contradiction(" ".join(words), " ".join(words)) == ""


@pytest.mark.parametrize(
    ("claim", "segment"),
    [
        ("Prometheus runs on 40 nodes.", 0),
        ("Without a mesh there are no sidecars, which cost 20% of the memory.", 1),
        ("Ana moved everything to OpenTelemetry in 2023.", 2),
        ("The build took 10 to 15 minutes.", 3),
        ("Kubernetes 1.31 serves 1.5 million users and 5,000 tenants.", 4),
    ],
)
def test_true_statements_about_raw_captions_are_supported(claim: str, segment: int) -> None:
    """The captions are lower-case, without full stops, with split names and with numbers in words."""
    assert find_problem(claim, [segment], make_transcript(CAPTIONS)) == ""


@pytest.mark.parametrize(
    ("claim", "segment"),
    [
        ("Jaeger runs on 40 nodes.", 0),
        ("Thanos runs on forty nodes.", 0),
        ("Prometheus runs on 14 nodes.", 0),
        ("We use a service mesh, sidecars cost 20% of the memory.", 1),
        ("Sidecars cost 20 gigabytes of the memory.", 1),
        ("Then Bruno moved everything to OpenTelemetry.", 2),
        ("The new build is slower.", 3),
        ("Kubernetes 1.30 serves 1.5 million users.", 4),
        ("Prometheus runs on 40 nodes.", 4),
        ("Blockchain improves supply chains.", 1),
    ],
)
def test_one_wrong_word_makes_a_statement_unsupported(claim: str, segment: int) -> None:
    """A name, a number, a unit, a person, a version, a negation, or the cited moment."""
    assert find_problem(claim, [segment], make_transcript(CAPTIONS)) != ""


def test_every_mutation_changes_a_statement_to_which_it_applies() -> None:
    """It returns an empty text for a statement to which it does not apply."""
    talk = RealTalk(id="x", title="x", text="x")
    full = Statement("Prometheus is faster and took 40 seconds, it did not fail.", (0,), talk, "quote")
    plain = Statement("Words and words.", (0,), talk, "quote")
    affirmed = full._replace(text="Prometheus is faster and took 40 seconds.")
    for name, mutate in MUTATIONS.items():
        statement = affirmed if name == "negation added" else full
        assert mutate(statement, random.Random(1), ("Ana",)) not in ("", statement.text)
        assert mutate(plain, random.Random(1), ("Ana",)) == ""


def test_a_paraphrase_keeps_the_meaning_in_other_words() -> None:
    """Clauses change places, common words are replaced, and projects get their official spelling."""
    assert paraphrase("We use prometheus on every node because we need good numbers.") == (
        "Because we require good numbers, we employ Prometheus on every node."
    )
