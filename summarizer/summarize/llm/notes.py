"""The checked notes of the map step, and the joining of near-duplicates.

Speakers repeat their main points, so the notes of different chunks repeat each other. Two notes are near-duplicates
when they share most content words (Jaccard similarity, as in near-duplicate detection of web pages: Broder 1997) and
contain the same numbers. The more detailed note is kept and cites the segments of both.
"""

from __future__ import annotations

from collections.abc import Sequence

from summarizer import evidence
from summarizer.language.words import content, names, numbers
from summarizer.records import Claim, Record
from summarizer.summarize.llm.chunking import remove_markup

MIN_SIMILARITY = 0.6  # Jaccard similarity of content words
MAX_CITATIONS = 6  # of a joined note


class Note(Record):
    """A claim that its segments support; `part` is the number of its chunk, `role` is one of `Kind.roles`."""

    claim: Claim
    part: int
    role: str = "point"


def format_notes(notes: Sequence[Note]) -> str:
    """Return notes as numbered lines, for the prompts of the merge and reduce steps."""
    return "\n".join(
        f"[{i}] {'' if note.role == 'point' else f'({note.role}) '}{remove_markup(note.claim.text)}"
        for i, note in enumerate(notes)
    )


def measure_detail(note: Note) -> tuple[int, int, bool]:
    """Return a sort key for the detail of a note: names, numbers and a command first, then other content words."""
    text = note.claim.text
    figures = len(numbers(text)) + len(set(names(text))) + 2 * bool(note.claim.command)
    return figures, len(set(content(text))), bool(note.claim.translation)


def join_duplicates(notes: Sequence[Note], checker: evidence.Checker) -> list[Note]:
    """Return the notes in order of time, with near-duplicates of the same role joined."""
    kept: list[_Comparable] = []
    for current in (_Comparable(note) for note in sorted(notes, key=lambda note: note.claim.start)):
        duplicate = next((i for i, earlier in enumerate(kept) if current.is_duplicate_of(earlier)), None)
        if duplicate is None:
            kept.append(current)
        else:
            kept[duplicate] = _Comparable(_join_pair(kept[duplicate].note, current.note, checker))
    return sorted((item.note for item in kept), key=lambda note: note.claim.start)


class _Comparable:
    """A note with its compared features, computed once because every note is compared with every other."""

    def __init__(self, note: Note) -> None:
        self.note = note
        self.words = set(content(note.claim.text))
        self.must_equal = (note.role, note.claim.command, numbers(note.claim.text))

    def is_duplicate_of(self, other: _Comparable) -> bool:
        union = len(self.words | other.words)
        similar = bool(union) and len(self.words & other.words) / union >= MIN_SIMILARITY
        return similar and self.must_equal == other.must_equal


def _join_pair(first: Note, second: Note, checker: evidence.Checker) -> Note:
    """Return the more detailed note; it cites the segments of both if they support it."""
    better = max(first, second, key=measure_detail)
    ids = sorted({*first.claim.evidence, *second.claim.evidence})[:MAX_CITATIONS]
    checked = checker.check(better.claim.text, ids)
    if isinstance(checked, evidence.Unsupported):
        return better
    return better.model_copy(
        update={
            "part": min(first.part, second.part),
            "claim": better.claim.model_copy(update={"evidence": checked.evidence, "start": checked.start}),
        }
    )
