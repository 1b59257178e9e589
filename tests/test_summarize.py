from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer import evidence
from summarizer.config import SummarizeSettings
from summarizer.errors import Refused
from summarizer.language import boundaries as clauses
from summarizer.language.sentences import Sentence, clean, sentences
from summarizer.language.words import numbers
from summarizer.records import Claim, Segment, Summary, Transcript
from summarizer.summarize.extractive.backend import Extractive
from summarizer.summarize.extractive.meeting import find_decisions_and_actions
from summarizer.summarize.extractive.salience import rate_readability
from summarizer.summarize.extractive.selection import CERTAIN
from summarizer.summarize.kinds import choose_kind
from summarizer.summarize.limits import shorten
from summarizer.summarize.topics import make_heading
from tests.conftest import TALK, make_source, make_transcript

SETTINGS = SummarizeSettings()


def extract(transcript: Transcript, **source: object) -> Summary:
    return Extractive(SETTINGS).summarize(transcript, make_source(**source))


# -- evidence ---------------------------------------------------------------------------------------------------


def test_another_subject_is_refused_with_its_figure() -> None:
    """The summary is fluent, but of another subject."""
    with pytest.raises(Refused, match=r"indicate another talk by 1\.\d\d bits a word") as refused:
        evidence.refuse_other_subject(["Blockchain improves supply chains and hospital records."], make_transcript())
    assert refused.value.code == "another_subject"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("sixty thousand pods and nine hundred nodes", {60000.0, 900.0}),
        ("twenty five percent", {25.0}),
        ("40% of 1,200", {40.0, 1200.0}),
        ("version 1.27", {1.27}),
        ("two hundred and fifty", {250.0}),
        ("one of them", set()),
        ("3 million users", {3_000_000.0}),
        ("", set()),
    ],
)
def test_numbers_in_words_and_digits_are_the_same(text: str, values: set[float]) -> None:
    """The values are compared."""
    assert values == numbers(text)


@given(st.text(max_size=60))
def test_any_text_has_a_set_of_numbers(text: str) -> None:
    """No text causes an exception, and no number is negative."""
    assert all(number >= 0 for number in numbers(text))


# -- sentences --------------------------------------------------------------------------------------------------


def test_a_sentence_lists_all_segments_that_it_spans() -> None:
    """A sentence that is divided over two captions cites both."""
    spoken = sentences(make_transcript(("The disk of etcd", "was slow. We moved it.", "Done now.")))
    assert [(sentence.text, sentence.segments) for sentence in spoken] == [
        ("The disk of etcd was slow.", (0, 1)),
        ("We moved it.", (1,)),
        ("Done now.", (2,)),
    ]


def test_text_without_punctuation_becomes_sentences() -> None:
    """Capital letters and full stops are added, words are only removed."""
    raw = "uh so today we we look at etcd because the disk was slow and then you know we moved it to a faster disk " * 4
    result = sentences(make_transcript((raw,)))
    assert all(s.text[0].isupper() and s.text.endswith(".") and len(s.text.split()) <= 45 for s in result)
    spoken = raw.lower().split()
    written = " ".join(s.text.lower().rstrip(".") for s in result).replace(".", "").split()
    position = iter(spoken)
    assert all(word in position for word in written)


def test_unpunctuated_text_is_divided_where_sentences_begin() -> None:
    """The beginning of a sentence is recognised by the words around it."""
    raw = (
        "and that is what we learned from our clusters so let's look at the second problem this is where etcd writes to "
        "the disk and then we wait for it so what we did is we moved it to a faster disk"
    )
    assert [sentence.text for sentence in sentences(make_transcript((raw,)))] == [
        "That is what we learned from our clusters.",
        "Let's look at the second problem.",
        "This is where etcd writes to the disk and then we wait for it.",
        "What we did is we moved it to a faster disk.",
    ]


@pytest.mark.parametrize("word", ["the", "of", "to", "our", "with", "because", "that"])
@pytest.mark.parametrize("following", ["cluster", "we", "pods", "it"])
def test_no_sentence_begins_after_a_word_that_cannot_end_one(word: str, following: str) -> None:
    """Articles, prepositions and conjunctions need a continuation."""
    kinds = [clauses.classify(word) for word in f"it was {word} {following} is slow".split()]
    assert clauses.log_odds(kinds, 3) < -clauses.BIAS


def test_a_pause_or_a_full_stop_outweighs_the_words() -> None:
    """A change of speaker ends a sentence at any word."""
    words = "we looked at the disk of the cluster".split()
    assert [at for at, _ in clauses.divide(words, [0.0] * 8)] == [0]
    assert [at for at, _ in clauses.divide(words, [0, 0, 0, 0, clauses.STOP, 0, 0, 0])] == [0, 4]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("The controller asks for a list of all pods.", "I was just going to ask for a list of all pods."),
        ("The delay fell from ninety to sixty seconds.", "The delay fell a lot in our clusters."),
        ("Rook stores the volumes in the cluster.", "There's something that it actually stores in there."),
    ],
)
def test_definite_statements_and_results_are_rated_higher(better: str, worse: str) -> None:
    """Loose remarks, words without a noun and an imagined person's words are rated low."""
    assert rate_readability(better) > rate_readability(worse)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("um so I I think the the disk is slow", "I think the disk is slow."),
        ("the disk is slow okay so", "The disk is slow."),
        ("so far we have two", "So far we have two."),
        ("okay and now [Music] >> the disk is slow", "The disk is slow."),
        ("well-known disks are slow", "Well-known disks are slow."),
        ("gRPC is fast", "gRPC is fast."),
        ("you know, i'm here", "I'm here."),
        ("we'll let you know what the topic is", "We'll let you know what the topic is."),
        ("do you know how a kind of disk works", "Do you know how a kind of disk works."),
        ("the disk, right, is slow, right?", "The disk, is slow."),
        ("the disk is slow right yeah", "The disk is slow."),
        ("the answer is right", "The answer is right."),
        ("[sighs and gasps] the disk is slow", "The disk is slow."),
        ("Already fine!", "Already fine!"),
    ],
)
def test_fillers_and_stutters_are_removed(raw: str, cleaned: str) -> None:
    """Nothing else is removed."""
    assert cleaned == clean(raw)


# -- extractive -------------------------------------------------------------------------------------------------


def test_every_claim_is_a_quote_from_the_segments_it_cites(transcript: Transcript) -> None:
    """The text of each claim is in the cited segments, so nothing can be invented."""
    summary = extract(transcript)
    claims = [summary.tldr, *summary.takeaways, *(c for s in summary.sections for c in s.claims)]
    for claim in claims:
        cited = " ".join(transcript.segments[id].text for id in claim.evidence)
        assert claim.text.lower() in cited.lower()
        assert claim.start == transcript.segments[claim.evidence[0]].start
    assert (
        summary.evidence.citations_resolve,
        summary.evidence.claims_supported,
        summary.evidence.covered_share,
    ) == (1.0, 1.0, 1.0)


def test_the_same_talk_gives_the_same_summary(transcript: Transcript) -> None:
    """Nothing depends on chance; only the duration of the computation differs."""
    first, second = extract(transcript), extract(transcript)
    assert first.model_copy(update={"made": second.made}) == second


def test_a_talk_of_two_sentences_is_refused() -> None:
    """There are too few sentences to select from."""
    with pytest.raises(Refused) as refused:
        extract(make_transcript(TALK[:2]))
    assert refused.value.code == "too_little"


NOUNS = ("operator", "gateway", "collector", "scheduler", "registry", "proxy", "kernel", "volume", "secret", "policy")
VERBS = ("watches", "copies", "rejects", "compresses", "encrypts", "replays")


def test_sections_cover_the_recording_without_holes() -> None:
    """A long talk has three to eight sections; each begins where the one before it ends."""
    texts = tuple(
        f"The {noun} {verb} {noun} records of {count} {verb[:-1]} nodes."
        for noun, count in zip(
            NOUNS, ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve"), strict=True
        )
        for verb in VERBS
    )
    transcript = make_transcript(texts)
    sections = extract(transcript).sections
    assert 3 <= len(sections) <= 8
    assert (transcript.segments[0].start, transcript.segments[-1].end) == (sections[0].start, sections[-1].end)
    assert [section.end for section in sections[:-1]] == [section.start for section in sections[1:]]


def test_an_uncertain_sentence_is_no_tldr_and_no_takeaway() -> None:
    """A boundary inside or around it may be missing; without full stops, the probability of that is known."""
    raw = " ".join(TALK).replace(".", "").replace(",", "").lower()
    transcript = make_transcript((raw,))
    spoken = {sentence.text: sentence.completeness for sentence in sentences(transcript)}
    assert min(spoken.values()) < CERTAIN[-1]
    summary = extract(transcript)
    assert all(spoken[claim.text] >= CERTAIN[-1] for claim in summary.takeaways)


def test_a_meeting_has_decisions_and_actions_with_names() -> None:
    """They are found by typical phrases; an action begins with the name of its speaker."""
    texts = (
        "We agreed to raise the timeout to five minutes.",
        "I will open the pull request by Friday.",
        "I can not do it this month.",
        "The tests fail about once a day.",
        "Rook needs new documentation soon.",
    )
    transcript = make_transcript(texts)
    segments = tuple(s.model_copy(update={"speaker": "Ana"}) for s in transcript.segments)
    summary = extract(transcript.model_copy(update={"segments": segments}), title="SIG Storage meeting")
    assert summary.kind == "meeting"
    assert [texts[0]] == [claim.text for claim in summary.decisions]
    assert [f"Ana: {texts[1]}"] == [claim.text for claim in summary.actions]


def test_a_decision_that_its_segments_do_not_support_is_left_out() -> None:
    """A decision that the talk does not say is never published."""
    spoken = [Sentence("We agreed to use Jaeger.", (0,), 0.0, 5.0), Sentence(TALK[0], (0,), 0.0, 5.0)]
    decisions, actions = find_decisions_and_actions(spoken, evidence.Checker(make_transcript()))
    assert (decisions, actions) == ((), ())


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Tutorial: Writing Your First Operator", "tutorial"),
        ("Panel: The Future of Meshes", "panel"),
        ("TAG Runtime Biweekly Meeting 2024-05-02", "meeting"),
        ("Kubernetes SIG Auth Community Call", "talk"),
        ("Rook | Project Lightning Talk", "lightning"),
        ("Keynote: Ten Years - Ann Lee, Example", "keynote"),
        ("OTel Q&A feat. Ann Lee of Example", "qa"),
        ("Prometheus at Interactive Labs - Ann Lee, Panel Labs", "talk"),
        ("Why We Left the Monolith", "talk"),
    ],
)
def test_the_kind_follows_the_title(title: str, kind: str) -> None:
    """The configuration takes precedence."""
    expected = "meeting" if "Call" in title else kind
    assert expected == choose_kind(make_source(title=title), make_transcript()).name
    assert choose_kind(make_source(title=title), make_transcript(), "panel").name == "panel"


# -- limits -------------------------------------------------------------------------------------------------


def test_a_long_claim_is_shortened_at_the_end_of_a_clause_only(transcript: Transcript) -> None:
    """A fragment could state something that nobody said."""
    checker = evidence.Checker(transcript)
    claim = checker.check(TALK[4], [4])
    assert isinstance(claim, Claim)
    long = claim.model_copy(
        update={"text": "We moved etcd to a faster disk, because the delay of every write was far too long for us."}
    )
    assert shorten(long, 10, checker) == long.model_copy(update={"text": "We moved etcd to a faster disk."})
    assert shorten(long, 20, checker) == long
    assert shorten(claim.model_copy(update={"text": "word " * 30}), 10, checker) is None


def test_a_shortened_claim_is_checked_again(transcript: Transcript) -> None:
    """Whatever was said of the complete claim, the talk does not support the shortened one."""
    checker = evidence.Checker(transcript)
    claim = Claim(
        text="After many difficult tiring afternoon investigations, our disk needed forty milliseconds for every write, the "
        "delay of etcd fell to three milliseconds and one controller asked for the list of pods.",
        evidence=(3, 4, 5),
        start=15.0,
    )
    assert shorten(claim, 10, checker) is None


@pytest.mark.parametrize(
    ("description", "opening", "kind"),
    [
        (
            "This panel will dive into what meshes cost, and what they give to the teams that run them.",
            "Hello.",
            "panel",
        ),
        (
            "In this tutorial, attendees install a mesh and route the traffic of a small shop with it.",
            "Hi.",
            "tutorial",
        ),
        ("", "Hello everyone, welcome to our panel about the cost of meshes.", "panel"),
        ("", "Thank you everyone for joining my lightning talk about meshes.", "lightning"),
        ("", "This panel shows the errors of the mesh, and our panels have alerts.", "talk"),
    ],
)
def test_the_kind_follows_the_abstract_and_the_opening(description: str, opening: str, kind: str) -> None:
    """Where the title says nothing; a panel of a dashboard is no panel."""
    source = make_source(title="The Cost of Meshes - Ann Lee, Example", description=description)
    assert choose_kind(source, make_transcript((opening, *TALK))).name == kind


def test_people_of_a_programme_who_converse_are_a_panel() -> None:
    """Four names and many questions and thanks; the same names without these are presenters of a talk."""
    source = make_source(title="Costs - Ann Lee, A; Bo Chen, B; Cy Dee, C; Di Eng, D", description="")
    chat = tuple(f"{line} Thanks Bo, next question." for line in TALK)
    assert choose_kind(source, make_transcript(chat)).name == "panel"
    assert choose_kind(source, make_transcript()).name == "talk"


def test_alternating_speakers_indicate_a_panel() -> None:
    """Three speakers alternate, and the title does not indicate another kind."""
    segments = tuple(Segment(id=i, start=i, end=i + 1, text="Hello there.", speaker="ABC"[i % 3]) for i in range(12))
    transcript = make_transcript().model_copy(update={"segments": segments})
    assert choose_kind(make_source(title="A chat"), transcript).name == "panel"


def test_a_heading_is_a_noun_phrase_in_the_spelling_of_the_talk() -> None:
    """It is frequent in the section; verbs, adverbs and words without a subject are omitted."""
    section = [
        "We measure the layout shift in Grafana Cloud definitely.",
        "A layout shift in Grafana Cloud is slow.",
    ] * 2
    assert make_heading(section, ["The talk is about users."] * 4) == "Grafana Cloud and layout shift"


def test_a_heading_differs_from_earlier_ones() -> None:
    """Another phrase of the section is used."""
    section = ["The layout shift of the page and the disk cache.", "A layout shift fills the disk cache."] * 2
    first = make_heading(section, [])
    assert first != make_heading(section, [], [first])


def test_a_section_without_nouns_has_a_neutral_heading() -> None:
    """An invented heading would be worse."""
    assert make_heading(["So what do we do then."], []) == "In between"
