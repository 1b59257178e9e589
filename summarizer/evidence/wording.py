"""Check that a statement says something, and that the passage says its words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import pairwise

from summarizer.evidence.alignment import Alignment
from summarizer.evidence.qualifiers import BOUNDING_WORDS
from summarizer.evidence.tokens import Token, tokenize
from summarizer.language.forms import root
from summarizer.language.frequency import rarity
from summarizer.language.numbers import quantities
from summarizer.language.plain import list_scripts
from summarizer.language.words import content, stem, word_parts

MIN_CONTENT = 2  # content words or numbers of a statement
MAX_HEADING = 2  # words; one of them is sufficient for so short a text
MAX_ADDED = 0.2  # general words that a statement may add, as a share of its content words
MIN_NAME_SIMILARITY = 0.85  # of two spellings of one name
ABBREVIATED = range(2, 5)  # letters of an abbreviation: "ml", "slo"
RARE = 14.0  # bits; a word that may be a misheard name
MIN_SHARE = 0.75  # share of the words, in languages without lists of function words and forms
MIN_PAIRS = 0.5  # share of the neighbouring characters, in scripts without spaces
_LIGHT_HEADING = "# Of these, a statement may add a few: they say nothing of their own about what happens."
_NOT_COUNTED = frozenset("shall also although though unless".split())
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_BLANK = re.compile(r"\.\.\.|…|^\W*[\[<{(][^\]>})]*[\]>})]\W*$|<\w+>|\{\w*\}|_{3,}")
_ADDRESS = re.compile(
    r"(?i)\b[a-z][a-z0-9+.-]*://|\bwww\.|\bmailto:|[\w.+-]+@[\w-]+\.\w|\b(?:[\w-]+\.)+[a-z]{2,}/\w"
    r"|\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|info|biz|xyz|ru|cn|app|example|link|site|online|top|club|me|co|ai|sh)\b"
)
_APART = re.compile(r"(?<![^\W_])[^\W_](?:[\W_]+[^\W_](?![^\W_])){2,}")  # "n o t", "n_o_t"


@cache
def _read_general_words() -> tuple[frozenset[str], frozenset[str]]:
    """Return the roots of the words that say nothing about a subject, and of those that a statement may add."""
    text = resources.files("summarizer.language").joinpath("general_words.txt").read_text(encoding="utf-8")
    general, light = (
        {root(word) for line in part.splitlines() if not line.startswith("#") for word in line.split()}
        for part in text.split(_LIGHT_HEADING)
    )
    return frozenset(general | light), frozenset(light)


def is_general(token: Token) -> bool:
    """Return whether a word says nothing about a subject."""
    return token.root in _read_general_words()[0]


def may_be_added(token: Token) -> bool:
    """Return whether a statement may have a word that nobody said."""
    return token.root in _read_general_words()[1]


def find_emptiness(text: str, english: bool) -> str:
    """Return why a text is no statement at all, whatever is said; empty when it is one."""
    if _BLANK.search(text) or not any(map(str.isalnum, text)):
        return "it says nothing"
    if not english:
        return "" if word_parts(text) else "it says nothing"
    telling = [token for token in tokenize(text) if token.content or token.number]
    words = [token for token in tokenize(text) if token.root]
    special = {token.root for token in telling if not token.number and not is_general(token)}
    special |= {item.text for item in quantities(text) if item.dimension or "." in item.text}  # not that of "Note 3"
    if not special or len({token.root for token in telling}) < (MIN_CONTENT if len(words) > MAX_HEADING else 1):
        return "it says nothing"
    return ""


def find_foreign(text: str, spoken: str, talk_scripts: frozenset[str]) -> str:
    """Return what of a text cannot be compared with the talk: another script, letters set apart, an address."""
    if other := list_scripts(text) - talk_scripts:
        return f"the talk has no {min(other).split()[0].lower()} letters"
    for match in _APART.finditer(text):
        letters = word_parts(match[0])
        if not _follows(letters, word_parts(spoken)):
            return f"{match[0]!r} is not in the cited segments"
    address = _ADDRESS.search(text)
    if address:
        return "it has an address"
    return ""


def _follows(parts: Sequence[str], spoken: Sequence[str]) -> bool:
    joined = f" {' '.join(spoken)} "
    return f" {' '.join(parts)} " in joined


def find_missing_words(alignment: Alignment) -> str:
    """Return which content word of a statement the passage does not say; empty when it says them all."""
    claim = alignment.claim
    missing = [i for i in alignment.missing if not _is_left_out(claim[i]) and not _is_respelt(alignment, i)]
    if not missing:
        return ""
    said = [i for i in alignment.content if i not in missing]
    if not said:
        return f'"{claim[missing[0]].text}" is not in the cited segments'
    for i in missing:
        if not may_be_added(claim[i]) or i > said[-1]:
            return f'"{claim[i].text}" is not in the cited segments'
    if len(missing) > max(1, MAX_ADDED * len(alignment.content)):
        return f'"{claim[missing[0]].text}" is not in the cited segments'
    return ""


def _is_left_out(token: Token) -> bool:
    """Return whether other rules compare a word: those that bound a statement, and conjunctions."""
    return token.text in BOUNDING_WORDS or token.text in _NOT_COUNTED


def _is_respelt(alignment: Alignment, at: int) -> bool:
    """Return whether the passage has a word in another spelling, or the words that an abbreviation stands for."""
    word = alignment.claim[at].text
    spoken = alignment.passage.tokens
    if rarity(stem(word)) >= RARE:
        for size in (1, 2):
            for i in range(len(spoken) - size + 1):
                if is_similar("".join(token.text for token in spoken[i : i + size]), word):
                    return True
    return _is_abbreviation(alignment, at)


def _is_abbreviation(alignment: Alignment, at: int) -> bool:
    """Return whether the passage has the words that an abbreviation stands for, or the abbreviation for these words."""
    claim, spoken = alignment.claim, alignment.passage.tokens
    word = claim[at].text
    if len(word) in ABBREVIATED and rarity(stem(word)) >= RARE and _has_initials(spoken, word):
        return True
    said = {token.text.removesuffix("s") for token in spoken if token.content and len(token.text) <= ABBREVIATED[-1]}
    for size in ABBREVIATED:
        for first in range(max(0, at - size + 1), at + 1):
            run = claim[first : first + size]
            if len(run) == size and all(token.content for token in run) and "".join(t.text[0] for t in run) in said:
                return True
    return False


def _has_initials(spoken: Sequence[Token], word: str) -> bool:
    for first in range(len(spoken) - len(word) + 1):
        run = spoken[first : first + len(word)]
        if run[0].text[0] == word[0] and all(t.content and t.text[0] == c for t, c in zip(run, word, strict=True)):
            return True
    return False


def is_similar(spoken: str, name: str) -> bool:
    """Return whether two words are spellings of one name, as "graffana"."""
    close = len(name) > 5 and spoken[:1] == name[0] and abs(len(spoken) - len(name)) < 3
    return close and difflib.SequenceMatcher(None, spoken, name).ratio() >= MIN_NAME_SIMILARITY


def is_verbatim(alignment: Alignment) -> bool:
    """Return whether a statement repeats the passage word for word, but for fillers that were left out."""
    own = [token.root for token in alignment.claim if token.root]
    spoken = [token.root for token in alignment.passage.tokens if token.root]
    if f" {' '.join(own)} " in f" {' '.join(spoken)} ":
        return True
    blocks = [b for b in difflib.SequenceMatcher(None, spoken, own, autojunk=False).get_matching_blocks() if b.size]
    if sum(block.size for block in blocks) < len(own):
        return False
    skipped = [spoken[a.a + a.size : b.a] for a, b in pairwise(blocks)]
    return all(len(words) <= MAX_SKIPPED and not BOUNDING_WORDS & set(words) for words in skipped)


MAX_SKIPPED = 3  # words that a quote leaves out at one place


def find_missing_share(text: str, spoken: str) -> str:
    """Return why the passage does not say a text of a language without word lists; empty when it does."""
    if _UNSPACED.search(text):
        pairs = list(map("".join, pairwise(re.sub(r"\W+", "", text.lower()))))
        said = set(map("".join, pairwise(re.sub(r"\W+", "", spoken.lower()))))
        share, least = (sum(pair in said for pair in pairs) / len(pairs) if pairs else 0.0), MIN_PAIRS
    else:
        words = set(content(text)) or {stem(word) for word in word_parts(text)}
        said = {stem(word) for word in word_parts(spoken)} | set(content(spoken))
        share, least = (sum(word in said for word in words) / len(words) if words else 0.0), MIN_SHARE
    return f"only {share:.0%} of its words are in the cited segments" if share < least else ""
