"""The event at which a talk was given."""

from __future__ import annotations

import re

from summarizer.records import Source

# "KubeCon + CloudNativeCon Europe 2024", "PromCon EU 2025", "Kubernetes Community Days Munich 2023", "GitOpsCon 2023".
_EVENT = re.compile(
    r"(?:KubeCon\s*(?:\+|and|&)\s*CloudNativeCon|[A-Z]\w*(?:Con|Conf|Fest)|(?:[A-Z]\w*\s)+(?:Days?|Summit|Conference))"
    r"(?:\s+(?:[A-Z][\w.]*|\+)){0,4}?\s+(?:20\d\d|'?\d\d(?=\s|$))"
)


def find_event(source: Source) -> str:
    """The event that the title, the playlist or the channel names with its year; empty if none of them does.

    The description is not read: those of conference talks advertise the next event.
    """
    for text in (source.title, source.playlist, source.channel):
        if match := _EVENT.search(text):
            return " ".join(match[0].split())
    return ""
