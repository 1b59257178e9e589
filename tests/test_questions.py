from __future__ import annotations

from summarizer import evidence
from summarizer.config import SummarizeSettings
from summarizer.language.sentences import Sentence, sentences
from summarizer.records import Transcript
from summarizer.summarize.extractive.backend import Extractive
from summarizer.summarize.questions import MAX_QUESTIONS, Role, find_questions, find_roles
from tests.conftest import TALK, make_source, make_transcript

AFTERWARDS = (
    "Thank you all for listening, are there any questions?",
    "Great talk, you mentioned a separate cluster for events.",
    "How do you back up the separate etcd cluster of the events?",
    "We copy the events to an object store every single night.",
    "Can you repeat the last part of the question?",
)


def roles_of(transcript: Transcript) -> list[Role]:
    return find_roles(sentences(transcript))  # one sentence in each segment


def test_questions_after_the_talk_are_the_audiences() -> None:
    """What stands before a question and sounds like the audience is not the speaker's either; answers are."""
    roles = roles_of(make_transcript((*TALK, *AFTERWARDS)))
    assert set(roles[: len(TALK)]) == {Role.TALK}
    assert roles[len(TALK) + 1 :][:3] == [Role.AUDIENCE, Role.QUESTION, Role.ANSWER]


def test_a_question_in_the_middle_of_a_talk_is_the_speakers() -> None:
    """Only phrases that open the time for questions, near the end, make it one of the audience."""
    talk = (*TALK[:4], "How do you back up the separate etcd cluster?", *TALK[4:])
    assert Role.QUESTION not in roles_of(make_transcript(talk))


def test_a_named_speakers_turn_of_questions_is_the_audiences() -> None:
    """The turn is judged as a whole where the captions name the speakers."""
    texts = (*TALK, AFTERWARDS[0], "We have many small clusters.", AFTERWARDS[2], AFTERWARDS[3])
    names = ["Ana"] * 13 + ["Guest"] * 2 + ["Ana"]
    transcript = make_transcript(texts)
    segments = tuple(
        segment.model_copy(update={"speaker": name}) for segment, name in zip(transcript.segments, names, strict=True)
    )
    roles = roles_of(transcript.model_copy(update={"segments": segments}))
    assert roles[13:] == [Role.AUDIENCE, Role.QUESTION, Role.ANSWER]


def test_questions_are_quotes_with_a_question_mark() -> None:
    """Questions about the questions are left out, and equal ones are listed once."""
    transcript = make_transcript((*TALK, *AFTERWARDS, AFTERWARDS[2].replace("?", ".")))
    spoken = sentences(transcript)
    questions = find_questions(spoken, find_roles(spoken), evidence.Checker(transcript))
    assert [AFTERWARDS[2]] == [question.text for question in questions]
    assert questions[0].start == transcript.segments[14].start


def test_a_page_has_a_limited_number_of_questions() -> None:
    """The first ones are kept."""
    names = "operator gateway collector scheduler registry proxy kernel volume secret policy".split()
    texts = [f"How do you encrypt the {name} behind a {name}-{len(name)}x?" for name in names]
    spoken = [Sentence(text, (i,), i, i + 1) for i, text in enumerate(texts)]
    checker = evidence.Checker(make_transcript(tuple(texts)))
    assert len(find_questions(spoken, [Role.QUESTION] * len(texts), checker)) == MAX_QUESTIONS < len(texts)


def test_questions_are_no_claims_of_the_talk() -> None:
    """They have a field of their own."""
    summary = Extractive(SummarizeSettings()).summarize(make_transcript((*TALK, *AFTERWARDS)), make_source())
    claims = [summary.tldr, *summary.takeaways, *(claim for section in summary.sections for claim in section.claims)]
    assert [AFTERWARDS[2]] == [question.text for question in summary.questions]
    assert not {AFTERWARDS[1], AFTERWARDS[2]} & {claim.text for claim in claims}
