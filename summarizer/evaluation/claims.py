"""Claims: are true statements supported, and false ones not?

True statements of real talks are made false in one place, or cited at a moment where nothing of the kind is said.
Figures are from the half that no threshold was chosen on.
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
from summarizer.evaluation.statements import Statement, statements
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
    """What the check said of one statement."""

    case: str
    statement: Statement
    text: str  # as it was checked
    reason: str  # empty: supported


def measure(material: Material, _config: Config) -> Part:
    """One row for each kind of true statement, and each way of making it false."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for verdict in verdicts(material, "report"):
        reasons[verdict.case].append(verdict.reason)
    rows = []
    for case, found in reasons.items():
        share = sum(bool(reason) for reason in found) / len(found)
        if case.startswith("true"):
            most = None if case == "true edited" else REJECTED  # an editor adds to what was said
            rows.append(Row(name=f"{case} rejected", figure=share, most=most, n=len(found), note=_why(found)))
        else:
            rows.append(Row(name=f"{case} caught", figure=share, least=TARGETS.get(case), n=len(found)))
    return Part(name="claims", title="True statements supported, false ones caught", rows=tuple(rows))


def _why(found: Sequence[str]) -> str:
    """How many were rejected by each of the checks."""
    kinds = Counter(
        "words" if "what its words tell" in reason
        else "polarity" if "negate" in reason or "segments say" in reason
        else "numbers" if reason.startswith(("the number", "the version")) or reason[0].isdecimal()
        else "names"
        for reason in found
        if reason
    )  # fmt: skip
    return ", ".join(f"{n} for {kind}" for kind, n in kinds.most_common())


def verdicts(material: Material, half: Half) -> Iterator[Verdict]:
    """Every statement of the half's talks as it is, mutated and moved."""
    talks = [talk for talk in (*material.talks, *material.interviews) if talk.text and talk.half == half]
    true = {talk.id: list(statements(talk)) for talk in talks}
    pool = _names([statement for found in true.values() for statement in found])
    order = {origin: i for i, origin in enumerate(("quote", "paraphrase", "edited"))}
    everything = sorted((s for found in true.values() for s in found), key=lambda s: order[s.origin])
    for statement in everything:
        yield _checked(f"true {statement.origin}", statement)
    for name, mutate in MUTATIONS.items():
        for i, statement in enumerate(everything):
            dice = random.Random(f"{name} {i}")  # noqa: S311 - a choice that can be repeated, no secret
            text = mutate(statement, dice, pool)
            if text and text != statement.text:
                yield _checked(name, statement, text)
    dice = random.Random(half)  # noqa: S311 - likewise
    for statement in everything:
        others = [talk for talk in talks if talk.id != statement.talk.id]
        if others:
            yield _moved("moved to another talk", statement, statement._replace(talk=dice.choice(others)), dice)
    for statement in everything:
        yield _moved("moved within the talk", statement, statement, dice)


def _checked(case: str, statement: Statement, text: str = "") -> Verdict:
    text = text or statement.text
    return Verdict(case, statement, text, find_problem(text, statement.evidence, statement.talk.corrected))


def _moved(case: str, statement: Statement, target: Statement, dice: random.Random) -> Verdict:
    """Cited at a random moment, away from its own if that is in the same talk."""
    segments = target.talk.corrected.segments
    own = range(statement.evidence[0] - 3, statement.evidence[-1] + 4) if target.talk.id == statement.talk.id else ()
    places = [segment.id for segment in segments if segment.id not in own] or [0]
    start = dice.choice(places)
    ids = tuple(range(start, min(len(segments), start + len(statement.evidence))))
    return Verdict(case, statement, statement.text, find_problem(statement.text, ids, target.talk.corrected))


def _names(found: Sequence[Statement]) -> list[str]:
    """Names in the edited texts, where capitals mean something."""
    return sorted({name for statement in found if statement.origin == "edited" for name in names(statement.text)})
