"""Which shape a digest has, by rule: the words of the title first, then how many people speak."""

from __future__ import annotations

import re

from summarizer.config.tables import SummarizeSettings
from summarizer.records import Kind, Source, Transcript

_TITLE: tuple[tuple[Kind, str], ...] = (
    ("tutorial", r"\b(tutorial|workshop|hands[- ]on|lab|codelab|getting started)\b"),
    ("panel", r"\b(panel|fireside|round ?table|ask me anything|ama)\b"),
    ("meeting", r"\b((community|sig|wg|tag|toc|working group|weekly|bi-?weekly|monthly|office hours?)\b.*\b(meeting|call|sync)|meeting|office hours|stand-?up)\b"),
)  # fmt: skip


def choose_kind(source: Source, transcript: Transcript, settings: SummarizeSettings) -> Kind:
    """The configured kind, or the one that title and speaker turns suggest."""
    if settings.kind != "auto":
        return settings.kind
    for kind, pattern in _TITLE:
        if re.search(pattern, source.title, re.IGNORECASE):
            return kind
    speakers = {segment.speaker for segment in transcript.segments if segment.speaker}
    turns = sum(a.speaker != b.speaker for a, b in zip(transcript.segments, transcript.segments[1:], strict=False))
    return "panel" if len(speakers) >= 3 and turns >= 10 else "talk"
