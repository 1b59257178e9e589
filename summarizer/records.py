"""The values that stages exchange: frozen, typed, and the only values that are stored.

Types of other libraries are converted where they are received. Sequences are tuples, so that a stage cannot change its
input. Times are seconds of the video. With `extra="forbid"`, a file of a newer version is an error: a cache miss.
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
Status = Literal["made", "cached", "refused", "skipped", "deferred", "failed"]
SpanReason = Literal[
    "no_speech",  # silence, noise or music
    "sound",  # the captions have a sound marker: [Music], (applause)
    "no_text",  # speech without text
    "looped",  # the text repeated itself, also when it was recognised again: removed
    "text_over_silence",  # text without speech: removed
    "too_fast",  # more words than a person can speak: removed
]
REMOVED_REASONS: frozenset[SpanReason] = frozenset({"looped", "text_over_silence", "too_fast"})  # text was removed

NoteKind = Literal[
    "track_chosen",  # the only sound track with a voice
    "version_chosen",  # one of several sound tracks with a voice at the same time
    "language_chosen",  # one of several sound tracks in different languages
    "tracks_mixed",  # several sound tracks whose voices take turns
    "channel_chosen",  # one of two channels that cancel each other out, for `seconds`
    "late_sound",  # the sound starts `seconds` after the recording
    "early_end",  # the sound ends `seconds` before the recording
]

VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")


class Record(BaseModel):
    """Base of all records: immutable; unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Video(Record):
    """One entry of a listing: what is needed to decide whether there is work to do."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{11}$")  # YouTube's id or a hash; used as a folder name
    url: str  # address of the watch page, or a file:// address of a local recording
    title: str
    origin: Origin
    fingerprint: str  # identifies the listed content; a change repeats the download
    duration: float | None = None  # seconds, as declared by the listing
    published: date | None = None
    description: str = ""  # only from a feed; YouTube sends it with the download
    playlist: str = ""  # title of the playlist that lists it; often names the event
    unavailable: str | None = None  # code of `Unavailable` or `Deferred` when the listing has it


class CaptionTrack(Record):
    """One caption file as it was downloaded, before any check."""

    kind: CaptionKind
    language: str  # BCP 47, as declared by the site: "en", "en-US", "pt-BR"
    format: CaptionFormat
    file: str  # name of the file in the video's folder
    sha256: str  # of the file; the key of the transcript contains it, so a new title repeats no work


class Chapter(Record):
    """A chapter of a video, as its publisher named it; it ends where the next one begins."""

    title: str
    start: float  # seconds


class Source(Record):
    """Metadata of one video (an allowlist of fields) and its caption tracks; made by the stage `download`."""

    video_id: str
    url: str  # public address, used for links; empty for a private recording
    title: str
    channel: str = ""
    speakers: tuple[str, ...] = ()
    description: str = ""
    published: date | None = None
    duration: float | None = None  # seconds
    language: str | None = None
    tags: tuple[str, ...] = ()
    playlist: str = ""  # title of the playlist that listed it
    chapters: tuple[Chapter, ...] = ()  # ordered by time
    captions: tuple[CaptionTrack, ...] = ()
    has_audio: bool = True  # whether the video has audio


class Provenance(Record):
    """What made a result, in which version, and at what cost."""

    backend: str  # "captions", "whisper", "extractive", "transformers", "openai"
    model: str = ""
    revision: str = ""
    prompt_version: str = ""
    device: str = ""
    # Wall time of the stage. Not stored, so that equal results have equal keys; the manifest has it for readers.
    seconds: float = Field(default=0.0, exclude=True)
    tokens_in: int = 0
    tokens_out: int = 0


class Word(Record):
    """One word with its own times, if the recogniser returns them."""

    start: float
    end: float
    text: str
    probability: float | None = None


class Segment(Record):
    """A few seconds of speech: the unit that claims cite."""

    id: int  # position in the transcript, from 0
    start: float
    end: float
    text: str
    speaker: str | None = None
    speaker_from: Literal["captions", "diarization"] | None = None  # source of the name
    language: str | None = None  # ISO 639-1, if it differs from the transcript's
    words: tuple[Word, ...] = ()


class Span(Record):
    """A stretch of time without reliable text, and the reason."""

    start: float  # seconds
    end: float
    reason: SpanReason


class RecordingNote(Record):
    """What readers of the text should know of the sound of a recording."""

    kind: NoteKind
    seconds: float = 0.0
    tracks: tuple[int, ...] = ()  # sound tracks that were used, numbered from 1
    total: int = 0  # sound tracks of the file
    language: str = ""  # of the tracks used, ISO 639-1 where it is known


class Transcript(Record):
    """The text of a talk with its times and its provenance."""

    video_id: str
    language: str  # ISO 639-1, "en"; "und" when it is unknown
    segments: tuple[Segment, ...]
    duration: float | None = None  # length of the media or the captions, seconds
    kind: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")  # "human", "automatic", or the back end that recognised the speech
    spans: tuple[Span, ...] = ()  # stretches without speech and stretches whose text was removed; in order
    redone: int = 0  # windows of which parts were recognised again, with safer settings
    voiced: float | None = None  # seconds with a voice; None if voice activity detection did not run
    voiced_share: float | None = None  # share of the voiced time that has text, 0..1
    notes: tuple[RecordingNote, ...] = ()  # on the sound
    made: Provenance

    @property
    def recognised(self) -> bool:
        """Whether speech recognition made the text; otherwise it comes from captions."""
        return self.kind not in CAPTION_KINDS

    @property
    def text(self) -> str:
        """The text of all segments, separated by spaces."""
        return " ".join(segment.text for segment in self.segments)

    @property
    def removed(self) -> tuple[Span, ...]:
        """The spans whose text was removed because it was unreliable."""
        return tuple(span for span in self.spans if span.reason in REMOVED_REASONS)


class TextScore(Record):
    """How plausible a transcript looks, judged by its text alone; recognition errors are not visible to it."""

    score: float  # 0..1, the mean of the parts below, each scaled to 0..1
    coverage: float  # share of the video that has text or a sound marker, 0..1
    words_per_minute: float  # counted over the time that has text
    punctuation: float  # sentence ends per 100 words; people write 5 to 8
    glossary: float | None = None  # glossary terms per 1,000 words; None without a glossary

    def __str__(self) -> str:
        text = f"score {self.score:.2f}: covers {self.coverage:.0%}, {self.words_per_minute:.0f} words a minute, "
        terms = "" if self.glossary is None else f", {self.glossary:.1f} glossary terms in 1,000 words"
        return f"{text}{self.punctuation:.1f} sentence ends in 100 words{terms}"


class Claim(Record):
    """A checked statement and the segments that support it; times are looked up, never written by a model."""

    text: str
    evidence: tuple[int, ...] = Field(min_length=1)  # segment ids, ascending
    start: float  # seconds; start of the first cited segment
    supported: bool = True  # whether its names, numbers and rare words are in the cited segments
    translation: str = ""  # `text` in the digest's language, if that differs from the talk's; empty: none
    command: str = ""  # the command of a tutorial step, as written in the cited segments


class Section(Record):
    """A stretch of the talk about one subject."""

    heading: str
    start: float
    end: float
    translation: str = ""  # `heading` in the digest's language
    claims: tuple[Claim, ...]


class Mention(Record):
    """A project that the talk names, with the times."""

    name: str
    times: tuple[float, ...]


class Abbreviation(Record):
    """An abbreviation that the talk expands: "SLO", "service level objective"."""

    short: str
    long: str
    time: float  # seconds; start of the segment in which it is expanded


class Correction(Record):
    """One change by the glossary stage: the text before, the text after, and the reason."""

    segment: int  # id of the segment in which it begins
    time: float  # start of that segment, seconds
    before: str
    after: str
    why: str

    @property
    def misheard(self) -> bool:
        """Whether letters changed, rather than only capitals, spaces and hyphens."""
        before, after = ("".join(filter(str.isalnum, text.lower())) for text in (self.before, self.after))
        return before != after


class Corrected(Record):
    """A transcript with corrected names; the original transcript is kept unchanged."""

    transcript: Transcript
    corrections: tuple[Correction, ...]  # ordered by time
    projects: tuple[Mention, ...] = ()  # projects that the talk names


class Evidence(Record):
    """The results of the evidence checks; a citation that resolves does not make the claim true."""

    citations: int  # number of citations in the summary
    citations_resolve: float  # share of the citations that name an existing segment, 0..1
    claims: int
    claims_supported: float  # share of claims whose names, numbers and rare words are in the cited segments, 0..1
    dropped: int = 0  # statements dropped because they were not supported
    quotes: int = 0  # claims that quote the talk where a model wrote nothing that holds
    covered_share: float = 0.0  # share of the transcript's tokens that the summarizer received, 0..1
    covered_start: float = 0.0
    covered_end: float = 0.0


class Summary(Record):
    """The content of a digest."""

    video_id: str
    kind: str  # a name of summarize/kinds.py
    language: str = ""  # language of the digest; empty: the talk's
    tldr: Claim
    takeaways: tuple[Claim, ...]
    sections: tuple[Section, ...]
    decisions: tuple[Claim, ...] = ()  # meetings only
    actions: tuple[Claim, ...] = ()  # meetings only
    questions: tuple[Claim, ...] = ()  # what the audience asked, as quotes; they are no claims of the talk
    projects: tuple[Mention, ...] = ()  # found by the glossary stage
    abbreviations: tuple[Abbreviation, ...] = ()  # abbreviations that the talk expands; ordered by time
    quoted: bool = False  # whether every sentence is quoted from the talk
    evidence: Evidence
    made: Provenance


class Page(Record):
    """The entry of one page in the index."""

    file: str
    title: str
    published: date | None = None
    duration: float | None = None  # seconds
    kind: str = "talk"
    event: str = ""
    speakers: tuple[str, ...] = ()  # with their affiliations: "Ada Lovelace (Engines)"
    projects: tuple[str, ...] = ()
    tldr: str = ""
    refused: str = ""  # why there is no digest; empty if there is one


class Outcome(Record):
    """One line of runs/<utc>.jsonl: the outcome of one stage of one video."""

    video_id: str
    title: str
    stage: str
    status: Status
    code: str = ""  # a stable word: "private", "placeholder", "rate_limited", ...
    reason: str = ""  # one line for people
    seconds: float = 0.0
    key: str = ""
    path: str = ""  # path of the page, for the last stage
    when: datetime
