"""Correct misheard names: "cube control" becomes kubectl, and "Dapper" becomes Dapr in a talk about Dapr.

Recognisers replace names that they do not know by words that they know. The glossary lists such misheard forms, and
this module replaces them by the names. A form that is also ordinary speech is replaced only in the context of the name.
The original transcript is not changed, and every correction is listed with its time, so that it can be verified.

In addition to the listed forms, a word that is not in the English dictionary and sounds like a name in the title or
the description is replaced by that name (Metaphone: Philips 1990, and edit distance).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from summarizer.glossary.mentions import find_mentions
from summarizer.glossary.rewrite import Span, get_text, replace
from summarizer.language.terms import ENDINGS, Glossary, Term
from summarizer.language.words import WORD_PATTERN, normalise, words
from summarizer.records import Corrected, Correction, Segment, Source, Transcript

NEAR_WORDS, UNLESS_WORDS = 6, 3  # words on either side that are searched for `Term.near` and `Term.unless`
MIN_CERTAIN = 3  # occurrences in a certain form that make a name a subject of the talk
MAX_GAP = 1.0  # seconds between two segments that a name may span
MIN_SIMILARITY = 0.7  # of the letters of a word that sounds like an announced name
_BETWEEN = re.compile(r"[\s/-]*")


@dataclass(frozen=True)
class _Token:
    """A word and its position: the id of its segment, and the characters `start` to `end` in its text."""

    segment: int
    start: int
    end: int
    word: str


@dataclass(frozen=True)
class _Change:
    """Tokens `first` to `last` are to be replaced by the name `text`; `why` is an explanation for people."""

    first: int
    last: int
    text: str
    why: str


def correct(transcript: Transcript, source: Source, glossary: Glossary, *, on: bool = True) -> Corrected:
    """Return a corrected transcript, the corrections in order of time, and the projects that the talk mentions.

    Segments keep their ids and times. A name that spans two segments is written into the first one. Nothing is changed
    when `on` is false, or in segments in another language, because the misheard forms are English.
    """
    english = on and transcript.language in {"en", "und"}
    spoken = [segment for segment in transcript.segments if english and segment.language in {None, "en"}]
    tokens = [token for segment in spoken for token in _tokenize(segment)]
    segments = list(transcript.segments)
    corrections: list[Correction] = []
    for change in reversed(list(_Finder(tokens, transcript, source, glossary).find_changes())):
        first, last = tokens[change.first], tokens[change.last]
        span = Span(first.segment, first.start, last.segment, last.end)
        before = get_text(segments, span)
        if replace(segments, span, change.text):
            time = segments[first.segment].start
            corrections.append(
                Correction(segment=first.segment, time=time, before=before, after=change.text, why=change.why)
            )
    corrected = transcript.model_copy(update={"segments": tuple(segments)})
    return Corrected(
        transcript=corrected,
        corrections=tuple(reversed(corrections)),
        projects=find_mentions(corrected, source, glossary),
    )


def _tokenize(segment: Segment) -> Iterator[_Token]:
    for match in WORD_PATTERN.finditer(segment.text):
        yield _Token(segment.id, match.start(), match.end(), normalise(match[0]))


class _Finder:
    """Finds the changes of one talk, from its words and its metadata."""

    def __init__(self, tokens: Sequence[_Token], transcript: Transcript, source: Source, glossary: Glossary) -> None:
        self.tokens, self.transcript, self.glossary = tokens, transcript, glossary
        self.announced = find_announced(source, glossary)
        self.rare = {term.name for term in glossary.terms if term.kind != "term" and not term.everyday}
        self.occurrences: Counter[str] = Counter()  # of each name, in any form
        self.certain = self._count_names()  # occurrences in certain forms
        self.described = set(words(f"{source.title} {source.description} {' '.join(source.speakers)}"))

    def find_changes(self) -> Iterator[_Change]:
        """Yield all changes from left to right; the longest form has priority."""
        at = 0
        while at < len(self.tokens):
            change = self._match_form(at) or self._match_sound(at)
            if change and change.text != self._get_text(change.first, change.last):
                yield change
            at = change.last + 1 if change else at + 1

    def _match_form(self, at: int) -> _Change | None:
        """Return a change when a form of the glossary begins at a token and means its name there."""
        for length, ending, term, sure in self._find_candidates(at):
            last = at + length - 1
            why = "the glossary contains this form" if sure else self._find_context(term, at, last)
            if not why or not self._are_adjacent(at, last):
                continue
            text = self._get_text(at, last)
            name = term.name + ("" if ending == "s" and term.name.endswith("s") else ending)
            if name.islower() and text == name[:1].upper() + name[1:]:
                name = text  # it may begin a sentence
            return _Change(at, last, name, why)
        return None

    def _find_candidates(self, at: int) -> list[tuple[int, str, Term, bool]]:
        """Return (words, ending, term, sure) of forms that begin at a token; longest and without an ending first."""
        candidates: list[tuple[int, str, Term, bool]] = []
        for parts, meanings in self.glossary.forms.get(self.tokens[at].word, ()):
            spoken = [token.word for token in self.tokens[at : at + len(parts)]]
            if len(spoken) < len(parts) or spoken[:-1] != list(parts[:-1]) or not spoken[-1].startswith(parts[-1]):
                continue
            ending = spoken[-1][len(parts[-1]) :]
            if ending in ("", *ENDINGS):
                candidates += [(len(parts), ending, term, sure) for term, sure in meanings if sure or ending != "s"]
        return sorted(candidates, key=lambda candidate: (-candidate[0], len(candidate[1])))

    def _find_context(self, term: Term, first: int, last: int) -> str:
        """Return why an uncertain form means the name here; empty when there is no evidence."""
        if self.transcript.kind == "human":
            return ""  # people who write captions distinguish a name from an ordinary word
        near = self._get_words_around(first, last, NEAR_WORDS)
        if term.unless & set(self._get_words_around(first, last, UNLESS_WORDS)):
            return ""
        for name in (term.name, *term.companions):
            if place := self.announced.get(name):
                if self._is_weak(term, name):
                    continue
                return f"{place} contains {name}"
            if self.certain[name] >= MIN_CERTAIN:
                return f"the talk contains {name} {self.certain[name]} times"
        context = next((word for word in near if word in term.near), "")
        return f"the word {context} is nearby" if context else ""

    def _is_weak(self, term: Term, name: str) -> bool:
        """Return whether an everyday word is capitalised in the title, but rare in the talk: it may not be a name."""
        return term.everyday and self.announced[name] == "the title" and self.occurrences[name] < MIN_CERTAIN

    def _count_names(self) -> Counter[str]:
        """Count the occurrences of each name in `occurrences`, and return the number of those in certain forms."""
        certain: Counter[str] = Counter()
        for at in range(len(self.tokens)):
            for length, _, term, sure in self._find_candidates(at):
                if self._are_adjacent(at, at + length - 1):
                    self.occurrences[term.name] += 1
                    certain[term.name] += sure
        return certain

    def _match_sound(self, at: int) -> _Change | None:
        """Return a change when a word is not in the dictionary and sounds like exactly one announced name."""
        word = self.tokens[at].word
        if self.transcript.kind == "human" or len(word) < 5 or not word.isalpha() or word in self.described:
            return None
        names = [name for name in self.announced if name in self.rare and _sounds_alike(word, name)]
        if len(names) != 1 or not _is_unknown(word) or not self._are_adjacent(at, at) or word in self.glossary.forms:
            return None
        return _Change(at, at, names[0], f"it sounds like {names[0]}, which is in {self.announced[names[0]]}")

    def _get_words_around(self, first: int, last: int, reach: int) -> list[str]:
        tokens = [*self.tokens[max(0, first - reach) : first], *self.tokens[last + 1 : last + 1 + reach]]
        return [token.word for token in tokens]

    def _get_text(self, first: int, last: int) -> str:
        start, end = self.tokens[first], self.tokens[last]
        return get_text(list(self.transcript.segments), Span(start.segment, start.start, end.segment, end.end))

    def _are_adjacent(self, first: int, last: int) -> bool:
        """Return whether only spaces, hyphens and slashes separate the tokens, and no URL or path surrounds them."""
        segments = self.transcript.segments
        for token, following in zip(self.tokens[first:last], self.tokens[first + 1 : last + 1], strict=True):
            if token.segment == following.segment:
                if not _BETWEEN.fullmatch(segments[token.segment].text[token.end : following.start]):
                    return False
                continue
            left, right = segments[token.segment], segments[following.segment]
            between = left.text[token.end :] + right.text[: following.start]
            near = right.start - left.end <= MAX_GAP and left.speaker == right.speaker
            if not near or following.segment != token.segment + 1 or between.strip():
                return False
        start, end = self.tokens[first], self.tokens[last]
        before = segments[start.segment].text[: start.start][-1:]
        after = segments[end.segment].text[end.end :][:1]
        return before not in {"/", "@", "_", "\\", "#"} and after not in {"/", "@", "_", "\\"}


def find_announced(source: Source, glossary: Glossary) -> dict[str, str]:
    """Return the names in the title, the description or its links, each with the place: "the title", "a link", ...

    An everyday word must be capitalised, and in the description it must not be the first word of a sentence.
    """
    description = re.sub(r"https?://\S+", " ", source.description)
    links = words(" ".join(re.findall(r"https?://\S+", source.description)).replace(".", " "))
    places = {term.name: "a link" for term, _ in glossary.find_names(links) if len(term.name) > 3}
    for text, place in ((source.title, "the title"), (description, "the description")):
        tokens = list(WORD_PATTERN.finditer(text))
        for term, at in glossary.find_names([token[0].lower() for token in tokens]):
            start = tokens[at].start()
            inside = place == "the title" or _is_inside_sentence(text, start)
            if not term.everyday or (inside and text.startswith(term.name, start)):
                places[term.name] = place
    return places


def _is_inside_sentence(text: str, at: int) -> bool:
    """Return whether a position is not the start of a sentence."""
    before = text[:at].rstrip()
    return bool(before) and before[-1] not in ".!?:;-•*\n"


def _sounds_alike(word: str, name: str) -> bool:
    """Return whether two words have nearly the same sound and spelling."""
    import jellyfish
    from rapidfuzz.distance import Levenshtein

    joined_name = "".join(words(name))
    if (
        len(joined_name) < 5
        or word[0] != joined_name[0]
        or abs(len(word) - len(joined_name)) > 3
        or word.rstrip("s") == joined_name.rstrip("s")
    ):
        return False
    sounds = jellyfish.metaphone(word), jellyfish.metaphone(joined_name)
    max_distance = 1 if len(sounds[1]) > 3 else 0
    similarity = Levenshtein.normalized_similarity(word, joined_name)
    return similarity >= MIN_SIMILARITY and Levenshtein.distance(*sounds) <= max_distance


@cache
def _is_unknown(word: str) -> bool:
    """Return whether a word is not in the dictionary; this is checked last, because loading it takes 0.2 s."""
    return word not in _load_dictionary()


@cache
def _load_dictionary() -> frozenset[str]:
    from spellchecker import SpellChecker

    return frozenset(SpellChecker(distance=1).word_frequency.dictionary)
