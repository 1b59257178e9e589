"""The kinds of recording, each with its own shape of a digest. A new kind is one record here, one prompt, one template.

The prompt is `llm/prompts/kind-<name>.md`, the template `digest/templates/<name>.md.j2`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from summarizer.errors import UsageError
from summarizer.records import Source, Transcript

AUTO = "auto"  # in the settings: decided by `choose_kind`


@dataclass(frozen=True)
class Kind:
    """One kind of recording, and what is asked of a language model for it."""

    name: str
    titles: str  # regular expression that a title of the kind matches, in any case; empty: none does
    speakers: int = 0  # so many speakers who take turns suggest the kind; 0: their number says nothing
    roles: tuple[str, ...] = ("point", "aside")  # of a note; "aside" is where greetings and sponsors go
    fields: tuple[str, ...] = ()  # of a note, beside its text and evidence: "speaker", "owner", "command"

    @property
    def lists_decisions(self) -> bool:
        """Whether the page lists decisions and action items."""
        return "decision" in self.roles


_MEETING = (
    r"\b((community|sig|wg|tag|toc|working group|weekly|bi-?weekly|monthly|office hours?)\b.*\b(meeting|call|sync)"
    r"|meeting|office hours|stand-?up)\b"
)
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (  # the first whose titles match is taken
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
TURNS = 10  # changes of speaker that a conversation has at least


def configured_kind(name: str) -> Kind | None:
    """The kind that the settings name, None for "auto"; raises `UsageError` when there is no such kind."""
    if name == AUTO:
        return None
    if name not in KINDS:
        raise UsageError(f"summarize.kind: there is no kind {name!r}", f"Choose one of {AUTO}, {', '.join(KINDS)}.")
    return KINDS[name]


def choose_kind(source: Source, transcript: Transcript, configured: str = AUTO) -> Kind:
    """The configured kind, or the one that title and speaker turns suggest."""
    if kind := configured_kind(configured):
        return kind
    for kind in KINDS.values():
        if kind.titles and re.search(kind.titles, source.title, re.IGNORECASE):
            return kind
    speakers = {segment.speaker for segment in transcript.segments if segment.speaker}
    turns = sum(a.speaker != b.speaker for a, b in zip(transcript.segments, transcript.segments[1:], strict=False))
    suggested = (kind for kind in KINDS.values() if 0 < kind.speakers <= len(speakers) and turns >= TURNS)
    return next(suggested, KINDS["talk"])
