"""Part `gates`: whether invented summaries and broken transcripts are refused, and only those.

Thresholds were chosen on one half of the talks; each row states the half on which it was measured. Every summary is
compared with its own talk and with all other talks of the same half. The other talks are difficult cases, because they
are from the same field.
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
from summarizer.evaluation.material import Material, RealTalk, half_of
from summarizer.evaluation.report import Part, Row
from summarizer.evidence.relevance import MIN_BITS, Vocabulary
from summarizer.records import Transcript

KEPT = 0.95  # minimum share of genuine summaries that must not be refused


class Pair(NamedTuple):
    """A summary and a talk; `own` is True if the summary is of this talk; `origin` is its source."""

    text: str
    summary_of: str
    talk: RealTalk
    own: bool
    origin: str  # "earlier attempt", "interview", "abstract"


def measure(material: Material, config: Config) -> Part:
    """The figures of the check of summaries, compared with a baseline, and of the checks of transcripts."""
    rows = [*_summaries(material), *_transcripts(material, config.check)]
    return Part(name="gates", title="Unusable summaries and transcripts refused, usable ones kept", rows=tuple(rows))


# -- summaries ----------------------------------------------------------------------------------------------------


@cache
def load_labels() -> dict[str, frozenset[str]]:
    """The ids of talks by label."""
    text = resources.files(__package__).joinpath("labels.toml").read_text(encoding="utf-8")
    return {label: frozenset(ids) for label, ids in tomllib.loads(text).items()}


def list_pairs(material: Material) -> list[Pair]:
    """Every summary with every talk of its half."""
    talks = [talk for talk in (*material.talks, *material.interviews) if len(talk.text.split()) > 200]
    genuine = load_labels().get("genuine", frozenset())
    texts = [(id, text, id in genuine, "earlier attempt") for id, text in material.llm_summaries.items()]
    texts += [(talk.id, talk.summary, True, "interview") for talk in talks if talk.summary]
    texts += [(talk.id, talk.abstract, True, "abstract") for talk in material.talks if talk.abstract]
    return [
        Pair(text, id, talk, genuine and talk.id == id, origin)
        for id, text, genuine, origin in texts
        for talk in talks
        if talk.half == half_of(id)
    ]


def _summaries(material: Material) -> list[Row]:
    if not material.llm_summaries:
        return [Row(name="invented summaries refused", figure=None, note="llm_summaries.json is missing")]
    pairs = list_pairs(material)
    vocabularies = {id: Vocabulary(talk.transcript) for id, talk in {pair.talk.id: pair.talk for pair in pairs}.items()}
    bits = [vocabularies[pair.talk.id].compute_bits(pair.text) for pair in pairs]
    share = [vocabularies[pair.talk.id].compute_share(pair.text) for pair in pairs]
    chosen = _simple_threshold(pairs, share)
    rows = []
    for name, figures, threshold in (("", bits, MIN_BITS), ("simple share: ", share, chosen)):
        rows += _rows(name, pairs, [figure >= threshold for figure in figures])
    return rows


def _simple_threshold(pairs: Sequence[Pair], share: Sequence[float]) -> float:
    """The highest threshold of the baseline that keeps the share `KEPT` of genuine summaries in the tuning half."""
    genuine = sorted(
        figure
        for pair, figure in zip(pairs, share, strict=True)
        if pair.own and pair.origin != "abstract" and pair.talk.half == "tune"
    )
    return genuine[int((1 - KEPT) * len(genuine))] if genuine else 0.0


def _rows(prefix: str, pairs: Sequence[Pair], kept: Sequence[bool]) -> list[Row]:
    """The figures of one check: labelled summaries on both halves, all other rows on the report half."""

    def share(which: Callable[[Pair], bool], wanted: bool) -> tuple[float | None, int]:
        chosen = [keep == wanted for pair, keep in zip(pairs, kept, strict=True) if which(pair)]
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
            "held out; same field, some on the same subject",
        ),
        row(
            "abstracts kept",
            lambda p: p.own and p.origin == "abstract" and report(p),
            True,
            None,
            "held out; written before the talk",
        ),
    ]


# -- transcripts --------------------------------------------------------------------------------------------------


def find_refusal(transcript: Transcript, settings: CheckSettings) -> str:
    """The code of the check that refuses a transcript; empty if it passes."""
    try:
        check(transcript, transcript.duration, settings, ("en",))
    except Refused as refused:
        return refused.code
    return ""


def _transcripts(material: Material, settings: CheckSettings) -> list[Row]:
    talks = [talk for talk in (*material.talks, *material.interviews) if talk.text]
    refused = [f"{talk.id}: {code}" for talk in talks if (code := find_refusal(talk.transcript, settings))]
    rows = [
        Row(
            name="real transcripts refused",
            figure=len(refused) / len(talks),
            most=0.0,
            n=len(talks),
            note=", ".join(refused[:3]),
        )
    ]
    for code, damage in BROKEN.items():
        broken = [transcript for talk in talks if (transcript := damage(talk.transcript))]
        caught = sum(find_refusal(transcript, settings) == code for transcript in broken)
        figure = caught / len(broken) if broken else None
        rows.append(Row(name=f"{code} refused", figure=figure, least=1.0, n=len(broken)))
    return rows
