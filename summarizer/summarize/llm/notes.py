"""Checked notes on the way from the map to the reduce step, and joining those that say the same.

A talk says its main points more than once, so the notes of its chunks repeat one another. Two notes are near-duplicates
when they share most content words (Jaccard similarity, as in near-duplicate detection of web pages: Broder 1997) and
name the same numbers. The one with more detail stays and cites the moments of both.
"""

from __future__ import annotations

from collections.abc import Sequence

from summarizer import evidence
from summarizer.language.words import content, names, numbers
from summarizer.records import Claim, Record
from summarizer.summarize.llm.chunking import harmless

SAME = 0.6  # Jaccard similarity of content words
MOST_MOMENTS = 6  # citations of a joined note


class Note(Record):
    """A claim that its segments support; `part` is the chunk it came from, `role` a word of `answers.ROLES`."""

    claim: Claim
    part: int
    role: str = "point"


def listed(notes: Sequence[Note]) -> str:
    """Numbered lines as the merge and reduce steps see them."""
    return "\n".join(
        f"[{i}] {'' if note.role == 'point' else f'({note.role}) '}{harmless(note.claim.text)}"
        for i, note in enumerate(notes)
    )


def detail(note: Note) -> tuple[int, int, bool]:
    """How much a note has to tell, for comparing: names, numbers and a command first, then other content words."""
    text = note.claim.text
    figures = len(numbers(text)) + len(set(names(text))) + 2 * bool(note.claim.command)
    return figures, len(set(content(text))), bool(note.claim.translation)


def joined(notes: Sequence[Note], checker: evidence.Checker) -> list[Note]:
    """The notes in order of time, with near-duplicates of the same role joined."""
    kept: list[_Compared] = []
    for one in (_Compared(note) for note in sorted(notes, key=lambda note: note.claim.start)):
        twin = next((i for i, other in enumerate(kept) if one.same(other)), None)
        if twin is None:
            kept.append(one)
        else:
            kept[twin] = _Compared(_join(kept[twin].note, one.note, checker))
    return sorted((one.note for one in kept), key=lambda note: note.claim.start)


class _Compared:
    """A note with what it is compared by, worked out once: every note is compared with every other."""

    def __init__(self, note: Note) -> None:
        self.note = note
        self.words = set(content(note.claim.text))
        self.must_equal = (note.role, note.claim.command, numbers(note.claim.text))

    def same(self, other: _Compared) -> bool:
        union = len(self.words | other.words)
        return bool(union) and len(self.words & other.words) / union >= SAME and self.must_equal == other.must_equal


def _join(first: Note, second: Note, checker: evidence.Checker) -> Note:
    """The note with more detail, citing the moments of both where they support it."""
    better = max(first, second, key=detail)
    moments = sorted({*first.claim.evidence, *second.claim.evidence})[:MOST_MOMENTS]
    checked = checker.check(better.claim.text, moments)
    if isinstance(checked, evidence.Unsupported):
        return better
    return better.model_copy(
        update={
            "part": min(first.part, second.part),
            "claim": better.claim.model_copy(update={"evidence": checked.evidence, "start": checked.start}),
        }
    )
