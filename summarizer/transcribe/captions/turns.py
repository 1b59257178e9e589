"""Turn the speaker markers in captions into the field `speaker` of cues.

Captions mark the start of a turn as `>> Ana:`, `- `, `<v Ana>` or `ANA LIMA:`. Names are taken as they are written;
`summarizer.glossary` completes partial names from the title and the description.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from summarizer.transcribe.captions.cues import Cue
from summarizer.transcribe.captions.labels import Label, clean_name, find_label, is_name, strip_marker

_INNER = re.compile(r"\n|\s(?=>>)")  # in automatic captions, ">>" may be anywhere in a line
MIN_LABELS = 2  # occurrences of "Name:" for it to be a speaker; a single "Note: ..." is text
MIN_UNUSUAL = 3  # occurrences of a label in lower case, where labels are common
_COMMON = 0.3  # share of cues with a label above which a file names its speakers
_ALL = 0.8  # above which its format does (Zoom): then labels that stand once count
_EVERY = 0.95  # and whatever is in front of the colon


def mark_turns(cues: Sequence[Cue]) -> list[Cue]:
    """Move speaker markers from the text of cues to `speaker`.

    `speaker` becomes a name, "" for a new turn without a name, and None for a cue that continues a turn.
    """
    names = _find_names(cues)
    marked = []
    for cue in cues:
        for part in _split_cue(cue, names):
            speaker, text = _read_turn(part.text, names, part.speaker)
            text = " ".join(text.replace(">>", " ").split())
            if text:
                marked.append(replace(part, text=text, speaker=speaker))
    return marked


def _read_turn(text: str, names: set[str], speaker: str | None) -> tuple[str | None, str]:
    """The speaker of a line and its text; `speaker` is the one that the format gives it."""
    behind = strip_marker(text)
    label = find_label(text if behind is None else behind)
    if behind is not None:
        if label and (label.name in names or is_name(label.name)):
            return label.name, label.rest
        return speaker or "", behind
    if label and not speaker and label.name in names:
        return label.name, label.rest
    return clean_name(speaker) if speaker else speaker, text


def _find_names(cues: Sequence[Cue]) -> set[str]:
    """The labels that are speakers."""
    at_start = [label for cue in cues if not cue.speaker and (label := _label_of(cue.text))]
    everywhere = [
        label for cue in cues if not cue.speaker for line in _INNER.split(cue.text) if (label := _label_of(line))
    ]
    counts = Counter(label.name for label in everywhere)
    share = len(at_start) / len(cues) if cues else 0.0
    names = {name for name, count in counts.items() if count >= MIN_LABELS and is_name(name)}
    if share >= _COMMON:
        names |= {name for name, count in counts.items() if count >= MIN_UNUSUAL and len(name.split()) <= 3}
    if share >= _ALL and len(at_start) > 2:
        return names | {
            label.name for label in at_start if share >= _EVERY or counts[label.name] > 1 or _counts_once(label)
        }
    if names:  # the file names its speakers, so one that speaks once is named as well
        full = share >= _COMMON
        names |= {label.name for label in everywhere if _counts_once(label) and (full or len(label.name.split()) > 1)}
    return names


def _counts_once(label: Label) -> bool:
    return label.bracketed or is_name(label.name)


def _label_of(text: str) -> Label | None:
    behind = strip_marker(text)
    return find_label(text if behind is None else behind)


def _split_cue(cue: Cue, names: set[str]) -> Iterator[Cue]:
    """Split a cue with several turns; its time is divided in proportion to text length."""
    pieces: list[str] = []
    for piece in _INNER.split(cue.text):
        if pieces and not _starts_turn(piece, names):
            pieces[-1] += f" {piece}"
        elif piece.strip():
            pieces.append(piece)
    total, done = sum(map(len, pieces)), 0
    for piece in pieces:
        start, end = (cue.start + (cue.end - cue.start) * at / total for at in (done, done + len(piece)))
        yield replace(cue, start=start, end=end, text=piece, speaker=None if done else cue.speaker)
        done += len(piece)


def _starts_turn(line: str, names: set[str]) -> bool:
    label = find_label(line)
    return strip_marker(line) is not None or (label is not None and label.name in names)
