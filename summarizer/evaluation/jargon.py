"""Names put right: how many that the programme gives are spelt right in the text, and how many changes are right.

The glossary was made by reading what captions make of names, in both halves of the talks. So the report half is
measured twice: with the glossary as it is, and without the misheard forms that only that half has, which is what to
expect of talks nobody has read.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Iterable, Sequence
from importlib import resources
from itertools import accumulate
from typing import NamedTuple

from summarizer.config import Config
from summarizer.evaluation.material import Half, Material, RealTalk
from summarizer.evaluation.report import Part, Row
from summarizer.glossary.correct import correct
from summarizer.language.matcher import term_pattern
from summarizer.language.terms import Glossary, packaged
from summarizer.language.words import words

SAMPLE, SEED = 100, 4


class Judged(NamedTuple):
    """A correction of a talk, as the labels name it."""

    talk: str
    word: int  # of the talk's text that it begins at
    before: str
    after: str

    @property
    def id(self) -> str:
        """Talk, word and the name put there, however the talk is cut into segments; the text stays where it is."""
        return f"{self.talk}:{self.word}:{self.after}"


def measure(material: Material, _config: Config) -> Part:
    """One table; see the module for what the halves mean."""
    glossary = packaged()
    rows: list[Row] = []
    for half in ("tune", "report"):
        talks = [talk for talk in material.talks if talk.half == half]
        rows += _spelling(talks, glossary, f"{half} half", "")
    unseen = without_forms_only_in(material.talks, "report", glossary)
    reported = [talk for talk in material.talks if talk.half == "report"]
    rows += _spelling(reported, unseen, "report half, unread", "without the misheard forms that only this half has")[1:]
    rows += _precision(material.talks, glossary)
    rows.append(_speed(material.talks, glossary))
    return Part(name="jargon", title="Names that recognition misheard, put right", rows=tuple(rows))


def _spelling(talks: Sequence[RealTalk], glossary: Glossary, label: str, note: str) -> list[Row]:
    """Share of (talk, announced project) whose exact spelling is in the text, before and after."""
    pairs = [(talk, name) for talk in talks for name in announced_projects(talk, glossary)]
    fixed = {talk.id: correct(talk.transcript, talk.source, glossary).transcript.text for talk in talks}
    before = [spelt_right(name, talk.text) for talk, name in pairs]
    after = [spelt_right(name, fixed[talk.id]) for talk, name in pairs]
    return [
        Row(name=f"announced projects spelt right, raw captions, {label}", figure=_share(before), n=len(pairs)),
        Row(name=f"announced projects spelt right, corrected, {label}", figure=_share(after), n=len(pairs), note=note),
    ]


def announced_projects(talk: RealTalk, glossary: Glossary) -> list[str]:
    """CNCF projects that the title or the abstract spells as their names are, capitals included."""
    text = f"{talk.title}\n{talk.abstract}"
    found = [term.name for term in glossary.projects if spelt_right(term.name, text)]
    return [name for name in found if not any(name != other and name in other for other in found)]


def spelt_right(name: str, text: str) -> bool:
    """Whether a name stands in a text exactly as it is written, as a word."""
    return bool(term_pattern((name,), ignore_case=False).search(text))


def _share(values: Iterable[bool]) -> float | None:
    listed = list(values)
    return sum(listed) / len(listed) if listed else None


def without_forms_only_in(talks: Sequence[RealTalk], half: Half, glossary: Glossary) -> Glossary:
    """The glossary without the misheard forms that occur in one half of the talks and not in the other."""
    padded = {
        h: " " + " ".join(w for t in talks if t.half == h for w in words(t.text)) + " " for h in ("tune", "report")
    }
    here = padded[half]
    elsewhere = padded["tune" if half == "report" else "report"]
    known = {form for term in glossary.terms for form in (" ".join(words(term.name)), "".join(words(term.name)))}

    def seen_only_here(form: str) -> bool:
        return form not in known and f" {form} " in here and f" {form} " not in elsewhere

    return Glossary(
        terms=tuple(
            term.model_copy(
                update={
                    "sure": tuple(form for form in term.sure if not seen_only_here(form)),
                    "maybe": tuple(form for form in term.maybe if not seen_only_here(form)),
                }
            )
            for term in glossary.terms
        )
    )


def sample(talks: Sequence[RealTalk], glossary: Glossary, size: int = SAMPLE, seed: int = SEED) -> list[Judged]:
    """Misheard names at random, half of them from each half; changes in capitals and spaces only are left out."""
    chosen: list[Judged] = []
    for half in ("tune", "report"):
        found = [change for talk in talks if talk.half == half for change in misheard(talk, glossary)]
        chosen += random.Random(f"{seed} {half}").sample(found, min(size // 2, len(found)))  # noqa: S311 - not secret
    return chosen


def misheard(talk: RealTalk, glossary: Glossary) -> list[Judged]:
    """The corrections of a talk that changed letters, each with its place."""
    segments = talk.transcript.segments
    places: list[Judged] = []
    first_word = [0, *accumulate(len(segment.text.split()) for segment in segments)]
    looked_at: dict[int, int] = {}  # segment: how many characters of it lie behind us
    for change in correct(talk.transcript, talk.source, glossary).corrections:
        text = segments[change.segment].text
        begins = re.compile(rf"(?<!\w){re.escape(change.before.split()[0])}")
        start = next(m.start() for m in begins.finditer(text, looked_at.get(change.segment, 0)))
        looked_at[change.segment] = start + 1
        word = first_word[change.segment] + len(text[:start].split())
        if change.misheard:
            places.append(Judged(talk.id, word, change.before, change.after))
    return places


def labels() -> dict[str, bool]:
    """What a reader judged: id of a correction -> right or wrong."""
    text = resources.files("summarizer.evaluation").joinpath("jargon_labels.json").read_text(encoding="utf-8")
    loaded: dict[str, bool] = json.loads(text)
    return loaded


def _precision(talks: Sequence[RealTalk], glossary: Glossary) -> list[Row]:
    """Share of right ones among the corrections that a reader judged, over those that the code still makes."""
    judged = labels()
    made = {(talk.half, change.id) for talk in talks for change in misheard(talk, glossary)}
    rows = []
    for half in ("tune", "report"):
        right = [judged[id] for where, id in made if where == half and id in judged]
        name = f"misheard names put right rightly, by hand, {half} half"
        rows.append(Row(name=name, figure=_share(right), least=0.99, n=len(right)))
    return rows


def _speed(talks: Sequence[RealTalk], glossary: Glossary) -> Row:
    """Seconds for the longest talk, scaled to an hour of 150 words a minute."""
    talk = max(talks, key=lambda talk: len(talk.text))
    correct(talk.transcript, talk.source, glossary)  # the dictionary is read once a run
    started = time.process_time()
    correct(talk.transcript, talk.source, glossary)
    seconds = (time.process_time() - started) * 9000 / len(talk.text.split())
    return Row(name="processor seconds for an hour's talk", figure=seconds, unit="seconds", most=1.0, n=1)
