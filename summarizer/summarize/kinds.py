"""The kinds of recording, each with its own form of digest. A new kind is one record here, one prompt and one template.

The prompt is `llm/prompts/kind-<name>.md`, the template `digest/templates/<name>.md.j2`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from summarizer.errors import UsageError
from summarizer.records import Source, Transcript

AUTO = "auto"  # value of the setting; `choose_kind` then selects the kind


@dataclass(frozen=True)
class Kind:
    """One kind of recording, and the fields that a language model fills for it."""

    name: str
    titles: str  # regular expression for titles of the kind, case-insensitive; empty: matches none
    speakers: int = 0  # minimum number of alternating speakers that indicates the kind; 0: not used
    roles: tuple[str, ...] = ("point", "aside")  # of a note; "aside" is for greetings and sponsors
    fields: tuple[str, ...] = ()  # further fields of a note: "speaker", "owner", "command"

    @property
    def lists_decisions(self) -> bool:
        """Whether the page has lists of decisions and action items."""
        return "decision" in self.roles


_MEETING = (
    r"\b((community|sig|wg|tag|toc|working group|weekly|bi-?weekly|monthly|office hours?)\b.*\b(meeting|call|sync)"
    r"|meeting|office hours|stand-?up)\b"
)
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (  # the first kind whose titles match is chosen
        Kind(
            name="tutorial",
            titles=r"\b(tutorial|workshop|hands[- ]on|lab|codelab|getting started)\b",
            roles=("point", "step", "aside"),
            fields=("command",),
        ),
        Kind(
            name="panel",
            titles=r"\b(panel|fireside|round ?table|ask me anything|ama)\b",
            speakers=3,
            fields=("speaker",),
        ),
        Kind(
            name="meeting",
            titles=_MEETING,
            roles=("point", "decision", "action", "aside"),
            fields=("owner",),
        ),
        Kind(name="talk", titles=""),
    )
}
MIN_TURNS = 10  # minimum number of speaker changes in a conversation


def find_configured_kind(name: str) -> Kind | None:
    """Return the kind with this name, None for "auto"; raise `UsageError` when there is none."""
    if name == AUTO:
        return None
    if name not in KINDS:
        raise UsageError(f"summarize.kind: there is no kind {name!r}", f"Choose one of {AUTO}, {', '.join(KINDS)}.")
    return KINDS[name]


def choose_kind(source: Source, transcript: Transcript, configured: str = AUTO) -> Kind:
    """Return the configured kind, or the one that the title or the speaker turns indicate."""
    if kind := find_configured_kind(configured):
        return kind
    for kind in KINDS.values():
        if kind.titles and re.search(kind.titles, source.title, re.IGNORECASE):
            return kind
    speakers = {segment.speaker for segment in transcript.segments if segment.speaker}
    turns = sum(a.speaker != b.speaker for a, b in zip(transcript.segments, transcript.segments[1:], strict=False))
    candidates = (kind for kind in KINDS.values() if 0 < kind.speakers <= len(speakers) and turns >= MIN_TURNS)
    return next(candidates, KINDS["talk"])
