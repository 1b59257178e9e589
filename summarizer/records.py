"""The values that flow between stages: frozen, typed, and the only things we persist.

Foreign types (yt-dlp's dictionaries, faster-whisper's segments, a model's tokens) stop at the adapter that
knows them. Tuples rather than lists, so that a stage cannot change what it was given. Times are seconds from
the start of the video. `extra="forbid"` makes a file written by a newer version an error, hence a cache miss.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Origin = Literal["youtube", "feed", "folder"]
CaptionKind = Literal["human", "automatic"]
CAPTION_KINDS: frozenset[str] = frozenset(get_args(CaptionKind))
CaptionFormat = Literal["vtt", "srt", "json3", "ttml", "txt"]
Status = Literal["made", "cached", "refused", "deferred", "failed"]
SpanReason = Literal[
    "no_speech",  # nobody talks: silence, noise, music
    "sound",  # the captions say so: [Music], (applause)
    "no_text",  # somebody talks, and nothing was written
    "looped",  # the text repeated itself, was recognised again, and still did: cut out
    "text_over_silence",  # text where nobody talks: cut out
    "too_fast",  # more words than a mouth can speak: cut out
]
CUT: frozenset[SpanReason] = frozenset({"looped", "text_over_silence", "too_fast"})  # text was removed there

VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")


class Record(BaseModel):
    """Base of all records: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Video(Record):
    """One entry of a listing: enough to decide whether anything has to be done."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{11}$")  # YouTube's, or a hash: it becomes a folder's name
    url: str  # what to open: a watch page, or a file:// address for a local recording
    title: str
    origin: Origin
    fingerprint: str  # what the listing knows of the content; when it changes, the download is redone
    duration: float | None = None  # seconds, as the listing declares it
    published: date | None = None
    description: str = ""  # from a feed; YouTube's comes with the download
    unavailable: str | None = None  # code of `Unavailable`/`Deferred` when the listing already tells


class CaptionTrack(Record):
    """One caption file as it came, before anything is judged."""

    kind: CaptionKind
    language: str  # BCP 47 as the site declares it: "en", "en-US", "pt-BR"
    format: CaptionFormat
    file: str  # file name within the video's folder in the library
    sha256: str  # of the bytes; the transcript is keyed on it, so a new title never repeats work


class Source(Record):
    """What `download` knows of one video: an allowlist of metadata, and its caption tracks."""

    video_id: str
    url: str  # public address that links are built from; empty for a private recording
    title: str
    channel: str = ""
    speakers: tuple[str, ...] = ()
    description: str = ""
    published: date | None = None
    duration: float | None = None  # seconds
    language: str | None = None
    tags: tuple[str, ...] = ()
    captions: tuple[CaptionTrack, ...] = ()
    has_audio: bool = True  # whether there is sound to fetch at all


class Made(Record):
    """Provenance: by what, from which version, at what cost."""

    backend: str  # "captions", "whisper", "extractive", "transformers", "openai"
    model: str = ""
    revision: str = ""
    prompt_version: str = ""
    device: str = ""
    seconds: float = 0.0  # wall time of the stage
    tokens_in: int = 0
    tokens_out: int = 0


class Word(Record):
    """One word with its own times, where the recogniser gives them."""

    start: float
    end: float
    text: str
    probability: float | None = None


class Segment(Record):
    """A few seconds of speech: the unit that evidence cites."""

    id: int  # position in the transcript, from 0; claims cite it
    start: float
    end: float
    text: str
    speaker: str | None = None
    speaker_from: Literal["captions", "diarization"] | None = None  # who said so
    language: str | None = None  # ISO 639-1, where it differs from the transcript's
    words: tuple[Word, ...] = ()


class Span(Record):
    """A stretch that is not text to be trusted, and why."""

    start: float  # seconds
    end: float
    reason: SpanReason


class Transcript(Record):
    """What was said, when, and how we know."""

    video_id: str
    language: str  # ISO 639-1, "en"; "und" when nobody knows
    segments: tuple[Segment, ...]
    duration: float | None = None  # seconds of media or captions it was made from
    kind: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")  # "human", "automatic", or the back end that recognised the speech
    spans: tuple[Span, ...] = ()  # where nobody talks, and what was cut out; in order
    redone: int = 0  # windows that were recognised a second time, with safer settings
    made: Made

    @property
    def recognised(self) -> bool:
        """Whether it is recognised speech rather than captions."""
        return self.kind not in CAPTION_KINDS

    @property
    def text(self) -> str:
        """The whole text, one space between segments."""
        return " ".join(segment.text for segment in self.segments)

    @property
    def cut(self) -> tuple[Span, ...]:
        """The spans whose text was removed because it could not be trusted."""
        return tuple(span for span in self.spans if span.reason in CUT)


class TextScore(Record):
    """How far a text can be what was said, from its looks alone: what it misheard nobody can see here."""

    score: float  # 0..1, the mean of the parts below, each scaled to 0..1
    coverage: float  # share of the video with text or a sound marker, 0..1
    words_per_minute: float  # of the time with text
    punctuation: float  # sentence ends for every 100 words; people write 5 to 8
    glossary: float | None = None  # glossary terms for every 1,000 words; None without a glossary

    def __str__(self) -> str:
        terms = "" if self.glossary is None else f", {self.glossary:.1f} glossary terms in 1,000 words"
        return (
            f"score {self.score:.2f}: covers {self.coverage:.0%}, {self.words_per_minute:.0f} words a minute, "
            f"{self.punctuation:.1f} sentence ends in 100 words{terms}"
        )


class Claim(Record):
    """One statement and the segments that support it; times are looked up, never written by a model."""

    text: str
    evidence: tuple[int, ...] = Field(min_length=1)  # segment ids, ascending
    start: float  # seconds; start of the first cited segment
    supported: bool = True  # its names, numbers and rare words are in the cited segments
    translation: str = ""  # `text` in the digest's language, when that is not the talk's; empty: there is none
    command: str = ""  # what a step of a tutorial types, as the cited segments have it


class Section(Record):
    """A stretch of the talk about one thing."""

    heading: str
    start: float
    end: float
    translation: str = ""  # `heading` in the digest's language
    claims: tuple[Claim, ...]


class Mention(Record):
    """A project named in the talk, and when."""

    name: str
    times: tuple[float, ...]


class Correction(Record):
    """One change of the glossary stage: what was written, what stands there now, and why."""

    segment: int  # id of the segment that it begins in
    time: float  # that segment's start, seconds
    before: str
    after: str
    why: str

    @property
    def misheard(self) -> bool:
        """Whether letters changed, not only capitals, spaces and hyphens."""
        return _letters(self.before) != _letters(self.after)


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


class Corrected(Record):
    """A transcript with its names put right; the one it was made from is kept as it was."""

    transcript: Transcript
    corrections: tuple[Correction, ...]  # in order of time
    projects: tuple[Mention, ...] = ()  # projects that the talk names


class Evidence(Record):
    """Three separate figures: that a citation exists does not make the claim true."""

    citations: int  # citations in the summary
    citations_resolve: float  # share of them that name an existing segment, 0..1
    claims: int
    claims_supported: float  # share whose names, numbers and rare words are in the cited segments, 0..1
    dropped: int = 0  # claims removed because they were not supported
    covered_share: float = 0.0  # share of the transcript's tokens that reached the summarizer, 0..1
    covered_start: float = 0.0
    covered_end: float = 0.0


class Summary(Record):
    """What the digest renders."""

    video_id: str
    kind: str  # a name of summarize/kinds.py
    language: str = ""  # of the digest; empty: the talk's own
    tldr: Claim
    takeaways: tuple[Claim, ...]
    sections: tuple[Section, ...]
    decisions: tuple[Claim, ...] = ()  # meetings only
    actions: tuple[Claim, ...] = ()  # meetings only
    projects: tuple[Mention, ...] = ()  # as the glossary stage found them
    quoted: bool = False  # whether every sentence is a quote
    evidence: Evidence
    made: Made


class Page(Record):
    """What the index says of one page."""

    file: str
    title: str
    published: date | None = None
    duration: float | None = None  # seconds
    kind: str = "talk"
    tldr: str = ""
    refused: str = ""  # why there is no digest; empty for a digest


class Outcome(Record):
    """One line of runs/<utc>.jsonl: what became of one stage of one video."""

    video_id: str
    title: str
    stage: str
    status: Status
    code: str = ""  # stable word: "private", "placeholder", "rate_limited", ...
    reason: str = ""  # for people, one line
    seconds: float = 0.0
    key: str = ""
    path: str = ""  # the digest, for the last stage
    when: datetime
