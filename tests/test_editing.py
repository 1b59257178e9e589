"""The summarizer whose model edits passages, with models that write well, badly, nothing, or lies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from summarizer.language.words import content
from summarizer.records import Chapter, Segment, Source, Summary, Transcript
from summarizer.stage import Answers
from summarizer.summarize.llm import prompts
from summarizer.summarize.llm.editing import arranging, writing
from summarizer.summarize.llm.editing.editing import Editing
from summarizer.summarize.llm.generator import Answer, MemoryAnswers, Request
from summarizer.summarize.llm.method import Method
from tests.conftest import summarize_settings
from tests.fake_generator import QuotingGenerator

SETTINGS = summarize_settings(backend="transformers")
STATEMENTS = (
    "The disk of the etcd cluster needed forty milliseconds for every write.",
    "A faster disk brought the delay of etcd down to three milliseconds.",
    "A broken controller asked the server for the list of all pods every ten seconds.",
    "A watch instead of a list cut the memory of the server by half.",
    "The collector sampled one percent of the traces before they reached storage.",
    "Tail sampling keeps every trace that contains an error.",
    "The team moved forty clusters to the new version within three weeks.",
    "Upgrades of the nodes failed because a budget for disruption allowed no eviction.",
    "A second scheduler placed the batch jobs on cheaper machines at night.",
    "The finance department saw the cost of each namespace in a dashboard.",
    "Certificates expired because nobody had renewed the root of the mesh.",
    "A canary received five percent of the requests for an hour.",
)


@pytest.fixture
def talk() -> Transcript:
    """A talk of ten minutes: each statement is among four questions about it."""
    lines = []
    for statement in STATEMENTS:
        subject, verb = sorted(content(statement))[:2]
        ask = f"What was it with the {subject} and the {verb} there, and how were we to know about it then?"
        why = f"Why was the {subject} what it was, and what did we do with the {verb} for so long after that?"
        lines += [ask, why, statement, why, ask]
    segments = tuple(Segment(id=i, start=10.0 * i, end=10.0 * i + 9, text=text) for i, text in enumerate(lines))
    made = {"backend": "captions"}
    return Transcript.model_validate(
        {"video_id": "e" * 11, "language": "en", "segments": segments, "duration": 600.0, "kind": "human", "made": made}
    )


class Model:
    """A model that answers every request of a step with the same function of the request."""

    name, device, context_tokens = "fake", "nowhere", 100_000

    def __init__(self, sentence: object, heading: object = "", tldr: object = "") -> None:
        self.steps = {"sentence": sentence, "heading": heading, "tldr": tldr}
        self.requests: list[Request] = []

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def prompt_tokens(self, request: Request) -> int:
        return sum(self.count_tokens(message["content"]) for message in request.messages)

    def generate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        for index, request in enumerate(requests):
            self.requests.append(request)
            [step] = [step for step, text in prompts.load("edit").texts.items() if text == request.instructions]
            answer = self.steps[step]
            text = answer(request.material) if callable(answer) else str(answer)
            yield index, Answer(text=text, tokens_in=10, tokens_out=5, finished=True)


def copy_statement(material: str) -> str:
    """Write the statement of the passage, as a good editor would."""
    return next((statement for statement in STATEMENTS if statement in material), "")


def summarize(model: Model, talk: Transcript, source: Source, answers: Answers | None = None) -> Summary:
    return Editing(model, SETTINGS).summarize(talk, source, answers)


def list_statements(summary: Summary) -> list[str]:
    claims = [summary.tldr, *summary.takeaways, *(claim for section in summary.sections for claim in section.claims)]
    return [claim.text for claim in claims]


def test_sentences_of_the_model_are_published_with_the_moment_they_were_said(talk: Transcript, source: Source) -> None:
    """Every claim cites exactly the segment of its statement, although the passage is longer."""
    summary = summarize(Model(copy_statement), talk, source)
    for claim in (summary.tldr, *summary.takeaways):
        assert [talk.segments[id].text for id in claim.evidence] == [claim.text]
    assert not summary.quoted
    assert set(list_statements(summary)) <= set(STATEMENTS)


def test_every_stretch_of_the_talk_has_a_statement(talk: Transcript, source: Source) -> None:
    """The claims reach from the first to the last tenth of the talk, and sections leave no hole."""
    summary = summarize(Model(copy_statement), talk, source)
    times = [claim.start for section in summary.sections for claim in section.claims] + [summary.tldr.start]
    times += [claim.start for claim in summary.takeaways]
    assert len({int(time / 60) for time in times}) >= 9
    assert summary.sections[0].start == 0.0
    assert all(a.end == b.start for a, b in zip(summary.sections, summary.sections[1:], strict=False))
    assert summary.sections[-1].end == talk.segments[-1].end


def test_no_statement_stands_twice_on_a_page(talk: Transcript, source: Source) -> None:
    """TL;DR, takeaways and points are different statements."""
    statements = list_statements(summarize(Model(copy_statement), talk, source))
    assert len(set(statements)) == len(statements)


@pytest.mark.parametrize(
    "line",
    [
        "...",
        "",
        "The speaker discusses the performance of the platform.",
        "Istio replaced the database of forty banks in Europe.",
        "What did the team find out about the numbers?",
        prompts.load("edit").texts["sentence"],
        *(answer for _, answer in (*writing.EXAMPLES, *arranging.TLDR_EXAMPLES)),
        '{"text": "..."}',
    ],
)
def test_a_model_that_writes_nothing_true_gives_a_page_of_quotes(talk: Transcript, source: Source, line: str) -> None:
    """The page is made of quotes and says so, and nothing of the model, the prompt or its examples is on it."""
    summary = summarize(Model(line, line, line), talk, source)
    said = talk.text
    assert summary.quoted
    assert all(statement.rstrip(".") in said for statement in list_statements(summary))
    assert summary.evidence.dropped > 0


def test_a_passage_without_a_sentence_is_quoted_and_counted(talk: Transcript, source: Source) -> None:
    """The model fails in the first third of the talk; the page has quotes there and says how many."""
    model = Model(lambda material: "" if copy_statement(material) in STATEMENTS[:4] else copy_statement(material))
    summary = summarize(model, talk, source)
    statements = list_statements(summary)
    assert summary.evidence.quotes == sum(statement in STATEMENTS[:4] for statement in statements) > 0
    assert not summary.quoted


def test_half_of_a_passage_is_tried_when_the_whole_one_fails(talk: Transcript, source: Source) -> None:
    """A model that can only read short passages writes the page as well."""
    model = Model(lambda material: copy_statement(material) if len(material.split()) < 60 else "...")
    summary = summarize(model, talk, source)
    assert not summary.quoted
    assert len({len(request.material.split()) < 60 for request in model.requests}) == 2


def test_the_last_attempt_limits_the_model_to_words_of_the_passage(talk: Transcript, source: Source) -> None:
    """The first two attempts are free; the third has a grammar, for the whole passage."""
    model = Model("")
    summarize(model, talk, source)
    grammars = [request.grammar for request in model.requests]
    assert set(grammars[: len(grammars) // 2]) == {""}
    assert grammars[-1] == writing.limit_words(model.requests[-1].material)


@pytest.mark.parametrize(
    ("sentence", "accepted"),
    [
        ("The disk of etcd is slow, and a write has forty milliseconds.", True),
        ("Etcd is slow because of the disk.", True),
        ("The disk of etcd is fast, and a write has forty milliseconds.", False),
        ("The disk of etcd is not slow with forty milliseconds.", False),
        ("Etcd is slow.", False),
        ("The disk of etcd is slow, and a write has forty milliseconds", False),
    ],
)
def test_the_grammar_admits_words_of_the_passage_and_joining_words(sentence: str, accepted: bool) -> None:
    """Any other word, a negation that was not said, a fragment or a missing full stop is not accepted."""
    pytest.importorskip("xgrammar")
    from xgrammar.testing import _is_grammar_accept_string

    grammar = writing.limit_words("etcd was slow um the disk needs forty milliseconds for a write")
    assert _is_grammar_accept_string(grammar, sentence) is accepted


def test_chapters_of_the_video_are_the_sections(talk: Transcript, source: Source) -> None:
    """Their titles are the headings, and the model is asked for none."""
    chapters = (Chapter(start=0, title="Storage"), Chapter(start=250, title="Operations"))
    model = Model(copy_statement, "Steps of the platform")
    summary = summarize(model, talk, source.model_copy(update={"chapters": chapters}))
    assert [section.heading for section in summary.sections] == ["Storage", "Operations"]
    assert all(claim.start < 250 for claim in summary.sections[0].claims)
    assert prompts.load("edit").texts["heading"] not in {request.instructions for request in model.requests}


def test_a_question_of_the_audience_is_listed_and_never_edited(talk: Transcript, source: Source) -> None:
    """The model does not see it, and it stands under the questions."""
    question = "Can you tell us how you measured the delay of the etcd disks?"
    lines = ["Are there any questions from the audience?", question, "We measured the disks with fio for an hour."]
    added = tuple(
        Segment(id=len(talk.segments) + i, start=600.0 + 10 * i, end=609.0 + 10 * i, text=text)
        for i, text in enumerate(lines)
    )
    model = Model(copy_statement)
    longer = talk.model_copy(update={"segments": talk.segments + added, "duration": 630.0})
    summary = summarize(model, longer, source)
    assert [claim.text for claim in summary.questions] == [question]
    assert not any(question in request.material for request in model.requests)


def test_a_supported_tldr_of_the_model_cites_the_statements_that_it_joins(talk: Transcript, source: Source) -> None:
    """Its evidence are the segments of two statements."""
    text = (
        "A faster disk brought the delay of etcd down to three milliseconds and tail sampling keeps every error trace."
    )
    summary = summarize(Model(copy_statement, tldr=text), talk, source)
    if summary.tldr.text == text:
        assert len(summary.tldr.evidence) == 2
    else:  # the two statements were not among the best six
        assert summary.tldr.text in STATEMENTS


def test_an_invented_tldr_is_replaced_by_a_statement(talk: Transcript, source: Source) -> None:
    """the statement with the most words of the title is the TL;DR."""
    summary = summarize(Model(copy_statement, tldr="Blockchain improves the supply chain of hospitals."), talk, source)
    assert summary.tldr.text in STATEMENTS


@pytest.mark.parametrize(
    "heading", ["...", "Blockchain in hospitals", "The", "A heading that is much too long for a page"]
)
def test_a_heading_that_the_section_does_not_say_is_replaced(talk: Transcript, source: Source, heading: str) -> None:
    """Headings consist of words of their section."""
    summary = summarize(Model(copy_statement, heading), talk, source)
    assert heading not in [section.heading for section in summary.sections]
    assert all(section.heading for section in summary.sections)


def test_title_case_of_a_heading_becomes_the_case_of_the_talk(talk: Transcript, source: Source) -> None:
    """Names keep their capitals; ordinary words lose them."""
    heading = Model(copy_statement, lambda material: "Tail Sampling" if "Tail sampling" in material else "")
    headings = [section.heading for section in summarize(heading, talk, source).sections]
    assert "Tail sampling" in headings


def test_a_second_run_asks_the_model_nothing(talk: Transcript, source: Source) -> None:
    """All answers that can be used again are stored."""
    answers = MemoryAnswers()
    first = summarize(Model(copy_statement, "Disk and delay", STATEMENTS[1]), talk, source, answers)
    model = Model("never asked")
    second = Editing(model, SETTINGS).summarize(talk, source, answers)
    assert model.requests == []
    assert list_statements(first) == list_statements(second)


def test_talks_in_other_languages_are_summarized_from_notes(transcript: Transcript, source: Source) -> None:
    """The check of form is English, so a German talk is read in chunks, whose answers are JSON."""
    generator = QuotingGenerator()
    Method(generator, SETTINGS).summarize(transcript.model_copy(update={"language": "de"}), source)
    assert generator.requests
    assert all(request.answer_schema is not None for request in generator.requests)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('"The disk was slow."', "The disk was slow."),
        ("- The disk was slow. It took 3.5 ms.", "The disk was slow."),
        ("Sentence: Version 1.27 is out.", "Version 1.27 is out."),
        ("The disk was slow because", ""),
        ("", ""),
    ],
)
def test_the_first_sentence_of_an_answer_is_taken(line: str, sentence: str) -> None:
    """List markers, labels and quotation marks are not part of it; a sentence without an end is none."""
    assert writing.take_sentence(line) == sentence
