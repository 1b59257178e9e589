from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.language.parts import finite_verbs, main_verbs, noun_phrases
from summarizer.summarize.form import asks, find_fault, repeats, runs_on, stands_alone

GOOD = "The delay of etcd fell to three milliseconds after the change."


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD, ""),
        ("gRPC handles the streaming requests of the clients.", ""),
        ("It is important to measure the latency of etcd first.", ""),
        ("We should let you know that...", "an ellipsis"),
        ("You also get an orange knife.", "too few content words"),
        ("Answer in JSON with the segment numbers of the disk failure.", "words of instructions"),
        ("The speaker discusses several challenges of storage clusters.", "about the talk instead of its subject"),
        ("How do we scale the cluster beyond nine hundred nodes.", "a question"),
        ("Which disk has the slowest cluster storage?", "a question"),
        ("And the controller lists all pods of the cluster.", "a dangling opening"),
        ("So that live migration of the machine can occur.", "a dangling opening"),
        ("It runs on the slow disk of the cluster.", "a dangling pronoun"),
        ("This is the slow disk of the storage cluster.", "a dangling pronoun"),
        ("The cluster, you know, loses its slow disk.", "a filler"),
        ("Thank you for visiting the storage cluster booth.", "housekeeping"),
        ("If you want to hire this great storage engineer he is available.", "housekeeping"),
        ("The slow disk of the storage cluster belongs to the", "an open end"),
        ("Kubernetes clusters of several hundred nodes.", "no main clause"),
        ("When the controller lists all pods of the cluster.", "no main clause"),
        ("Is fully operable and usable on the storage cluster.", "no subject"),
    ],
)
def test_a_fault_of_form_has_a_fixed_reason(text: str, fault: str) -> None:
    """One example for each reason."""
    assert fault == find_fault(text)


@given(st.text(max_size=80))
def test_any_text_can_be_judged(text: str) -> None:
    """No text causes an exception; an empty one has a fault."""
    assert isinstance(find_fault(text), str)
    assert isinstance(stands_alone(text), bool)
    assert find_fault("")


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        (GOOD, True),
        ("The second step was to sample the traces.", False),
        ("I have to go find some external solution for storage.", False),
        ("If a disk is slow the whole cluster becomes slow.", False),
        ("We moved it to a faster disk of the cluster.", False),
        ("We moved etcd to a faster disk and the delay fell.", True),
        ("Now we will look at the storage cluster in the demo.", False),
        ("The disk was slow the cluster has nine hundred nodes.", False),
    ],
)
def test_a_tldr_stands_alone(text: str, alone: bool) -> None:
    """It refers to nothing outside itself, and is no order, condition or announcement."""
    assert stands_alone(text) is alone


def test_a_repetition_shares_most_content_words() -> None:
    """The shorter of two statements counts."""
    assert repeats("After the change the delay of etcd fell.", [GOOD])
    assert not repeats("The delay of Prometheus queries fell by half.", [GOOD])
    assert not repeats(GOOD, [])


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("The disk was slow the cluster has nine nodes.", True),
        ("We don't want to change any code we don't want to deploy anything.", True),
        ("The disk was slow and the cluster has nine nodes.", False),
        ("I think the cluster has nine nodes.", False),
        ("The pods that run here are slow.", False),
    ],
)
def test_a_missing_full_stop_shows_in_two_main_clauses(text: str, missing: bool) -> None:
    """Conjunctions, relative clauses and verbs of saying connect two verbs."""
    assert runs_on(text) is missing


@pytest.mark.parametrize(
    "text", ["My question is about etcd.", "Can you explain that.", "What about etcd.", "Is it slow?"]
)
def test_a_question_needs_no_question_mark(text: str) -> None:
    """Captions have none."""
    assert asks(text)
    assert not asks(GOOD)


def test_words_around_a_verb_decide_whether_it_is_finite() -> None:
    """A noun, an infinitive and a participle are no finite verbs; those of subordinate clauses are no main verbs."""
    assert finite_verbs("the cluster runs".split()) == [2]
    assert finite_verbs("to run the cluster".split()) == []
    assert finite_verbs("they've ever heard of the runs".split()) == [0]
    assert main_verbs("the pods that run here are slow".split()) == [5]


def test_noun_phrases_are_adjacent_nouns_and_their_adjectives() -> None:
    """A word in -ing may begin one."""
    words = "the slow disk of the storage cluster".split()
    assert [" ".join(words[a:b]) for a, b in noun_phrases(words)] == ["slow disk", "storage cluster"]
