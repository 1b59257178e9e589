"""Who speaks: markers in captions to turns.

People who write captions mark turns as `>> Ana:`, `- `, `<v Ana>` or `ANA LIMA:`. Where only a part of a name is
written, the title and the description often have the whole: it is taken when it is the only one that fits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from summarizer.transcribe.captions.formats import NAME, TURN, Cue

# A label may stand anywhere in a line of automatic captions ("... thank you >> yes"), the others begin a line.
_INSIDE = re.compile(rf"\n(?=\s*{TURN})|\s(?=>>)")
_TURN = re.compile(rf"^(?:>>+|-{{1,2}}(?=\s))\s*(?:({NAME})\s*:)?\s*")
_LABEL = re.compile(rf"^({NAME})\s*:\s+(?=\S)")
LEAST = 2  # times that a label stands before it counts as a speaker: "Note: ..." once is a sentence
_NO_NAMES = frozenset(
    "answer conclusion example fact first host-note important introduction note notes question questions second "
    "speaker-note step summary third tip title todo warning".split()
)


def turns(cues: Sequence[Cue]) -> list[Cue]:
    """Markers out of the text and into `speaker`: a name, "" for a new turn of nobody known, None where none begins."""
    cues = [part for cue in cues for part in _parts(cue)]
    labels = Counter(match[1] for cue in cues if (match := _LABEL.match(cue.text)))
    names = {label for label, times in labels.items() if times >= LEAST and label.lower() not in _NO_NAMES}
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


def _parts(cue: Cue) -> list[Cue]:
    """A cue in which several people speak, divided; its time is shared by length."""
    pieces = [piece for piece in _INSIDE.split(cue.text) if piece.strip()]
    if len(pieces) < 2:
        return [cue]
    total, done, parts = sum(map(len, pieces)), 0, []
    for piece in pieces:
        start, end = (cue.start + (cue.end - cue.start) * at / total for at in (done, done + len(piece)))
        parts.append(replace(cue, start=start, end=end, text=piece, speaker=None if done else cue.speaker))
        done += len(piece)
    return parts
