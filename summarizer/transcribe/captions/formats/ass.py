"""Parse Advanced SubStation Alpha and its older form SSA, with pysubs2."""

from __future__ import annotations

import re

from summarizer.transcribe.captions.cues import Parsed, Untimed, place
from summarizer.transcribe.captions.markup import clean_text

_CLOCK = r"\d+:\d{1,2}:\d{1,2}[.:,]\d{1,3}"
_TIMED = re.compile(rf"\s*Dialogue:[^,]*,\s*{_CLOCK}\s*,\s*{_CLOCK}\s*,")


def parse_ass(text: str) -> Parsed:
    """Parse the dialogue; comments and drawings are no text. Raises `ValueError` for an invalid file."""
    import pysubs2

    lines = text.splitlines()
    # One line with broken times would be an error of the whole file.
    broken = [line for line in lines if line.lstrip().startswith("Dialogue:") and not _TIMED.match(line)]
    try:
        events = pysubs2.SSAFile.from_string("\n".join(line for line in lines if line not in broken), "ass").events
    except (pysubs2.exceptions.Pysubs2Error, IndexError, KeyError) as error:
        raise ValueError(str(error) or "it is no ASS file") from None
    parsed = place(
        Untimed((event.start / 1000, event.end / 1000), clean_text(event.plaintext), event.name.strip() or None)
        for event in events
        if not event.is_comment and not event.is_drawing
    )
    parsed.skipped = [line.strip() for line in broken]
    return parsed
