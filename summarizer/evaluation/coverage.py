"""Part `coverage`: whether every word of a talk is in exactly one chunk, and whether chunks end at natural places.

The talks are split with the configured chunk size and with a small one. Tokens are counted by white space and by a
tokenizer: the one in the material, or an approximation that counts parts of words. The captions have neither full stops
nor pauses, so chunks can only end before a clause.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from summarizer.config import Config
from summarizer.evaluation.material import Material, make_transcript
from summarizer.evaluation.report import Part, Row
from summarizer.records import Transcript
from summarizer.summarize.llm.chunking import Chunk, format_line, is_good_boundary, split_transcript

SMALL = 400  # tokens; gives many chunks, and splits talks that are one segment
THREE_HOURS = 27_000  # words, at 150 a minute
Count = Callable[[str], int]


@dataclass
class _Tally:
    """Counts over all talks for one way of splitting them."""

    talks: int = 0
    lossless: int = 0  # talks whose chunks contain every word once, in order
    words: int = 0
    repeated: int = 0  # words in overlaps
    boundaries: int = 0  # between two chunks
    good_boundaries: int = 0  # at a pause, a full stop or a clause
    fullest: float = 0.0  # size of the largest chunk as a share of the limit

    def add(self, transcript: Transcript, chunks: Sequence[Chunk], count: Count, limit: int) -> None:
        own = [word for chunk in chunks for segment in chunk.own for word in segment.text.split()]
        self.talks += 1
        self.lossless += own == transcript.text.split()
        self.words += len(own)
        self.repeated += sum(len(segment.text.split()) for chunk in chunks for segment in chunk.overlap)
        ends = [is_good_boundary(a.own[-1], b.own[0]) for a, b in pairwise(chunks)]
        self.boundaries += len(ends)
        self.good_boundaries += sum(ends)
        sizes = [sum(count(format_line(segment.id, segment)) for segment in chunk.own) for chunk in chunks]
        self.fullest = max([self.fullest, *(size / limit for size in sizes)])


def measure(material: Material, config: Config) -> Part:
    """The share of talks with every word in one chunk, the size of the largest chunk, and the ends of chunks."""
    settings = config.summarize.llm
    talks = [talk.transcript for talk in (*material.talks, *material.interviews) if talk.text]
    subwords = cache(_tokenizer(material))  # the same text is counted several times while a chunk is filled
    rows: list[Row] = []
    for name, limit, count in (
        ("white space", settings.chunk_tokens, _words),
        ("tokenizer", settings.chunk_tokens, subwords),
        ("tokenizer, small chunks", SMALL, subwords),
    ):
        rows += _rows(name, talks, count, limit, settings.overlap_segments)
    one_segment = [_joined(transcript) for transcript in talks[::8]]  # an eighth of the talks, since splitting is slow
    rows += _rows("one segment a talk", one_segment, subwords, SMALL, 0)[:2]
    rows += _rows("three hours", _meetings(talks), subwords, settings.chunk_tokens, settings.overlap_segments)[:2]
    return Part(name="coverage", title="Every word reaches the model once", rows=tuple(rows))


def _rows(name: str, talks: Sequence[Transcript], count: Count, limit: int, overlap: int) -> list[Row]:
    tally = _Tally()
    for transcript in talks:
        tally.add(transcript, split_transcript(transcript, count, limit, overlap), count, limit)
    note = f"{tally.words} words; overlap repeats {tally.repeated / max(1, tally.words):.1%} of them"
    if not tally.talks:
        return [Row(name=name, figure=None, note="too few talks")]
    lossless, good = tally.lossless / tally.talks, tally.good_boundaries / max(1, tally.boundaries)
    return [
        Row(name=f"{name}: talks with every word in one chunk", figure=lossless, least=1.0, n=tally.talks, note=note),
        Row(
            name=f"{name}: fullest chunk of its limit",
            figure=tally.fullest,
            most=1.0,
            n=tally.boundaries + tally.talks,
        ),
        Row(
            name=f"{name}: chunks that end at a pause, stop or clause",
            figure=good if tally.boundaries else None,
            n=tally.boundaries,
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
    """The transcript as a single segment, like a text without times."""
    segment = transcript.segments[0].model_copy(update={"text": transcript.text, "end": transcript.segments[-1].end})
    return transcript.model_copy(update={"segments": (segment,)})


def _meetings(talks: Sequence[Transcript]) -> list[Transcript]:
    """Transcripts of consecutive talks, joined to the length of a meeting of three hours."""
    meetings: list[Transcript] = []
    words: list[str] = []
    for transcript in talks:
        words += transcript.text.split()
        if len(words) >= THREE_HOURS:
            meetings.append(make_transcript(" ".join(words)))
            words = []
    return meetings
