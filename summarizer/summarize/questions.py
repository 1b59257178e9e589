"""Find what is not the speaker's own talk: questions of the audience, moderation and housekeeping.

Automatic captions do not say who speaks. A question is recognised by its words, and the time for questions by the
phrases that open it near the end. Where the captions mark changes of speaker, a whole turn is judged by its question.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby

from summarizer import evidence
from summarizer.language.sentences import Sentence
from summarizer.language.words import content
from summarizer.records import Claim
from summarizer.summarize.form import asks, is_housekeeping, repeats
from summarizer.summarize.phrases import phrases

EARLIEST = 0.5  # share of the talk before which no time for questions begins
MAX_QUESTIONS, MAX_WORDS, MIN_CONTENT_WORDS = 8, 34, 3
MIN_COMPLETENESS = 0.15  # of a question; its words show where it begins, so less is needed than for a statement
_OPENS = phrases("opens_questions")
_FROM_AUDIENCE = phrases("from_audience")
_ASKS_AUDIENCE = phrases("asks_audience")
_ABOUT_ASKING = phrases("about_asking")


class Role(StrEnum):
    """What a sentence of a recording is."""

    TALK = "talk"  # the speaker's own; a claim can be made of it
    ANSWER = "answer"  # said in the time for questions, but not a question
    QUESTION = "question"  # asked by the audience
    AUDIENCE = "audience"  # words of the audience or of the moderator around a question
    HOUSEKEEPING = "housekeeping"  # greetings, thanks, advertising, the room


def find_roles(sentences: Sequence[Sentence]) -> list[Role]:
    """Return the role of each sentence, which are all sentences of the recording in order."""
    start = _find_time_for_questions(sentences)
    roles = [_judge(sentence, at >= start) for at, sentence in enumerate(sentences)]
    for at in range(start, len(roles)):
        beside_question = at + 1 < len(roles) and roles[at + 1] is Role.QUESTION
        if roles[at] is Role.ANSWER and beside_question and _FROM_AUDIENCE.search(sentences[at].text):
            roles[at] = Role.AUDIENCE
    _spread_over_turns(sentences, roles, start)
    return roles


def find_questions(
    sentences: Sequence[Sentence], roles: Sequence[Role], checker: evidence.Checker
) -> tuple[Claim, ...]:
    """Return what the audience asked, as quotes with a question mark, in order; at most `MAX_QUESTIONS`."""
    claims: list[Claim] = []
    for sentence, role in zip(sentences, roles, strict=True):
        if role is not Role.QUESTION or not _is_quotable(sentence):
            continue
        text = sentence.text.rstrip(".!? ") + "?"
        if repeats(text, [claim.text for claim in claims]):
            continue
        if isinstance(claim := checker.check(text, sentence.segments), Claim):
            claims.append(claim)
    return tuple(claims[:MAX_QUESTIONS])


def _find_time_for_questions(sentences: Sequence[Sentence]) -> int:
    """Return the index of the sentence that opens the time for questions; the number of sentences if there is none."""
    for at in range(int(EARLIEST * len(sentences)), len(sentences)):
        following = sentences[at + 1 : at + 25]
        if _OPENS.search(sentences[at].text) and any(_ASKS_AUDIENCE.search(s.text) and asks(s.text) for s in following):
            return at
    return len(sentences)


def _judge(sentence: Sentence, questions_time: bool) -> Role:
    text = sentence.text
    if questions_time and asks(text) and _ASKS_AUDIENCE.search(text):
        return Role.QUESTION
    if is_housekeeping(text):
        return Role.HOUSEKEEPING
    return Role.ANSWER if questions_time else Role.TALK


def _spread_over_turns(sentences: Sequence[Sentence], roles: list[Role], start: int) -> None:
    """Judge whole turns in the time for questions, where speakers are named: a turn of questions is the audience's."""
    at = start
    for speaker, group in groupby(sentences[start:], key=lambda sentence: sentence.speaker):
        turn = range(at, at + len(list(group)))
        at = turn.stop
        if speaker and 2 * sum(roles[i] is Role.QUESTION for i in turn) >= len(turn):
            for i in turn:
                roles[i] = Role.AUDIENCE if roles[i] is Role.ANSWER else roles[i]


def _is_quotable(sentence: Sentence) -> bool:
    words = sentence.text.split()
    return (
        5 <= len(words) <= MAX_WORDS
        and len(set(content(sentence.text))) >= MIN_CONTENT_WORDS
        and sentence.completeness >= MIN_COMPLETENESS
        and not _ABOUT_ASKING.search(sentence.text)
    )
