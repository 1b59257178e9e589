"""Coverage: does every word of every talk reach the model exactly once, and do chunks end where a reader would pause?

The talks are cut with the configured chunk size and with a small one, counted by white space and by a tokenizer: the
one in the material when there is one, otherwise a stand-in that counts pieces of words as tokenizers do. The captions
have neither stops nor pauses, so chunks can only end before a clause.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from summarizer.config import Config
from summarizer.evaluation.material import Material, transcript_of
from summarizer.evaluation.report import Part, Row
from summarizer.records import Transcript
from summarizer.summarize.llm.chunking import Chunk, chunks, ends_well, line

SMALL = 400  # tokens: many chunks, and whole talks in one segment have to be split
THREE_HOURS = 27_000  # words, at 150 a minute
Count = Callable[[str], int]


@dataclass
class _Tally:
    """What was counted over all talks of one way to cut them."""

    talks: int = 0
    lossless: int = 0  # talks whose chunks hold every word once, in order
    words: int = 0
    shown_again: int = 0  # words in overlap
    cuts: int = 0
    good_cuts: int = 0
    fullest: float = 0.0  # largest chunk, share of the limit

    def add(self, transcript: Transcript, found: Sequence[Chunk], count: Count, limit: int) -> None:
        own = [word for chunk in found for segment in chunk.own for word in segment.text.split()]
        self.talks += 1
        self.lossless += own == transcript.text.split()
        self.words += len(own)
        self.shown_again += sum(len(segment.text.split()) for chunk in found for segment in chunk.overlap)
        ends = [ends_well(a.own[-1], b.own[0]) for a, b in pairwise(found)]
        self.cuts += len(ends)
        self.good_cuts += sum(ends)
        sizes = [sum(count(line(segment.id, segment)) for segment in chunk.own) for chunk in found]
        self.fullest = max([self.fullest, *(size / limit for size in sizes)])


def measure(material: Material, config: Config) -> Part:
    """Words that reach exactly one chunk, the fullest chunk, and where chunks end."""
    settings = config.summarize.llm
    talks = [talk.transcript for talk in (*material.talks, *material.interviews) if talk.text]
    subwords = cache(_tokenizer(material))  # a piece is counted more than once while a chunk is filled
    rows: list[Row] = []
    for name, limit, count in (
        ("white space", settings.chunk_tokens, _words),
        ("tokenizer", settings.chunk_tokens, subwords),
        ("tokenizer, small chunks", SMALL, subwords),
    ):
        rows += _rows(name, talks, count, limit, settings.overlap_segments)
    one_segment = [_joined(transcript) for transcript in talks[::8]]  # an eighth of them: slow to cut, and all alike
    rows += _rows("one segment a talk", one_segment, subwords, SMALL, 0)[:2]
    rows += _rows("three hours", _meetings(talks), subwords, settings.chunk_tokens, settings.overlap_segments)[:2]
    return Part(name="coverage", title="Every word reaches the model once", rows=tuple(rows))


def _rows(name: str, talks: Sequence[Transcript], count: Count, limit: int, overlap: int) -> list[Row]:
    tally = _Tally()
    for transcript in talks:
        tally.add(transcript, chunks(transcript, count, limit, overlap), count, limit)
    note = f"{tally.words} words; overlap shows {tally.shown_again / max(1, tally.words):.1%} of them again"
    if not tally.talks:
        return [Row(name=name, figure=None, note="there are too few talks to measure it on")]
    lossless, good = tally.lossless / tally.talks, tally.good_cuts / max(1, tally.cuts)
    return [
        Row(name=f"{name}: talks with every word in one chunk", figure=lossless, least=1.0, n=tally.talks, note=note),
        Row(name=f"{name}: fullest chunk of its limit", figure=tally.fullest, most=1.0, n=tally.cuts + tally.talks),
        Row(
            name=f"{name}: chunks that end at a pause, stop or clause",
            figure=good if tally.cuts else None,
            n=tally.cuts,
        ),
    ]


def _words(text: str) -> int:
    return len(text.split())


def _tokenizer(material: Material) -> Count:
    path = material.folder / "whisper_tokenizer" / "tokenizer.json"
    if not path.is_file():
        return lambda text: sum(1 + len(word) // 6 for word in re.findall(r"\w+|[^\w\s]", text))
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _joined(transcript: Transcript) -> Transcript:
    """The talk as a single segment, as text without times can come."""
    whole = transcript.segments[0].model_copy(update={"text": transcript.text, "end": transcript.segments[-1].end})
    return transcript.model_copy(update={"segments": (whole,)})


def _meetings(talks: Sequence[Transcript]) -> list[Transcript]:
    """Talks put one behind another until each is as long as a meeting of three hours."""
    meetings: list[Transcript] = []
    words: list[str] = []
    for transcript in talks:
        words += transcript.text.split()
        if len(words) >= THREE_HOURS:
            meetings.append(transcript_of(" ".join(words)))
            words = []
    return meetings
