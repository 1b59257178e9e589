"""What the talk must say beside a statement: that something was decided, who does it, that a command was said."""

from __future__ import annotations

import re
from collections.abc import Sequence

from summarizer.language.frequency import rarity
from summarizer.language.function_words import STOP_WORDS, UNNAMED_PERSONS
from summarizer.language.parts import NOUN, parts_of
from summarizer.language.words import stem, tokens, word_parts
from summarizer.records import Segment, Transcript

CUE_REACH, CUE_CHARACTERS = 4, 30  # words or characters between a word of running and a command
NAME_RARITY = 16.0  # bits; a word as rare in talks as this, or rarer, may be the name of a person
_DECIDING = re.compile(
    r"\b(?:we|they|everyone|everybody|committee|group|board|team)(?:'ve| have|'re| are| had)?(?: all| now| just| also)?"
    r" (?:agreed?d?|decided?|approved?|voted?|resolved|settled|chose|accepted|rejected|concluded)\b"
    r"|\b(?:agreed|decided|voted) (?:to|that|on|not|against|for)\b|\b(?:decision|consensus|resolution) (?:is|was|to|that|on)\b"
    r"|\bmotion (?:is |was )?(?:passes|passed|carried|carries|approved)\b|\blet's (?:go with|do that|agree|settle)\b"
    r"|\bwe(?:'ll| will) (?:go with|go ahead|keep|adopt|drop|postpone)\b|\b(?:it is|it's|that's|is|was|been) (?:agreed|decided|approved|settled|final)\b"
    r"|\b(?:no objections?|all in favou?r|lazy consensus|any objections)\b|\bI(?:'d| would) (?:call|declare) (?:it|that) (?:agreed|decided)\b",
    re.IGNORECASE,
)
_NOT_DECIDED = re.compile(
    r"\b(?:not|n't|never|before we|until we|haven't|hasn't|if we|whether we|should we)(?: have| yet| been| all)? "
    r"(?:agree|decid|approv|vot|settl|chosen)\w*",
    re.IGNORECASE,
)
_TAKING = re.compile(
    r"\b(?:i|we|you|he|she|they|\w+)(?:'ll| will| can| could| should| would| is going to| are going to)\b|\baction item\b"
    r"|\bassign\w*|\bowns?\b|\bvolunteer\w*|\btake (?:that|it|this|care)\b",
    re.IGNORECASE,
)
# What is no name although it is rare in talks: cue words, roles and groups.
_NO_NAMES = UNNAMED_PERSONS | frozenset(
    "speaker presenter host moderator audience everyone everybody anyone all team group community committee maintainer "
    "maintainers developer developers engineer engineers user users company unknown nobody none n/a na tbd owner person "
    "people someone somebody he she it me us them him her myself himself herself themselves".split()
)
# Words before a command that say that it is typed.
_RUNNING = re.compile(
    r"\b(?:use|using|run|runs|running|ran|typ(?:e|es|ing|ed)|execut(?:e|es|ing|ed)|command|commands|terminal|shell|cli|enter)\b",
    re.IGNORECASE,
)
# Spoken names of signs. A sign inside a word ("-n", "./x", "a=b") need not be said, one with a meaning of its own must.
_SIGN_NAMES = {
    "|": ("pipe", "piped"),
    "&": ("ampersand", "and"),
    ";": ("semicolon",),
    ">": ("greater", "redirect", "into", "angle"),
    "<": ("less", "redirect", "from", "angle"),
    "$": ("dollar",),
    "*": ("star", "asterisk", "wildcard", "all"),
    "~": ("tilde", "home"),
    "`": ("backtick", "backticks"),
    "!": ("bang", "exclamation"),
    "(": ("parenthesis", "paren", "bracket"),
    ")": ("parenthesis", "paren", "bracket"),
    "{": ("brace", "curly"),
    "}": ("brace", "curly"),
    "\\": ("backslash",),
    "/": ("slash", "root"),
    "?": ("question",),
    "#": ("hash", "pound"),
}
_SPOKEN_SIGNS = frozenset(
    "dash minus hyphen slash dot period colon space underscore equals equal quote quotes double single".split()
)


def is_decided(segments: Sequence[Segment]) -> bool:
    """Return whether the segments have words of deciding: "we agreed to", "let's go with"."""
    text = " ".join(segment.text for segment in segments).replace("’", "'")
    return any(not _NOT_DECIDED.search(text, max(0, m.start() - 25), m.end()) for m in _DECIDING.finditer(text))


def find_owner_problem(name: str, segments: Sequence[Segment], transcript: Transcript) -> str:
    """Return why a text is not the name of somebody who is named in the segments; empty when it is one."""
    words = [word.lower() for word in tokens(name)]
    spoken = {word for segment in segments for word in map(str.lower, tokens(segment.text))}
    speakers = {word for segment in segments for word in map(str.lower, tokens(segment.speaker or ""))}
    if not words or not set(words) <= spoken | speakers:
        return f"{name} is not named in the cited segments"
    if set(words) <= speakers:
        return ""
    cased = any(word[0].isupper() for segment in transcript.segments for word in tokens(segment.text)[1:])
    written = {word for segment in segments for word in tokens(segment.text)}
    named = {word.lower() for word in written if word[0].isupper()} if cased else spoken
    if len(words) > 4 or not all(word in named and _may_be_name(word, cased) for word in words):
        return f"{name} is not a name in the cited segments"
    text = " ".join(segment.text for segment in segments)
    return "" if _TAKING.search(text) else f"{name} takes nothing on in the cited segments"


def _may_be_name(word: str, cased: bool) -> bool:
    """Return whether a word may be the name of a person; without capitals, only a rare word may."""
    if word in _NO_NAMES or not word[0].isalpha():
        return False
    if cased:
        return NOUN in parts_of(word) or rarity(stem(word)) >= NAME_RARITY
    return rarity(stem(word)) >= NAME_RARITY and NOUN in parts_of(word)


def find_command_problem(command: str, segments: Sequence[Segment]) -> str:
    """Return why a command was not said as a command; empty when it was, or when there is none."""
    if not command.strip():
        return ""
    text = " ".join(segment.text for segment in segments)
    spoken = word_parts(text)
    if command.strip() in text and _is_typed(text, command):
        return ""
    words = word_parts(command)
    if not words:
        return "its command is not in the cited segments"
    at = _find_words(words, spoken)
    if at < 0:
        return "its command is not in the cited segments"
    for sign in _list_telling_signs(command):
        names = _SIGN_NAMES.get(sign, ())
        if sign not in text and not set(names) & set(spoken):
            return f"nobody says {sign!r} in the cited segments"
    return "" if _is_run(words, spoken, at) else "nobody runs its command in the cited segments"


def _is_run(words: Sequence[str], spoken: Sequence[str], at: int) -> bool:
    """Return whether a word of running stands shortly before the command."""
    before = " ".join(spoken[max(0, at - CUE_REACH) : at])
    return bool(_RUNNING.search(before)) and words[0] not in STOP_WORDS


def _is_typed(text: str, command: str) -> bool:
    at = text.find(command.strip())
    before = text[max(0, at - CUE_CHARACTERS) : at]
    alone = not text[max(0, at - 1) : at].isalnum() and not text[at + len(command.strip()) :][:1].isalnum()
    return alone and bool(_RUNNING.search(before)) and bool(word_parts(command))


def _list_telling_signs(command: str) -> list[str]:
    """Return the signs of a command that must be said: operators, and signs that stand alone."""
    operators = [char for char in command if char in "|&;<>$*~`!(){}\\?#"]
    alone = [char for part in command.split() if not word_parts(part) for char in part if char in "/\\"]
    return list(dict.fromkeys([*operators, *alone]))


def _find_words(words: Sequence[str], spoken: Sequence[str]) -> int:
    """Return where the words are said one after the other, whole, with names of signs between; -1 if nowhere."""
    target = "".join(words)
    for start in range(len(spoken)):
        joined = ""
        for word in spoken[start:]:
            if word in _SPOKEN_SIGNS and not target.startswith(joined + word):
                if not joined:
                    break
                continue
            joined += word
            if joined == target:
                return start
            if not target.startswith(joined):
                break
    return -1
