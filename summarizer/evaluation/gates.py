"""Gates: are invented summaries and broken transcripts refused, and only those?

Thresholds were chosen on one half of the talks; rows say which half they were measured on. Summaries are held against
their own talk, and against every other talk of the same half: as inventions they are hard ones, from the same field.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

from summarizer.check import check
from summarizer.config import CheckSettings, Config
from summarizer.errors import Refused
from summarizer.evaluation.broken import BROKEN
from summarizer.evaluation.material import Material, RealTalk, half
from summarizer.evaluation.report import Part, Row
from summarizer.evidence.relevance import SAME_SUBJECT, Spoken
from summarizer.records import Transcript

KEPT = 0.95  # share of genuine summaries that a gate has to keep


class Pair(NamedTuple):
    """A summary beside a talk; `own` says whether it is of this talk, `origin` who wrote it."""

    text: str
    summary_of: str
    talk: RealTalk
    own: bool
    origin: str  # "earlier attempt", "interview", "abstract"


def measure(material: Material, config: Config) -> Part:
    """The gate on summaries beside the simple share of words, then the gates on transcripts."""
    rows = [*_summaries(material), *_transcripts(material, config.check)]
    return Part(name="gates", title="Refused when it must be, and only then", rows=tuple(rows))


# -- summaries ----------------------------------------------------------------------------------------------------


@cache
def labels() -> dict[str, frozenset[str]]:
    """Talk ids by label."""
    text = resources.files(__package__).joinpath("labels.toml").read_text(encoding="utf-8")
    return {label: frozenset(ids) for label, ids in tomllib.loads(text).items()}


def pairs(material: Material) -> list[Pair]:
    """Every summary beside every talk of its half."""
    talks = [talk for talk in (*material.talks, *material.interviews) if len(talk.text.split()) > 200]
    genuine = labels().get("genuine", frozenset())
    texts = [(id, text, id in genuine, "earlier attempt") for id, text in material.llm_summaries.items()]
    texts += [(talk.id, talk.summary, True, "interview") for talk in talks if talk.summary]
    texts += [(talk.id, talk.abstract, True, "abstract") for talk in material.talks if talk.abstract]
    return [
        Pair(text, id, talk, genuine and talk.id == id, origin)
        for id, text, genuine, origin in texts
        for talk in talks
        if talk.half == half(id)
    ]


def _summaries(material: Material) -> list[Row]:
    if not material.llm_summaries:
        return [Row(name="invented summaries refused", figure=None, note="there is no llm_summaries.json")]
    found = pairs(material)
    spoken = {id: Spoken(talk.transcript) for id, talk in {pair.talk.id: pair.talk for pair in found}.items()}
    bits = [spoken[pair.talk.id].bits(pair.text) for pair in found]
    share = [spoken[pair.talk.id].share(pair.text) for pair in found]
    chosen = _simple_threshold(found, share)
    rows = []
    for name, figures, threshold in (("", bits, SAME_SUBJECT), ("simple share: ", share, chosen)):
        rows += _rows(name, found, [figure >= threshold for figure in figures])
    return rows


def _simple_threshold(found: Sequence[Pair], share: Sequence[float]) -> float:
    """The highest threshold of the baseline that keeps enough genuine summaries of the tuning half."""
    genuine = sorted(
        figure
        for pair, figure in zip(found, share, strict=True)
        if pair.own and pair.origin != "abstract" and pair.talk.half == "tune"
    )
    return genuine[int((1 - KEPT) * len(genuine))] if genuine else 0.0


def _rows(prefix: str, found: Sequence[Pair], kept: Sequence[bool]) -> list[Row]:
    """Figures of one gate; the labelled summaries on both halves, everything else on the half for reporting."""

    def share(which: Callable[[Pair], bool], wanted: bool) -> tuple[float | None, int]:
        chosen = [keep == wanted for pair, keep in zip(found, kept, strict=True) if which(pair)]
        return (sum(chosen) / len(chosen) if chosen else None), len(chosen)

    def row(name: str, which: Callable[[Pair], bool], wanted: bool, least: float | None, note: str) -> Row:
        figure, n = share(which, wanted)
        return Row(name=f"{prefix}{name}", figure=figure, n=n, least=least if not prefix else None, note=note)

    def labelled(pair: Pair) -> bool:
        return pair.origin == "earlier attempt" and pair.summary_of == pair.talk.id

    def report(pair: Pair) -> bool:
        return pair.talk.half == "report"

    return [
        row("invented refused", lambda p: labelled(p) and not p.own, False, 1.0, "labelled by hand, both halves"),
        row("invented refused, held out", lambda p: labelled(p) and not p.own and report(p), False, 1.0, ""),
        row("genuine kept", lambda p: labelled(p) and p.own, True, KEPT, "labelled by hand, both halves"),
        row(
            "genuine kept, held out",
            lambda p: p.own and p.origin != "abstract" and report(p),
            True,
            KEPT,
            "labelled ones and interviews",
        ),
        row(
            "other talks' summaries refused",
            lambda p: not p.own and not labelled(p) and report(p),
            False,
            None,
            "held out; same field, some of the same subject",
        ),
        row(
            "abstracts kept",
            lambda p: p.own and p.origin == "abstract" and report(p),
            True,
            None,
            "held out; written before the talk was given",
        ),
    ]


# -- transcripts --------------------------------------------------------------------------------------------------


def refusal(transcript: Transcript, settings: CheckSettings) -> str:
    """The code of the gate that refuses a transcript; empty when it passes."""
    try:
        check(transcript, transcript.duration, settings, ("en",))
    except Refused as refused:
        return refused.code
    return ""


def _transcripts(material: Material, settings: CheckSettings) -> list[Row]:
    talks = [talk for talk in (*material.talks, *material.interviews) if talk.text]
    wrong = [f"{talk.id}: {code}" for talk in talks if (code := refusal(talk.transcript, settings))]
    rows = [
        Row(
            name="real transcripts refused",
            figure=len(wrong) / len(talks),
            most=0.0,
            n=len(talks),
            note=", ".join(wrong[:3]),
        )
    ]
    for code, damage in BROKEN.items():
        broken = [made for talk in talks if (made := damage(talk.transcript))]
        found = sum(refusal(transcript, settings) == code for transcript in broken)
        figure = found / len(broken) if broken else None
        rows.append(Row(name=f"{code} refused", figure=figure, least=1.0, n=len(broken)))
    return rows
