"""Find claims that contradict their source: a dropped or added negation, or an opposite such as "faster" for "slower".

There are two rules for negations. A claim that repeats a passage of the talk nearly word for word must have as many
negations as that passage. In any other claim, a negation applies to the next few words, up to the end of the clause
(the scope heuristic of Chapman et al. 2001, NegEx). Such a claim contradicts its source when a word is negated in every
place where the cited segments contain it and is not negated in the claim, or the other way round. Only words are
compared: irony, double negation and negation by a verb ("failed to") are not detected.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from summarizer.evidence.opposites import list_opposites
from summarizer.language.function_words import AUXILIARIES, CLAUSE_LINKS, NEGATIONS, NOT_NEGATED
from summarizer.language.words import stem

SCOPE_WORDS = 1  # words after a negation that it surely negates; captions do not tell how much further it applies
REPEATED_SHARE = 0.8  # share of a claim's words that must match a passage for the claim to count as repeating it
MAX_LENGTH_RATIO = 1.3  # how much longer than the claim the passage may be
_NO_NEGATION = (["just"], ["only"], ["necessarily"], ["least"])  # "not just code" means code and more
# Punctuation marks are separate tokens here, unlike in `language.words`: a negation applies only up to the next one.
_SCOPE_ENDS = CLAUSE_LINKS | frozenset(".,;:?!") | {"that"}


def find_contradiction(claim: str, source: str) -> str:
    """Return why a claim contradicts its source, naming the word; empty when it does not."""
    claim_tokens, source_tokens = _tokenize(claim), _tokenize(source)
    source_stems = {stem(token) for token in source_tokens}
    for token in claim_tokens:
        opposites = list_opposites(token) & source_stems
        if stem(token) not in source_stems and opposites:
            return f"the cited segments say {min(opposites)}, not {token}"
    claim_words = _drop_stutters(claim_tokens)
    passage = _find_repeated_passage(claim_words, _drop_stutters(source_tokens))
    if passage:
        in_claim, in_passage = _count_negations(claim_words), _count_negations(passage)
        if in_claim == in_passage:
            return ""
        return (
            "it is negated in the cited segments"
            if in_passage > in_claim
            else "it is not negated in the cited segments"
        )
    return _compare_negated_words(claim_tokens, source_tokens)


def _find_repeated_passage(words: Sequence[str], spoken: Sequence[str]) -> Sequence[str]:
    """Return the passage of the talk that a claim repeats nearly word for word; empty when there is none."""
    blocks = difflib.SequenceMatcher(None, spoken, words, autojunk=False).get_matching_blocks()
    if not words or sum(block.size for block in blocks) < REPEATED_SHARE * len(words):
        return ()
    end = blocks[-2].a + blocks[-2].size  # the last block is always empty
    if words[-1] in AUXILIARIES and spoken[end : end + 1] == ["not"]:  # "until they were" of "until they weren't"
        end += 1
    passage = spoken[blocks[0].a : end]
    return passage if len(passage) <= MAX_LENGTH_RATIO * len(words) else ()


def _count_negations(words: Sequence[str]) -> int:
    return sum(_is_negation(words, i) for i in range(len(words)))


def _is_negation(words: Sequence[str], at: int) -> bool:
    return words[at] in NEGATIONS and list(words[at + 1 : at + 2]) not in _NO_NEGATION


def _drop_stutters(tokens: Sequence[str]) -> list[str]:
    """Drop punctuation, and repetitions of one or two words as in "I don't don't"."""
    words: list[str] = []
    for token in tokens:
        if token.isalnum():
            words.append(token)
            for size in (1, 2):
                if len(words) >= 2 * size and words[-size:] == words[-2 * size : -size]:
                    del words[-size:]
    return words


def _compare_negated_words(claim_tokens: Sequence[str], source_tokens: Sequence[str]) -> str:
    """Compare which words are negated, for a claim that does not repeat the talk; return the difference or nothing."""
    in_claim, in_source = _find_negated(claim_tokens, SCOPE_WORDS), _find_negated(source_tokens, SCOPE_WORDS)
    for word, negated in in_claim.items():
        if word in in_source and len(in_source[word]) == 1 and len(negated) == 1 and in_source[word] != negated:
            return f"{word} is {'not ' if in_source[word] == {False} else ''}negated in the cited segments"
    negates_source = any(True in negated for negated in in_source.values())
    if not negates_source and any(negated == {True} for negated in in_claim.values()):
        return "the cited segments contain no negation"
    return ""


def _tokenize(text: str) -> list[str]:
    """Split into lower-case words and punctuation marks; "don't" becomes "do", "not"."""
    text = text.lower().replace("’", "'")
    text = re.sub(r"\bcan't\b|\bcannot\b", "can not", text)
    text = re.sub(r"\bwon't\b", "will not", text)
    text = re.sub(r"n't\b", " not", text)
    text = re.sub(r"\binstead of\b|\brather than\b", "not", text)
    return re.findall(r"[^\W_]+(?:['-][^\W_]+)*|[.,;:?!]", text)


def _find_negated(tokens: Sequence[str], scope: int) -> dict[str, set[bool]]:
    """Map each stem to whether it is negated, over all places where that can be decided: within `scope` words."""
    negated: dict[str, set[bool]] = {}
    distance: int | None = None  # words since the negation of the current clause; None without a negation
    for i, token in enumerate(tokens):
        if _is_negation(tokens, i):
            distance = 0
        elif token in _SCOPE_ENDS:
            distance = None
        elif token not in NOT_NEGATED and token.isalnum():
            if distance is None or distance < scope:  # further away in the clause it cannot be decided
                negated.setdefault(stem(token), set()).add(distance is not None)
            distance = None if distance is None else distance + 1
    return negated
