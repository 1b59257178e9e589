"""Turn the speaker markers in captions into the field `speaker` of cues.

Captions mark the start of a turn as `>> Ana:`, `- `, `<v Ana>` or `ANA LIMA:`. Names are taken as they are written;
`summarizer.glossary` completes partial names from the title and the description.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from summarizer.transcribe.captions.formats import NAME, TURN, Cue

# In automatic captions, ">>" may be anywhere in a line ("... thank you >> yes"); all other markers start a line.
_TURN_START = re.compile(rf"\n(?=\s*{TURN})|\s(?=>>)")
_TURN = re.compile(rf"^(?:>>+|-{{1,2}}(?=\s))\s*(?:({NAME})\s*:)?\s*")
_LABEL = re.compile(rf"^({NAME})\s*:\s+(?=\S)")
MIN_LABELS = 2  # occurrences of "Name:" for it to be a speaker; a single "Note: ..." is text
_NO_NAMES = frozenset(
    "answer conclusion example fact first host-note important introduction note notes question questions second "
    "speaker-note step summary third tip title todo warning".split()
)


def mark_turns(cues: Sequence[Cue]) -> list[Cue]:
    """Move speaker markers from the text of cues to `speaker`.

    `speaker` becomes a name, "" for a new turn without a name, and None for a cue that continues a turn.
    """
    cues = [part for cue in cues for part in _split_cue(cue)]
    labels = Counter(match[1] for cue in cues if (match := _LABEL.match(cue.text)))
    names = {label for label, times in labels.items() if times >= MIN_LABELS and label.lower() not in _NO_NAMES}
    marked = []
    for cue in cues:
        text, speaker = cue.text, cue.speaker
        turn = _TURN.match(text)
        label = _LABEL.match(text)
        if turn:
            speaker = turn[1] or speaker or ""
            text = text[turn.end() :]
        elif label and label[1] in names:
            speaker = label[1]
            text = text[label.end() :]
        text = " ".join(text.replace(">>", " ").split())
        if text:
            marked.append(replace(cue, text=text, speaker=speaker))
    return marked


def _split_cue(cue: Cue) -> list[Cue]:
    """Split a cue with several turns; its time is divided in proportion to text length."""
    pieces = [piece for piece in _TURN_START.split(cue.text) if piece.strip()]
    if len(pieces) < 2:
        return [cue]
    total, done, parts = sum(map(len, pieces)), 0, []
    for piece in pieces:
        start, end = (cue.start + (cue.end - cue.start) * at / total for at in (done, done + len(piece)))
        parts.append(replace(cue, start=start, end=end, text=piece, speaker=None if done else cue.speaker))
        done += len(piece)
    return parts
