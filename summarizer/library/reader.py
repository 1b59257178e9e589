"""A finished talk, read from the library: its metadata, text, summary and page, and the results behind the page.

The one reader for everybody who looks at talks after a run: status, exports, notebooks. It knows no settings: it takes
what the newest page was made from, whatever the settings are by now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from summarizer.errors import UsageError
from summarizer.records import Claim, Corrected, Correction, Section, Segment, Source, Summary, Transcript
from summarizer.store import Entry, Library, Manifest, VideoFolder

RecordT = TypeVar("RecordT", bound=BaseModel)


@dataclass(frozen=True)
class FinishedTalk:
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
        return self.manifest.page.refused if self.manifest.page else ""

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
    def sections(self) -> tuple[Section, ...]:
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
        return tuple(claim for section in self.sections for claim in section.claims)


def open_talk(library: str | Path, video: str = "") -> FinishedTalk:
    """A talk by its id; without one, the first that has a digest, if possible one that was recognised from sound.

    Raises `UsageError` when the library has no such talk.
    """
    folders = [Library(Path(library)).folder(video)] if video else list(Library(Path(library)).folders())
    talks = [talk for folder in folders if (talk := read_talk(folder)) is not None]
    if not talks:
        raise UsageError(
            f"{library} has no talk {video}".rstrip(), "Run `make summarize` first, or give another LIBRARY."
        )
    return max(talks, key=lambda talk: (talk.summary is not None, talk.audio is not None))


def read_talk(folder: VideoFolder) -> FinishedTalk | None:
    """What one folder of the library holds; nothing before its download is done."""
    entries = _behind_the_page(folder.manifest)
    source = _read(folder, entries, "download", Source)
    if source is None:
        return None
    sound = next((folder.path / entry.files[0].name for entry in entries if entry.stage == "audio"), None)
    page = next((folder.path / entry.files[0].name for entry in entries if entry.stage == "digest"), None)
    text = page.read_text(encoding="utf-8") if page else ""
    corrected = _read(folder, entries, "glossary", Corrected)
    return FinishedTalk(
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
    by_sha256 = {entry.sha256: entry for entry in manifest.entries.values() if entry.sha256}
    used, todo = {}, [newest[stage] for stage in ("digest", "glossary", "transcribe") if stage in newest][:1]
    while todo:
        entry = todo.pop()
        used[entry.stage] = entry
        todo += [by_sha256[sha256] for sha256 in entry.inputs.values() if sha256 in by_sha256]
    chosen = newest | used
    if manifest.page and manifest.page.refused:
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
