"""What the library holds of one talk, read whole, and the figures that the pictures show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from pydantic import BaseModel

from summarizer.digest import escape, timestamp
from summarizer.errors import UsageError
from summarizer.evidence.support import NEIGHBOURS, unsupported
from summarizer.language.words import STOP, numbers, stem, tokens
from summarizer.records import Claim, Corrected, Correction, Section, Segment, Source, Summary, Transcript
from summarizer.store.library import Entry, Library, Manifest, VideoFolder

if TYPE_CHECKING:
    from numpy.typing import NDArray

RecordT = TypeVar("RecordT", bound=BaseModel)
PAUSE = 1.0  # seconds without a word that count as a pause


@dataclass(frozen=True)
class Inspected:
    """Everything the library holds of one talk; what a refused talk never had is None."""

    manifest: Manifest
    source: Source
    transcript: Transcript | None  # as it was summarized, names put right
    corrections: tuple[Correction, ...]
    summary: Summary | None
    audio: Path | None
    page: str  # markdown without front matter; empty when there is no digest
    entries: tuple[Entry, ...]  # the results behind the newest page, in the order of the stages

    @property
    def refusal(self) -> str:
        """Why there is no digest; empty when there is one."""
        return str(self.manifest.page.get("refused") or "")

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The transcript's segments; none when there is no transcript."""
        return self.transcript.segments if self.transcript else ()

    @property
    def duration(self) -> float:
        """Length of the talk, seconds."""
        last = self.segments[-1].end if self.segments else 0.0
        return max(last, self.source.duration or 0.0, (self.transcript.duration or 0.0) if self.transcript else 0.0)

    @property
    def parts(self) -> tuple[Section, ...]:
        """The page's claims by where they stand on it; what belongs to no section has the whole talk as its range."""
        if self.summary is None:
            return ()
        found, end = self.summary, self.duration
        listed = {
            "At a glance": (found.tldr, *found.takeaways),
            "Decisions": found.decisions,
            "Action items": found.actions,
        }
        whole = [Section(heading=name, start=0.0, end=end, claims=claims) for name, claims in listed.items() if claims]
        return (*whole, *found.sections)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim of the page, in its order."""
        return tuple(claim for part in self.parts for claim in part.claims)


class Rows(tuple[tuple[str, ...], ...]):
    """A table that notebooks show as one; the first row is its heading, and foreign text is escaped."""

    def _repr_markdown_(self) -> str:
        heading, *rest = ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in self]
        return "\n".join([heading, "|" + "---|" * len(self[0]), *rest])


def open_talk(library: str | Path, video: str = "") -> Inspected:
    """A talk by its id; without one, the first that has a digest, if possible one that was heard rather than read.

    Raises `UsageError` when the library has no such talk.
    """
    folders = [Library(Path(library)).folder(video)] if video else list(Library(Path(library)).folders())
    talks = [talk for folder in folders if (talk := _open(folder)) is not None]
    if not talks:
        raise UsageError(
            f"{library} has no talk {video}".rstrip(), "Run `make summarize` first, or give another LIBRARY."
        )
    return max(talks, key=lambda talk: (talk.summary is not None, talk.audio is not None))


def _open(folder: VideoFolder) -> Inspected | None:
    entries = _behind_the_page(folder.manifest)
    source = _read(folder, entries, "download", Source)
    if source is None:
        return None
    sound = next((folder.path / entry.files[0].name for entry in entries if entry.stage == "audio"), None)
    page = next((folder.path / entry.files[0].name for entry in entries if entry.stage == "digest"), None)
    text = page.read_text(encoding="utf-8") if page else ""
    corrected = _read(folder, entries, "glossary", Corrected)
    return Inspected(
        manifest=folder.manifest,
        source=source,
        transcript=corrected.transcript if corrected else _read(folder, entries, "transcribe", Transcript),
        corrections=corrected.corrections if corrected else (),
        summary=_read(folder, entries, "summarize", Summary),
        audio=sound if sound and sound.is_file() else None,
        page=text.split("\n---\n", 1)[-1].strip(),
        entries=entries,
    )


def _behind_the_page(manifest: Manifest) -> tuple[Entry, ...]:
    """The newest result of every stage, and for a digest exactly those it was made from."""
    newest = {entry.stage: entry for entry in sorted(manifest.entries.values(), key=lambda entry: entry.when)}
    by_digest = {entry.digest: entry for entry in manifest.entries.values() if entry.digest}
    used, todo = {}, [newest[stage] for stage in ("digest", "glossary", "transcribe") if stage in newest][:1]
    while todo:
        entry = todo.pop()
        used[entry.stage] = entry
        todo += [by_digest[digest] for digest in entry.inputs.values() if digest in by_digest]
    chosen = newest | used
    if manifest.page.get("refused"):
        chosen = {stage: entry for stage, entry in chosen.items() if stage not in {"summarize", "digest"}}
    return tuple(sorted(chosen.values(), key=lambda entry: entry.when))


def _read(folder: VideoFolder, entries: Iterable[Entry], stage: str, record: type[RecordT]) -> RecordT | None:
    entry = next((entry for entry in entries if entry.stage == stage and entry.files), None)
    if entry is None:
        return None
    file = entry.files[0]
    if problem := folder.problem(file):
        raise UsageError(f"{folder.path / file.name}: {problem}", "Run `summarizer verify --repair`, then run again.")
    return record.model_validate_json((folder.path / file.name).read_bytes())


# -- tables ---------------------------------------------------------------------------------------------------


def metadata(talk: Inspected) -> Rows:
    """What is known of the talk."""
    source = talk.source
    made = talk.transcript.made if talk.transcript else None
    known = {
        "title": source.title,
        "speakers": ", ".join(source.speakers),
        "channel": source.channel,
        "published": str(source.published or ""),
        "length": timestamp(talk.duration),
        "caption tracks": ", ".join(f"{track.kind} {track.language} {track.format}" for track in source.captions),
        "text from": " ".join(filter(None, (made.backend, made.model))) if made else "",
        "words": str(sum(len(segment.text.split()) for segment in talk.segments)),
        "digest": talk.refusal or (talk.summary.kind if talk.summary else "none yet"),
    }
    return Rows((("field", "value"), *((name, value) for name, value in known.items() if value)))


def stages(talk: Inspected) -> Rows:
    """What the cache holds behind the page: each stage with its verdict or file, and what it cost."""
    rows = [
        (
            entry.stage,
            f"refused: {entry.refusal.message}" if entry.refusal else entry.files[0].name if entry.files else "passed",
            f"{entry.files[0].bytes / 1000:.1f} kB" if entry.files else "",
            f"{entry.seconds:.2f} s",
        )
        for entry in talk.entries
    ]
    return Rows((("stage", "result", "size", "took"), *rows))


def corrections(talk: Inspected) -> Rows:
    """Names that the glossary put right, with their moments."""
    rows = [(timestamp(change.time), change.before, change.after, change.why) for change in talk.corrections]
    return Rows((("time", "heard", "now", "why"), *rows))


def pauses(segments: Sequence[Segment], least: float = PAUSE) -> list[tuple[float, float]]:
    """(start, end) of every stretch of at least so many seconds between segments."""
    return [(a.end, b.start) for a, b in pairwise(segments) if b.start - a.end >= least]


def words_per_minute(
    segments: Sequence[Segment], duration: float, window: float = 20.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times (s) and words a minute around each: a moving average whose Gaussian weights hold 95 % within `window` (s).

    Every word is placed evenly inside its segment. At the ends the average is over the part inside the talk.
    """
    places = [
        segment.start + (i + 0.5) * (segment.end - segment.start) / len(words)
        for segment in segments
        if (words := segment.text.split())
        for i in range(len(words))
    ]
    length = max(duration, 1.0)
    times = np.linspace(0.0, length, 400)
    fine = np.arange(0.0, length, min(0.5, length / 400)) + min(0.25, length / 800)
    counts, _ = np.histogram(places, bins=len(fine), range=(0.0, length))
    weights = np.exp(-0.5 * ((times[:, None] - fine[None, :]) / (window / 4)) ** 2)
    step = length / len(fine)
    return times, 60.0 / step * (weights @ counts) / weights.sum(axis=1)


# -- words and what supports them -----------------------------------------------------------------------------


def check_words(talk: Inspected, claim: Claim) -> list[tuple[str, str]]:
    """Each word of a claim with "cited" (in a cited segment), "beside" (in a neighbour), "absent" or "common"."""
    cited = _stems(talk.segments, claim.evidence)
    beside = _stems(talk.segments, around(talk, claim))
    verdicts = []
    for word in claim.text.split():
        stems = checked_stems(word)
        state = "common" if not stems else "cited" if stems <= cited else "beside" if stems <= beside else "absent"
        verdicts.append((word, state))
    return verdicts


def checked_stems(word: str) -> set[str]:
    """What of a written word is looked for: its parts without function words; numbers always count."""
    return {stem(part) for part in tokens(word) if part.lower() not in STOP or numbers(part)}


def around(talk: Inspected, claim: Claim) -> list[int]:
    """Ids of the segments that may support a claim: those it cites and their neighbours."""
    near = {id + step for id in claim.evidence for step in range(-NEIGHBOURS, NEIGHBOURS + 1)}
    return sorted(near & set(range(len(talk.segments))))


def _stems(segments: Sequence[Segment], ids: Iterable[int]) -> set[str]:
    return {stem(word) for id in ids for word in tokens(f"{segments[id].text} {segments[id].speaker or ''}")}


def verdict(talk: Inspected, claim: Claim) -> str:
    """What the evidence check says of a claim, in words."""
    assert talk.transcript is not None, "claims come from a transcript"  # noqa: S101 - narrows the type
    return unsupported(claim.text, claim.evidence, talk.transcript) or "supported"
