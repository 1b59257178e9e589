"""Check the form of a statement: whether it is one complete sentence that says something.

Evidence decides whether the talk supports a statement; form decides whether it is worth reading. Quotes and generated
statements are checked alike: "The speaker discusses several topics." is supported by every talk and says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from summarizer.language.function_words import NOT_LAST_WORDS, SELDOM_LAST_WORDS
from summarizer.language.parts import ADJECTIVE, BASE, FINITE, NOUN, SUBORDINATORS, is_verb, main_verbs, parts_of
from summarizer.language.words import content, normalise, tokens
from summarizer.summarize.phrases import phrases
from summarizer.summarize.phrases import words as list_words

MIN_CONTENT_WORDS = 3  # of a statement
MIN_ALONE_WORDS = 4  # content words of a statement that stands alone
SHARED = 0.7  # share of the content words of the shorter statement that makes it a repetition

_OPENING = phrases("opening", anywhere=False)
# "It is important to measure first." has no reference; "it is slow" has.
_EXPLETIVE = phrases("expletive", anywhere=False)
_PRONOUN = re.compile(r"(?i)^(?:he|she|they|it|him|her|them|he's|she's|they're|they've|it's|it'll|they'll|that'll)\b")
_DEMONSTRATIVE = re.compile(r"(?i)^(?:this|that|these|those)(?:'s|'ll|'d)?\b")
_ABOUT_THE_TALK = phrases("about_the_talk")
_INSTRUCTION = phrases("instruction")
_VAGUE = phrases("vague")
_FILLER = phrases("filler")
_HOUSEKEEPING = phrases("housekeeping")
_ANNOUNCEMENT = phrases("announcement")
_UNFINISHED = phrases("unfinished")
# Words that make the end of a clause open when nothing follows, although they can end a sentence.
_MAY_END = list_words("last_words")
_CONTEXT = phrases("context", anywhere=False)
# An order, a condition or an example is no statement of what the talk is about.
_NO_STATEMENT = phrases("no_statement", anywhere=False)
_REFERENCE = phrases("reference")
_QUESTION_WORDS = frozenset("how what why where when who which".split())
_ASKING_VERBS = frozenset("is are was were do does did can could will would should have has am".split())
_ASKED_SUBJECTS = frozenset(
    "i you we they he she it there this that the these those any anyone anybody your my a an people".split()
)
_ASKS = phrases("asks")
_PERSONS = frozenset("i we you they he she it".split())
_SUBJECTS = frozenset("i you we they he she it that this there what".split())
_LINKS = SUBORDINATORS | frozenset("and but or so , ; : as then to before after like".split())
# Verbs that a clause can follow without a conjunction: "I think we need".
_TAKES_CLAUSE = list_words("clause_verbs")


def find_fault(text: str) -> str:
    """Return why a text is not a good statement; empty when it is one. The reason is a fixed phrase."""
    words = [normalise(word) for word in tokens(text)]
    if "..." in text or "…" in text:
        return "an ellipsis"
    if len({word for word in content(text) if len(word) > 2}) < MIN_CONTENT_WORDS:
        return "too few content words"
    if _INSTRUCTION.search(text):
        return "words of instructions"
    if _ABOUT_THE_TALK.search(text):
        return "about the talk instead of its subject"
    if asks(text):
        return "a question"
    if _OPENING.match(text):
        return "a dangling opening"
    if _is_dangling(text, words):
        return "a dangling pronoun"
    if _FILLER.search(text):
        return "a filler"
    if is_housekeeping(text):
        return "housekeeping"
    if (words[-1] in NOT_LAST_WORDS | SELDOM_LAST_WORDS and words[-1] not in _MAY_END) or any(
        match.end() == len(text.rstrip(".!")) for match in _UNFINISHED.finditer(text)
    ):
        return "an open end"
    if words[0] in _ASKING_VERBS | {"been", "being", "be"} and not _is_imperative(words):
        return "no subject"
    if len(words) > 1 and parts_of(words[0]) == ADJECTIVE and words[1].partition("'")[0] in _SUBJECTS:
        return "no main clause"
    if not main_verbs(words) and not _is_imperative(words):
        return "no main clause"
    return ""


def stands_alone(text: str) -> bool:
    """Return whether a good statement can be understood without the sentences around it, as a TL;DR must be."""
    if find_fault(text) or _CONTEXT.match(text) or len(set(content(text))) < MIN_ALONE_WORDS:
        return False
    if announces(text) or runs_on(text) or _NO_STATEMENT.match(text):
        return False
    reference = _REFERENCE.search(text)
    return reference is None or len(content(text[: reference.start()])) >= 2


def repeats(text: str, earlier: Iterable[str]) -> bool:
    """Return whether a text shares most of its content words with an earlier one."""
    own = set(content(text))
    for other in map(set, map(content, earlier)):
        if own and other and len(own & other) >= SHARED * min(len(own), len(other)):
            return True
    return False


def asks(text: str) -> bool:
    """Return whether a text is a question, by its question mark or by the order of its words: "how do we"."""
    if text.rstrip("\"')”’ ").endswith("?"):
        return True
    if _ASKS.search(text):
        return True
    words = [normalise(word) for word in tokens(text)]
    if not words:
        return False
    if words[0] in _ASKING_VERBS and words[1:2] and words[1] in _ASKED_SUBJECTS:
        return True
    if words[0] in {"what's", "who's", "how's", "where's"}:
        return True
    pairs = pairwise(words[1:5])
    return words[0] in _QUESTION_WORDS and (
        any(word in _ASKING_VERBS and after in _ASKED_SUBJECTS for word, after in pairs)
        or words[1:2] in (["about"], ["if"])
        or (words[0] in {"what", "who"} and words[1:2] != [] and words[1] in {"is", "are"} and len(words) < 8)
    )


def is_housekeeping(text: str) -> bool:
    """Return whether a text is a greeting, thanks, advertising, or about the room, the slides or the speaker."""
    return bool(_HOUSEKEEPING.search(text))


def _is_dangling(text: str, words: list[str]) -> bool:
    """Return whether the subject is a pronoun that refers to an earlier sentence."""
    if _PRONOUN.match(text):
        return not _EXPLETIVE.match(text)
    if _DEMONSTRATIVE.match(text):
        return (
            len(words) < 2
            or "'" in words[0]
            or is_verb(words[1])
            or not {NOUN, ADJECTIVE} & set(parts_of(words[1])[:2])
        )
    return False


def announces(text: str) -> bool:
    """Return whether a text announces what comes next or refers to what is shown: "now we will look at the demo"."""
    return bool(_ANNOUNCEMENT.search(text))


def is_vague(text: str) -> bool:
    """Return whether a text has a pronoun or another word in place of a noun: "it", "something", "you"."""
    return bool(_VAGUE.search(text))


def runs_on(text: str) -> bool:
    """Return whether a second main clause begins without a comma, a conjunction or a verb of saying before it.

    It indicates a missing full stop: "the disk was slow the cluster has nine nodes", "we changed it we moved on".
    """
    words = [normalise(word) for word in re.findall(r"[^\W_]+(?:[.'’+-][^\W_]+)*|[,;:]", text)]
    verbs = main_verbs(words)
    for first, second in pairwise(verbs):
        if _TAKES_CLAUSE & set(words[max(0, first - 1) : second]):
            continue
        if second - first > 1 and not _LINKS & set(words[first + 1 : second]):
            return True
        subject = second if words[second].partition("'")[0] in _PERSONS else second - 1
        if words[subject].partition("'")[0] in _PERSONS and words[subject - 1] not in _LINKS:
            return True
    return False


def _is_imperative(words: Sequence[str]) -> bool:
    """Return whether a text begins with a verb in its base form: "measure first"."""
    first = words[1] if words[0] in {"please", "always", "never", "don't", "just"} and len(words) > 1 else words[0]
    return BASE in parts_of(first)[:2] and parts_of(first)[0] in (BASE, FINITE)
