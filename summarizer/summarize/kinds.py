"""The kinds of recording, each with its own form of digest. A new kind is one record here, one prompt and one template.

The prompt is `llm/prompts/kind-<name>.md`, the template `digest/templates/<name>.md.j2`. The kind is read from what is
most certain to what is least: the title, the abstract, how the recording opens, and how its speakers alternate.
`summarizer eval --only kinds` measures the choice on talks labelled by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from summarizer.errors import UsageError
from summarizer.programme import extract_abstract, list_speakers, parse_title
from summarizer.records import Source, Transcript

AUTO = "auto"  # value of the setting; `choose_kind` then selects the kind


@dataclass(frozen=True)
class Kind:
    """One kind of recording, how it is recognised, and the fields that a language model fills for it.

    `titles`, `abstracts` and `openings` are regular expressions, case-insensitive; an empty one matches nothing.
    """

    name: str
    titles: str  # for titles without their speakers
    abstracts: str = ""  # for abstracts
    openings: str = ""  # for the first `OPENING` words that are spoken
    speakers: int = 0  # minimum number of alternating speakers that indicates the kind; 0: not used
    people: int = 0  # minimum number of people in the programme that indicates the kind if they converse; 0: not used
    roles: tuple[str, ...] = ("point", "aside")  # of a note; "aside" is for greetings and sponsors
    fields: tuple[str, ...] = ()  # further fields of a note: "speaker", "owner", "command"

    @property
    def lists_decisions(self) -> bool:
        """Whether the page has lists of decisions and action items."""
        return "decision" in self.roles


_MEETING = (
    r"\b((community|sig|wg|tag|toc|working group|weekly|bi-?weekly|monthly|office hours?)\b.*\b(meeting|call|sync)"
    r"|meeting|office hours|stand-?up)\b"
)
# "panel" alone may be a panel of a dashboard.
_PANEL = r"\bthis panel\b(?! (?:shows?|displays?|is (?:showing|empty)))|\bpanel discussion|\bpanel of \w*\s?\w*(?:experts|leaders)|\bpanell?ists?\b"
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (  # the first kind that fits is chosen
        Kind(
            name="tutorial",
            titles=r"\b(tutorial|workshop|hands[- ]on|lab|codelab|getting started)\b",
            abstracts=r"\b(this|our) (hands-on )?(tutorial|workshop|lab)\b|\b(attendees|participants|you) (will|should) (bring|need) (a|your)( own)? laptop",
            openings=r"\b(welcome to|start|in) (this|the|our) (tutorial|workshop|lab)\b",
            roles=("point", "step", "aside"),
            fields=("command",),
        ),
        Kind(
            name="panel",
            titles=r"\b(panel|round ?table)\b",
            abstracts=_PANEL,
            openings=rf"{_PANEL}|\b(is|to) (our|the) panel\b",
            speakers=3,
            people=4,
            fields=("speaker",),
        ),
        Kind(
            name="lightning",
            titles=r"\blightning talks?\b",
            abstracts=r"\bthis lightning talk\b",
            openings=r"\b(this|my|our) lightning talk\b",
        ),
        Kind(
            name="keynote",
            titles=r"^(sponsored |closing |opening )?keynotes?\b|\b(opening|closing) (keynote|remarks)\b",
            abstracts=r"\bthis keynote\b",
            openings=r"\b(my|welcome to (this|the|our)) keynote\b",
        ),
        Kind(
            name="qa",
            titles=r"\bq ?(&|and) ?as?\b|\bask (me|us) anything\b|\bama\b|\binterview\b|\bfireside\b",
            abstracts=r"\bq ?& ?a (series|session|webinar)|\bfireside chat\b|\bask me anything\b",
            openings=r"\b(welcome|episode)\b[^.]{0,60}\b(q ?(&|and) ?a|fireside chat|ask me anything)\b",
            fields=("speaker",),
        ),
        Kind(
            name="meeting",
            titles=_MEETING,
            openings=r"\b(welcome to|this is) (the|our|this|today's)\b.{0,60}\b(meeting|community call)\b",
            roles=("point", "decision", "action", "aside"),
            fields=("owner",),
        ),
        Kind(name="talk", titles=""),
    )
}
MIN_TURNS = 10  # minimum number of speaker changes in a conversation
OPENING = 300  # words; two minutes
# Questions and thanks per 1,000 words from which named people are taken to converse, where captions have no names. Of
# the tuning half's talks with four people or more, those without a moderator have at most 2.4.
EXCHANGES = 3.0
_EXCHANGE = re.compile(
    r"\b(questions?|i agree|your point|(?:what )?do you (?:think|see|guys)|thanks?(?: you)?)\b", re.IGNORECASE
)


def find_configured_kind(name: str) -> Kind | None:
    """Return the kind with this name, None for "auto"; raise `UsageError` when there is none."""
    if name == AUTO:
        return None
    if name not in KINDS:
        raise UsageError(f"summarize.kind: there is no kind {name!r}", f"Choose one of {AUTO}, {', '.join(KINDS)}.")
    return KINDS[name]


def choose_kind(source: Source, transcript: Transcript, configured: str = AUTO) -> Kind:
    """Return the configured kind, or the first one for which there is a sign."""
    return find_configured_kind(configured) or next(_find_signs(source, transcript), KINDS["talk"])


def _find_signs(source: Source, transcript: Transcript) -> Iterator[Kind]:
    """Yield the kinds that something indicates, the most certain first."""
    opening = " ".join(transcript.text.split(maxsplit=OPENING)[:OPENING])
    texts = (parse_title(source.title).talk, "\n".join(extract_abstract(source)), opening)
    for place, text in enumerate(texts):
        for kind in KINDS.values():
            pattern = (kind.titles, kind.abstracts, kind.openings)[place]
            if pattern and re.search(pattern, text, re.IGNORECASE):
                yield kind
    speakers = {segment.speaker for segment in transcript.segments if segment.speaker}
    turns = sum(a.speaker != b.speaker for a, b in zip(transcript.segments, transcript.segments[1:], strict=False))
    people = len(list_speakers(source))
    for kind in KINDS.values():
        if 0 < kind.speakers <= len(speakers) and turns >= MIN_TURNS:
            yield kind
        if 0 < kind.people <= people and _converse(transcript.text):
            yield kind


def _converse(text: str) -> bool:
    """Whether people ask and thank one another more often than the presenters of a talk."""
    return len(_EXCHANGE.findall(text)) > EXCHANGES * len(text.split()) / 1000
