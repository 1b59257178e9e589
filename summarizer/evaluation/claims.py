"""Part `claims`: whether the evidence check supports true statements and rejects false ones.

True statements about real talks are made false by changing one place, or cited at a time where the talk does not
support them. The figures come from the half of the talks that was not used to choose thresholds.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from summarizer.config import Config
from summarizer.evaluation.material import Half, Material
from summarizer.evaluation.mutations import MUTATIONS
from summarizer.evaluation.report import Part, Row
from summarizer.evaluation.statements import Statement, list_statements
from summarizer.evidence import find_problem
from summarizer.language.words import names

CAUGHT, MOVED_CAUGHT, REJECTED = 0.95, 0.99, 0.05
TARGETS = {
    "number swapped": CAUGHT,
    "unit swapped": CAUGHT,
    "name swapped": CAUGHT,
    "moved to another talk": MOVED_CAUGHT,
}


class Verdict(NamedTuple):
    """The result of the evidence check for one statement."""

    case: str
    statement: Statement
    text: str  # the text that was checked
    reason: str  # why it was rejected; empty if it was supported


def measure(material: Material, _config: Config) -> Part:
    """One row for each kind of true statement and for each kind of change that makes it false."""
    reasons_by_case: dict[str, list[str]] = defaultdict(list)
    for verdict in list_verdicts(material, "report"):
        reasons_by_case[verdict.case].append(verdict.reason)
    rows = []
    for case, reasons in reasons_by_case.items():
        share = sum(bool(reason) for reason in reasons) / len(reasons)
        if case.startswith("true"):
            most = None if case == "true edited" else REJECTED  # no target: editors add information
            note = _count_reasons(reasons)
            rows.append(Row(name=f"{case} rejected", figure=share, most=most, n=len(reasons), note=note))
        else:
            rows.append(Row(name=f"{case} caught", figure=share, least=TARGETS.get(case), n=len(reasons)))
    return Part(name="claims", title="True statements supported, false ones caught", rows=tuple(rows))


def _count_reasons(reasons: Sequence[str]) -> str:
    """The number of rejections by each kind of check."""
    kinds = Counter(
        "words" if "of its words" in reason
        else "polarity" if "negat" in reason or "segments say" in reason
        else "numbers" if reason.startswith(("the number", "the version")) or reason[0].isdecimal()
        else "names"
        for reason in reasons
        if reason
    )  # fmt: skip
    return ", ".join(f"{n} for {kind}" for kind, n in kinds.most_common())


def list_verdicts(material: Material, half: Half) -> Iterator[Verdict]:
    """Check every statement of a half of the talks: unchanged, changed, and cited at other times."""
    talks = [talk for talk in (*material.talks, *material.interviews) if talk.text and talk.half == half]
    all_statements = [statement for talk in talks for statement in list_statements(talk)]
    pool = _names(all_statements)
    order = {origin: i for i, origin in enumerate(("quote", "paraphrase", "edited"))}
    all_statements.sort(key=lambda statement: order[statement.origin])
    for statement in all_statements:
        yield _checked(f"true {statement.origin}", statement)
    for name, mutate in MUTATIONS.items():
        for i, statement in enumerate(all_statements):
            dice = random.Random(f"{name} {i}")  # noqa: S311 - reproducible choice, not a secret
            text = mutate(statement, dice, pool)
            if text and text != statement.text:
                yield _checked(name, statement, text)
    dice = random.Random(half)  # noqa: S311 - same
    for statement in all_statements:
        other_talks = [talk for talk in talks if talk.id != statement.talk.id]
        if other_talks:
            yield _moved("moved to another talk", statement, statement._replace(talk=dice.choice(other_talks)), dice)
    for statement in all_statements:
        yield _moved("moved within the talk", statement, statement, dice)


def _checked(case: str, statement: Statement, text: str = "") -> Verdict:
    text = text or statement.text
    return Verdict(case, statement, text, find_problem(text, statement.evidence, statement.talk.corrected))


def _moved(case: str, statement: Statement, target: Statement, dice: random.Random) -> Verdict:
    """Check a statement cited at a random time; within its own talk, not near its own segments."""
    segments = target.talk.corrected.segments
    own = range(statement.evidence[0] - 3, statement.evidence[-1] + 4) if target.talk.id == statement.talk.id else ()
    places = [segment.id for segment in segments if segment.id not in own] or [0]
    start = dice.choice(places)
    ids = tuple(range(start, min(len(segments), start + len(statement.evidence))))
    return Verdict(case, statement, statement.text, find_problem(statement.text, ids, target.talk.corrected))


def _names(statements: Sequence[Statement]) -> list[str]:
    """The names in edited texts, the only ones in which capitals are reliable."""
    return sorted({name for statement in statements if statement.origin == "edited" for name in names(statement.text)})
