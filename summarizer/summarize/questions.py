"""Find what is not the speaker's own talk: questions of the audience, moderation and housekeeping.

Automatic captions do not say who speaks. A question is recognised by its words, and the time for questions by the
phrases that open it near the end. Where the captions mark changes of speaker, a whole turn is judged by its question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby

from summarizer import evidence
from summarizer.language.sentences import Sentence
from summarizer.language.words import content
from summarizer.records import Claim
from summarizer.summarize.form import asks, is_housekeeping, repeats

EARLIEST = 0.5  # share of the talk before which no time for questions begins
MAX_QUESTIONS, MAX_WORDS, MIN_CONTENT_WORDS = 8, 34, 3
MIN_COMPLETENESS = 0.15  # of a question; its words show where it begins, so less is needed than for a statement
_OPENS = re.compile(
    r"(?i)\b(?:(?:any|questions?) questions?|(?:take|have|got|time for|open (?:it )?(?:up )?(?:for|to)|go to|answer"
    r"|some|few|your|more|audience) (?:\w+ ){0,3}questions?"
    r"|q ?(?:&|and) ?a|questions\.|thank you (?:so much|very much|all|everyone|everybody|for (?:listening|coming|your"
    r"|attending|joining))|thanks (?:for|everyone|everybody|all|so much|a lot))"
)
_FROM_AUDIENCE = re.compile(
    r"(?i)\b(?:my question|i (?:have|had|got) (?:a|one|another|two) (?:\w+ )?questions?|question (?:is|was|about|for"
    r"|regarding)|i was (?:just )?(?:wondering|curious)|i'm (?:just )?(?:wondering|curious)"
    r"|you (?:mentioned|said|showed|were talking|talked)|(?:do|did|have|are|can|could|would|will) you (?:guys )?"
    r"|how (?:do|did|does|would|can|is|are)|what (?:is|are|about|do|would|if|happens|was|kind)|is (?:there|it|that)"
    r"|(?:great|nice|good|thanks for the|thank you for the|awesome|amazing) (?:talk|presentation|session)"
    r"|thanks for (?:the|your)|wondering)\b"
)
_ASKS_AUDIENCE = re.compile(
    r"(?i)\b(?:my question|i (?:have|had|got) (?:a|one|another|two) (?:\w+ )?questions?|i was (?:just )?(?:wondering"
    r"|curious)|i'm (?:just )?(?:wondering|curious)|wondering (?:if|how|what|whether|about)"
    r"|(?:do|did|have|are|can|could|would|will) you\b|you (?:mentioned|said)|how (?:do|did|does|would|can|is"
    r"|are) (?:you|we|i|it|the|this|that)|what (?:is|are|about|do|would|if|happens|was|kind)|is (?:there|it possible))"
)
_ABOUT_ASKING = re.compile(
    r"(?i)\b(?:repeat (?:the|that|your|it)|hear me|anyone (?:else )?have|more questions|any (?:other )?questions"
    r"|questions for)\b"
)


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
    """Judge turns in the time for questions, where speakers are named: a turn of questions is the audience's."""
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
