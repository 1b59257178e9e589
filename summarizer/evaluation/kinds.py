"""Part `kinds`: whether the kind of a recording is recognised.

The labels were chosen by hand. Patterns and the threshold of `summarize/kinds.py` were chosen on the tuning half, and
all rows except the last two are about the other half. The captions of the material have no speakers' turns.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

from summarizer.config import Config
from summarizer.evaluation.material import Material, RealTalk
from summarizer.evaluation.report import Part, Row
from summarizer.records import Transcript
from summarizer.summarize.kinds import KINDS, choose_kind


class Choice(NamedTuple):
    """The kind of one talk: as labelled, as chosen, and as chosen by its title alone."""

    talk: RealTalk
    label: str
    chosen: str
    by_title: str


def measure(material: Material, _config: Config) -> Part:
    """Precision and recall for each kind, and the share of all recordings with the right kind."""
    labels = load_labels()
    choices = [_choose(talk, labels[talk.id]) for talk in (*material.talks, *material.interviews) if talk.id in labels]
    held_out = [choice for choice in choices if choice.talk.half == "report"]
    tuned = [choice for choice in choices if choice.talk.half == "tune"]
    rows = [
        _share("right kind", held_out, lambda choice: choice.chosen == choice.label, least=0.95),
        _share("right kind by the title alone", held_out, lambda choice: choice.by_title == choice.label),
        *(row for kind in KINDS if kind != "talk" for row in _rate(kind, held_out)),
        _share("right kind, tuning half", tuned, lambda choice: choice.chosen == choice.label),
        _share("right kind by the title alone, tuning half", tuned, lambda choice: choice.by_title == choice.label),
    ]
    return Part(
        name="kinds", title="The kind of a recording, by labels of 60 talks and 14 interviews", rows=tuple(rows)
    )


@cache
def load_labels() -> dict[str, str]:
    """The kind by id of the recording."""
    text = resources.files(__package__).joinpath("kind_labels.toml").read_text(encoding="utf-8")
    return {id: kind for kind, ids in tomllib.loads(text).items() for id in ids}


def _choose(talk: RealTalk, label: str) -> Choice:
    nothing = talk.source.model_copy(update={"description": ""})
    silent = Transcript.model_validate({**talk.transcript.model_dump(), "segments": ()})
    return Choice(talk, label, choose_kind(talk.source, talk.corrected).name, choose_kind(nothing, silent).name)


def _rate(kind: str, choices: Sequence[Choice]) -> list[Row]:
    """Precision and recall of one kind; no rows if nothing is of this kind."""
    labelled = [choice for choice in choices if choice.label == kind]
    chosen = [choice for choice in choices if choice.chosen == kind]
    if not labelled and not chosen:
        return []
    return [
        _share(f"{kind}: precision", chosen, lambda choice: choice.label == kind),
        _share(f"{kind}: recall", labelled, lambda choice: choice.chosen == kind),
    ]


def _share(name: str, choices: Sequence[Choice], right: Callable[[Choice], bool], least: float | None = None) -> Row:
    wrong = [choice.talk.id for choice in choices if not right(choice)]
    figure = 1 - len(wrong) / len(choices) if choices else None
    return Row(name=name, figure=figure, least=least, n=len(choices), note=", ".join(wrong[:2]))
