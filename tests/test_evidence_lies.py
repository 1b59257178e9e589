"""Statements of a model that lies, one of each kind, and true statements that must be kept."""

from __future__ import annotations

import pytest

from summarizer.evidence import Unsupported, check_claim, find_problem
from summarizer.evidence.roles import find_command_problem, find_owner_problem, is_decided
from summarizer.records import Claim, Transcript
from tests.conftest import make_transcript

SPOKEN = make_transcript(
    (
        "A write took 2.5 milliseconds on this disk.",
        "The API server replaces the controller.",
        "We agreed to keep the release date.",
        "Priya will write the upgrade notes.",
        "Then you run kubectl get pods in a terminal.",
        "Then we just look at the alarm and the form.",
    )
)
JAPANESE = make_transcript(
    ("クラスターのディスクが遅いので、etcdを速いディスクに移しました。", "その後、遅延は三ミリ秒になりました。"),
    language="ja",
)
GERMAN = make_transcript(
    ("Die Festplatte von etcd war zu langsam und brauchte vierzig Millisekunden.", "Danach wurde alles schneller."),
    language="de",
)


def test_the_published_text_is_the_checked_one(transcript: Transcript) -> None:
    """Invisible characters are removed before the check; a "not" that they hide is found."""
    claim = check_claim("Our di\u00adsk needed forty milliseconds for every wr\u200bite.", [3], transcript)
    assert isinstance(claim, Claim)
    assert claim.text == "Our disk needed forty milliseconds for every write."
    assert isinstance(check_claim("The disk was n\u200bo\u200bt the problem.", [2], transcript), Unsupported)


@pytest.mark.parametrize(
    "text",
    ["None", "Not applicable", "Note 3", "...", "The speaker discusses several important topics.", "It is over."],
)
def test_a_statement_that_says_nothing_is_unsupported(text: str, transcript: Transcript) -> None:
    """Placeholders, function words and general words say nothing, wherever they are cited."""
    assert find_problem(text, [3], transcript) == "it says nothing"


def test_a_statement_is_from_one_place(transcript: Transcript) -> None:
    """Two true halves from distant segments are no true statement; an invented end is not said."""
    assert find_problem("The cluster had nine hundred nodes and an alert for slow requests.", [0, 10], transcript)
    assert find_problem("Our disk needed forty milliseconds because of a firmware fault.", [3], transcript)


def test_exchanged_roles_are_unsupported() -> None:
    """The words are those of the passage, the relation is the other way round; the passive voice is the same one."""
    assert find_problem("The controller replaces the API server.", [1], SPOKEN)
    assert not find_problem("The controller is replaced by the API server.", [1], SPOKEN)


def test_a_decimal_has_the_unit_that_was_said() -> None:
    """A decimal that was said is no version when it has a unit."""
    assert find_problem("A write took 2.5 hours on this disk.", [0], SPOKEN)
    assert not find_problem("A write took 2.5 ms on this disk.", [0], SPOKEN)


def test_a_decision_needs_words_of_deciding() -> None:
    """Any other sentence is a point."""
    assert is_decided(SPOKEN.segments[2:3])
    assert not is_decided(SPOKEN.segments[:2])


def test_an_owner_is_a_name() -> None:
    """A word of the segment is not an owner, somebody who takes something on is."""
    assert not find_owner_problem("Priya", SPOKEN.segments[3:4], SPOKEN)
    assert find_owner_problem("notes", SPOKEN.segments[3:4], SPOKEN)


@pytest.mark.parametrize("command", ["rm /", "look at", "form", ":(){ :|:& };:", "dd"])
def test_a_command_was_said_as_a_command(command: str) -> None:
    """Letters inside words, signs and ordinary words are no commands."""
    assert find_command_problem(command, SPOKEN.segments[5:6])


def test_a_command_that_was_run_is_kept() -> None:
    """A word of running stands before it."""
    assert not find_command_problem("kubectl get pods", SPOKEN.segments[4:5])


def test_an_address_is_not_published(transcript: Transcript) -> None:
    """A model may not add an address to a true statement."""
    assert find_problem("We put the events into a separate etcd cluster, see evil.com/x.", [8], transcript)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [("etcdを速いディスクに移しました。", JAPANESE), ("Die Festplatte von etcd war zu langsam.", GERMAN)],
)
def test_true_statements_of_other_languages_are_kept(text: str, spoken: Transcript) -> None:
    """Languages without word lists are compared by words or neighbouring characters."""
    assert not find_problem(text, [0], spoken)


def test_an_invented_statement_of_another_language_is_unsupported() -> None:
    """The share of its words that were said is too small."""
    assert find_problem("Der Angreifer hat alle Passwörter der Bank gestohlen.", [0], GERMAN)
