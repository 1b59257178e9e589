"""What readers should know of a recording: of its sound, and of its caption file."""

from __future__ import annotations

from typing import Literal

from summarizer.records.base import Record

NoteKind = Literal[
    "track_chosen",  # the only sound track with a voice
    "version_chosen",  # one of several sound tracks with a voice at the same time
    "language_chosen",  # one of several sound tracks in different languages
    "tracks_mixed",  # several sound tracks whose voices take turns
    "channel_chosen",  # one of two channels that cancel each other out, for `seconds`
    "late_sound",  # the sound starts `seconds` after the recording
    "early_end",  # the sound ends `seconds` before the recording
    # Of caption files:
    "times_estimated",  # the text has no times: they are estimated from its length
    "times_equal",  # all cues have the same time: their times are estimated from the length of the text
    "times_restart",  # the times start again, in `total` parts, which were placed one after the other
    "times_sorted",  # the same, but each part covers the whole video: all cues were sorted by time
    "times_shifted",  # the times begin after the end of the video: `seconds` were subtracted
    "times_backwards",  # `count` of `total` cues begin before the cue above them or end before they begin
    "unread_times",  # `count` of `total` cues have unreadable times: they were placed between their neighbours
    "unread_lines",  # `count` of `total` lines belong to no cue and were left out
    "unread_bytes",  # `count` of `total` bytes are no text and were left out
    "encoding_detected",  # the encoding is not declared; the most plausible one is `example`
]
_MINOR_SHARE = 0.01  # `count` of `total` up to which a note is not worth a line on the page


class RecordingNote(Record):
    """What readers of the text should know of the sound of a recording or of its caption file."""

    kind: NoteKind
    seconds: float = 0.0
    tracks: tuple[int, ...] = ()  # sound tracks that were used, numbered from 1
    count: int = 0  # cues, lines or bytes that the note is about
    total: int = 0  # sound tracks, cues, lines or bytes of the file
    language: str = ""  # of the tracks used, ISO 639-1 where it is known
    example: str = ""  # the first line that was left out, or the encoding

    @property
    def minor(self) -> bool:
        """Whether the note is for those who look closely: `summarizer explain` has it, the page does not."""
        return self.kind == "encoding_detected" or 0 < self.count <= _MINOR_SHARE * self.total
