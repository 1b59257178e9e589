"""Part `jargon`: how many announced names are spelled correctly in the text, and how many corrections are right.

The glossary was made by reading misheard names in captions of both halves of the talks. The report half is
therefore measured twice: with the complete glossary, and without the misheard forms that occur only in that half.
The second figure is what to expect for new talks.
"""

from __future__ import annotations

import json
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


class Judged(NamedTuple):
    """A correction of a talk that can be labelled as right or wrong."""

    talk: str
    word: int  # position of its first word in the text of the talk
    before: str
    after: str

    @property
    def id(self) -> str:
        """Talk, word and corrected name; it does not depend on how the talk is divided into segments."""
        return f"{self.talk}:{self.word}:{self.after}"


def measure(material: Material, _config: Config) -> Part:
    """The figures for both halves; see the module docstring."""
    glossary = packaged()
    rows: list[Row] = []
    for half in ("tune", "report"):
        talks = [talk for talk in material.talks if talk.half == half]
        rows += _spelling(talks, glossary, f"{half} half", "")
    unseen = without_forms_only_in(material.talks, "report", glossary)
    reported = [talk for talk in material.talks if talk.half == "report"]
    rows += _spelling(reported, unseen, "report half, unread", "without the forms that occur only in this half")[1:]
    rows += _precision(material.talks, glossary)
    rows.append(_speed(material.talks, glossary))
    return Part(name="jargon", title="Misheard names, corrected", rows=tuple(rows))


def _spelling(talks: Sequence[RealTalk], glossary: Glossary, label: str, note: str) -> list[Row]:
    """The share of announced projects whose exact spelling occurs in their talk, before and after correction."""
    pairs = [(talk, name) for talk in talks for name in find_announced_projects(talk, glossary)]
    fixed = {talk.id: correct(talk.transcript, talk.source, glossary).transcript.text for talk in talks}
    before = [occurs_exactly(name, talk.text) for talk, name in pairs]
    after = [occurs_exactly(name, fixed[talk.id]) for talk, name in pairs]
    return [
        Row(name=f"announced projects spelled correctly, raw captions, {label}", figure=_share(before), n=len(pairs)),
        Row(name=f"announced projects spelled correctly, {label}", figure=_share(after), n=len(pairs), note=note),
    ]


def find_announced_projects(talk: RealTalk, glossary: Glossary) -> list[str]:
    """The CNCF projects whose exact name, including capitals, occurs in the title or the abstract."""
    text = f"{talk.title}\n{talk.abstract}"
    names = [term.name for term in glossary.projects if occurs_exactly(term.name, text)]
    return [name for name in names if not any(name != other and name in other for other in names)]


def occurs_exactly(name: str, text: str) -> bool:
    """Whether a name occurs in a text as a word with exactly this spelling."""
    return bool(term_pattern((name,), ignore_case=False).search(text))


def _share(values: Iterable[bool]) -> float | None:
    listed = list(values)
    return sum(listed) / len(listed) if listed else None


def without_forms_only_in(talks: Sequence[RealTalk], half: Half, glossary: Glossary) -> Glossary:
    """The glossary without the misheard forms that occur only in one half of the talks."""
    padded = {
        h: " " + " ".join(w for t in talks if t.half == h for w in words(t.text)) + " " for h in ("tune", "report")
    }
    here = padded[half]
    elsewhere = padded["tune" if half == "report" else "report"]
    correct_forms = {
        form for term in glossary.terms for form in (" ".join(words(term.name)), "".join(words(term.name)))
    }

    def seen_only_here(form: str) -> bool:
        return form not in correct_forms and f" {form} " in here and f" {form} " not in elsewhere

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


def find_letter_changes(talk: RealTalk, glossary: Glossary) -> list[Judged]:
    """The corrections of a talk that changed letters, each with the position of its first word."""
    segments = talk.transcript.segments
    places: list[Judged] = []
    first_word = [0, *accumulate(len(segment.text.split()) for segment in segments)]
    searched: dict[int, int] = {}  # segment -> number of its characters that were searched
    for change in correct(talk.transcript, talk.source, glossary).corrections:
        text = segments[change.segment].text
        begins = re.compile(rf"(?<!\w){re.escape(change.before.split()[0])}")
        start = next(m.start() for m in begins.finditer(text, searched.get(change.segment, 0)))
        searched[change.segment] = start + 1
        word = first_word[change.segment] + len(text[:start].split())
        if change.misheard:
            places.append(Judged(talk.id, word, change.before, change.after))
    return places


def load_labels() -> dict[str, bool]:
    """The labels given by a reader: id of a correction -> whether it is right."""
    text = resources.files("summarizer.evaluation").joinpath("jargon_labels.json").read_text(encoding="utf-8")
    loaded: dict[str, bool] = json.loads(text)
    return loaded


def _precision(talks: Sequence[RealTalk], glossary: Glossary) -> list[Row]:
    """The share of right corrections among the labelled ones that the code still makes."""
    judged = load_labels()
    made = {(talk.half, change.id) for talk in talks for change in find_letter_changes(talk, glossary)}
    rows = []
    for half in ("tune", "report"):
        right = [judged[id] for where, id in made if where == half and id in judged]
        name = f"corrections of misheard names that are right, judged by hand, {half} half"
        rows.append(Row(name=name, figure=_share(right), least=0.99, n=len(right)))
    return rows


def _speed(talks: Sequence[RealTalk], glossary: Glossary) -> Row:
    """Processor seconds for the longest talk, scaled to an hour of 150 words per minute."""
    talk = max(talks, key=lambda talk: len(talk.text))
    correct(talk.transcript, talk.source, glossary)  # reads the dictionary, once per run
    started = time.process_time()
    correct(talk.transcript, talk.source, glossary)
    seconds = (time.process_time() - started) * 9000 / len(talk.text.split())
    return Row(name="processor seconds for an hour's talk", figure=seconds, unit="seconds", most=1.0, n=1)
