"""Names put right: "cube control" to kubectl, "Dapper" in a talk about Dapr to Dapr.

Recognisers write down what they know. The glossary lists what they make of names they do not know; this stage puts the
names back, and is careful: a form that is also ordinary speech is changed only in the name's own context. The
transcript it was given stays as it is; every change is listed with its time, to be checked against the sound.

Beside the listed forms, a word that is no English word and sounds like a name of the title or the description is taken
for that name (Metaphone: Philips 1990, and edit distance).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from summarizer.glossary.mentions import mentions
from summarizer.glossary.rewrite import Span, replace, text_of
from summarizer.language.terms import ENDINGS, Glossary, Term
from summarizer.language.words import PARTED_WORD, normalise, words
from summarizer.records import Corrected, Correction, Segment, Source, Transcript

NEAR, UNLESS = 6, 3  # words to either side in which context is looked for
CERTAIN = 3  # times that a name is said in a form that is certain, to count as a subject of the talk
LONGEST_GAP = 1.0  # seconds between two segments that a name may span
SOUNDS_LIKE = 0.7  # least similarity of letters for a word that sounds like an announced name
_BETWEEN = re.compile(r"[\s/-]*")


@dataclass(frozen=True)
class _Token:
    """A word and where it stands: `segment` by id, characters `start` to `end` of its text."""

    segment: int
    start: int
    end: int
    word: str


@dataclass(frozen=True)
class _Change:
    """Tokens `first` to `last` mean a name, which is then written `text`; `why` is for people."""

    first: int
    last: int
    text: str
    why: str


def correct(transcript: Transcript, source: Source, glossary: Glossary, *, on: bool = True) -> Corrected:
    """A new transcript with the names put right, the changes in order of time, and the projects that the talk names.

    Segments keep their ids and times. A name that two segments share is written in the first of them. Nothing is
    changed when it is not `on`, or where another language than English is spoken: the misheard forms are English.
    """
    english = on and transcript.language in {"en", "und"}
    spoken = [segment for segment in transcript.segments if english and segment.language in {None, "en"}]
    tokens = [token for segment in spoken for token in _tokens(segment)]
    segments = list(transcript.segments)
    listed: list[Correction] = []
    for change in reversed(list(_Finder(tokens, transcript, source, glossary).changes())):
        first, last = tokens[change.first], tokens[change.last]
        span = Span(first.segment, first.start, last.segment, last.end)
        before = text_of(segments, span)
        if replace(segments, span, change.text):
            time = segments[first.segment].start
            listed.append(
                Correction(segment=first.segment, time=time, before=before, after=change.text, why=change.why)
            )
    corrected = transcript.model_copy(update={"segments": tuple(segments)})
    return Corrected(
        transcript=corrected,
        corrections=tuple(reversed(listed)),
        projects=mentions(corrected, source, glossary),
    )


def _tokens(segment: Segment) -> Iterator[_Token]:
    for match in PARTED_WORD.finditer(segment.text):
        yield _Token(segment.id, match.start(), match.end(), normalise(match[0]))


class _Finder:
    """Everything about one talk that decides whether a form means a name."""

    def __init__(self, tokens: Sequence[_Token], transcript: Transcript, source: Source, glossary: Glossary) -> None:
        self.tokens, self.transcript, self.glossary = tokens, transcript, glossary
        self.announced = announced(source, glossary)
        self.rare = {term.name for term in glossary.terms if term.kind != "term" and not term.everyday}
        self.certain = self._said_for_certain()
        self.described = set(words(f"{source.title} {source.description} {' '.join(source.speakers)}"))

    def changes(self) -> Iterator[_Change]:
        """Every place that should be written otherwise, left to right, longest form first."""
        at = 0
        while at < len(self.tokens):
            meant = self._listed(at) or self._alike(at)
            if meant and meant.text != self._written(meant.first, meant.last):
                yield meant
            at = meant.last + 1 if meant else at + 1

    def _listed(self, at: int) -> _Change | None:
        for length, ending, term, sure in self._candidates(at):
            last = at + length - 1
            why = "the glossary lists it" if sure else self._context(term, at, last)
            if not why or not self._together(at, last):
                continue
            written = self._written(at, last)
            name = term.name + ("" if ending == "s" and term.name.endswith("s") else ending)
            if name.islower() and written == name[:1].upper() + name[1:]:
                name = written  # it may begin a sentence
            return _Change(at, last, name, why)
        return None

    def _candidates(self, at: int) -> list[tuple[int, str, Term, bool]]:
        """(words, ending, term, sure) that could stand at a token: longest first, without an ending first."""
        found: list[tuple[int, str, Term, bool]] = []
        for parts, meanings in self.glossary.forms.get(self.tokens[at].word, ()):
            there = [token.word for token in self.tokens[at : at + len(parts)]]
            if len(there) < len(parts) or there[:-1] != list(parts[:-1]) or not there[-1].startswith(parts[-1]):
                continue
            ending = there[-1][len(parts[-1]) :]
            if ending in ("", *ENDINGS):
                found += [(len(parts), ending, term, sure) for term, sure in meanings if sure or ending != "s"]
        return sorted(found, key=lambda one: (-one[0], len(one[1])))

    def _context(self, term: Term, first: int, last: int) -> str:
        """What makes a doubtful form mean the name here; empty when nothing does."""
        if self.transcript.kind == "human":
            return ""  # people who write captions know what an ordinary word is
        around = self._around(first, last, NEAR)
        if term.unless & set(self._around(first, last, UNLESS)):
            return ""
        for name in (term.name, *term.companions):
            if where := self.announced.get(name):
                if self._weak(term, name):
                    continue
                return f"{where} names {name}"
            if self.certain[name] >= CERTAIN:
                return f"the talk says {name} {self.certain[name]} times"
        found = next((word for word in around if word in term.near), "")
        return f"{found} stands near" if found else ""

    def _weak(self, term: Term, name: str) -> bool:
        """An everyday word with a capital in a title is a name only if the talk comes back to it."""
        return term.everyday and self.announced[name] == "the title" and self.said[name] < CERTAIN

    def _said_for_certain(self) -> Counter[str]:
        certain: Counter[str] = Counter()
        self.said: Counter[str] = Counter()
        for at in range(len(self.tokens)):
            for length, _, term, sure in self._candidates(at):
                if self._together(at, at + length - 1):
                    self.said[term.name] += 1
                    certain[term.name] += sure
        return certain

    def _alike(self, at: int) -> _Change | None:
        """A word that is none, and sounds like exactly one announced name."""
        word = self.tokens[at].word
        if self.transcript.kind == "human" or len(word) < 5 or not word.isalpha() or word in self.described:
            return None
        names = [name for name in self.announced if name in self.rare and _alike(word, name)]
        if len(names) != 1 or not _unknown(word) or not self._together(at, at) or word in self.glossary.forms:
            return None
        return _Change(at, at, names[0], f"it sounds like {names[0]}, which {self.announced[names[0]]} names")

    def _around(self, first: int, last: int, reach: int) -> list[str]:
        tokens = [*self.tokens[max(0, first - reach) : first], *self.tokens[last + 1 : last + 1 + reach]]
        return [token.word for token in tokens]

    def _written(self, first: int, last: int) -> str:
        start, end = self.tokens[first], self.tokens[last]
        return text_of(list(self.transcript.segments), Span(start.segment, start.start, end.segment, end.end))

    def _together(self, first: int, last: int) -> bool:
        """Nothing but spaces, hyphens and slashes between the words, and no address or path around them."""
        segments = self.transcript.segments
        for one, two in zip(self.tokens[first:last], self.tokens[first + 1 : last + 1], strict=True):
            if one.segment == two.segment:
                if not _BETWEEN.fullmatch(segments[one.segment].text[one.end : two.start]):
                    return False
                continue
            left, right = segments[one.segment], segments[two.segment]
            between = left.text[one.end :] + right.text[: two.start]
            near = right.start - left.end <= LONGEST_GAP and left.speaker == right.speaker
            if not near or two.segment != one.segment + 1 or between.strip():
                return False
        start, end = self.tokens[first], self.tokens[last]
        before = segments[start.segment].text[: start.start][-1:]
        after = segments[end.segment].text[end.end :][:1]
        return before not in {"/", "@", "_", "\\", "#"} and after not in {"/", "@", "_", "\\"}


def announced(source: Source, glossary: Glossary) -> dict[str, str]:
    """Names that the title, the description or a link in it gives, with which of them does.

    An everyday word has to be written with its capital, and in the description not only because a sentence starts.
    """
    description = re.sub(r"https?://\S+", " ", source.description)
    links = words(" ".join(re.findall(r"https?://\S+", source.description)).replace(".", " "))
    found = {term.name: "a link" for term, _ in glossary.named(links) if len(term.name) > 3}
    for text, where in ((source.title, "the title"), (description, "the description")):
        tokens = list(PARTED_WORD.finditer(text))
        for term, at in glossary.named([token[0].lower() for token in tokens]):
            start = tokens[at].start()
            inside = where == "the title" or _inside(text, start)
            if not term.everyday or (inside and text.startswith(term.name, start)):
                found[term.name] = where
    return found


def _inside(text: str, at: int) -> bool:
    """Whether a position is not the start of a sentence."""
    before = text[:at].rstrip()
    return bool(before) and before[-1] not in ".!?:;-•*\n"


def _alike(word: str, name: str) -> bool:
    """Whether two words sound and look nearly the same."""
    import jellyfish
    from rapidfuzz.distance import Levenshtein

    other = "".join(words(name))
    if (
        len(other) < 5
        or word[0] != other[0]
        or abs(len(word) - len(other)) > 3
        or word.rstrip("s") == other.rstrip("s")
    ):
        return False
    sounds = jellyfish.metaphone(word), jellyfish.metaphone(other)
    return Levenshtein.normalized_similarity(word, other) >= SOUNDS_LIKE and Levenshtein.distance(*sounds) <= (
        1 if len(sounds[1]) > 3 else 0
    )


@cache
def _unknown(word: str) -> bool:
    """Whether the dictionary does not know a word; loading it takes a fifth of a second, so it is asked last."""
    return word not in _dictionary()


@cache
def _dictionary() -> frozenset[str]:
    from spellchecker import SpellChecker

    return frozenset(SpellChecker(distance=1).word_frequency.dictionary)
