"""Read a finished talk from the library: its metadata, transcript, summary, page, and the results behind the page.

Exports and notebooks use this reader. It does not depend on settings: it returns the results from which the newest page
was made, even if the settings have changed since.
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
    """Everything that the library has about one talk; results that a refused talk does not have are None."""

    manifest: Manifest
    source: Source
    transcript: Transcript | None  # as it was summarized, with corrected names
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
        """The segments of the transcript; empty if there is no transcript."""
        return self.transcript.segments if self.transcript else ()

    @property
    def duration(self) -> float:
        """Duration of the talk, seconds."""
        last = self.segments[-1].end if self.segments else 0.0
        return max(last, self.source.duration or 0.0, (self.transcript.duration or 0.0) if self.transcript else 0.0)

    @property
    def sections(self) -> tuple[Section, ...]:
        """The claims of the page under its headings; headings that are not sections of the summary span the talk."""
        if self.summary is None:
            return ()
        summary, end = self.summary, self.duration
        groups = {
            "At a glance": (summary.tldr, *summary.takeaways),
            "Decisions": summary.decisions,
            "Action items": summary.actions,
        }
        general = [
            Section(heading=name, start=0.0, end=end, claims=claims) for name, claims in groups.items() if claims
        ]
        return (*general, *summary.sections)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims of the page, in order."""
        return tuple(claim for section in self.sections for claim in section.claims)


def open_talk(library: str | Path, video: str = "") -> FinishedTalk:
    """Open a talk by its id. Without an id, open a talk with a digest, preferably one whose audio is in the library.

    Raises `UsageError` if the library has no such talk.
    """
    folders = [Library(Path(library)).folder(video)] if video else list(Library(Path(library)).folders())
    talks = [talk for folder in folders if (talk := read_talk(folder)) is not None]
    if not talks:
        raise UsageError(
            f"{library} has no talk {video}".rstrip(), "Make digests first (`summarizer run`), or use another library."
        )
    return max(talks, key=lambda talk: (talk.summary is not None, talk.audio is not None))


def read_talk(folder: VideoFolder) -> FinishedTalk | None:
    """The talk in one folder of the library, or None if its download is not finished."""
    entries = _select_entries(folder.manifest)
    source = _read(folder, entries, "download", Source)
    if source is None:
        return None
    audio = next((folder.path / entry.files[0].name for entry in entries if entry.stage == "audio"), None)
    page = next((folder.path / entry.files[0].name for entry in entries if entry.stage == "digest"), None)
    text = page.read_text(encoding="utf-8") if page else ""
    corrected = _read(folder, entries, "glossary", Corrected)
    return FinishedTalk(
        manifest=folder.manifest,
        source=source,
        transcript=corrected.transcript if corrected else _read(folder, entries, "transcribe", Transcript),
        corrections=corrected.corrections if corrected else (),
        summary=_read(folder, entries, "summarize", Summary),
        audio=audio if audio and audio.is_file() else None,
        page=text.split("\n---\n", 1)[-1].strip(),
        entries=entries,
    )


def _select_entries(manifest: Manifest) -> tuple[Entry, ...]:
    """The newest result of each stage; for the stages before a digest, the results from which it was made."""
    newest = {entry.stage: entry for entry in sorted(manifest.entries.values(), key=lambda entry: entry.when)}
    by_sha256 = {entry.sha256: entry for entry in manifest.entries.values() if entry.sha256}
    used, pending = {}, [newest[stage] for stage in ("digest", "glossary", "transcribe") if stage in newest][:1]
    while pending:
        entry = pending.pop()
        used[entry.stage] = entry
        pending += [by_sha256[sha256] for sha256 in entry.inputs.values() if sha256 in by_sha256]
    chosen = newest | used
    if manifest.page and manifest.page.refused:
        chosen = {stage: entry for stage, entry in chosen.items() if stage not in {"summarize", "digest"}}
    return tuple(sorted(chosen.values(), key=lambda entry: entry.when))


def _read(folder: VideoFolder, entries: Iterable[Entry], stage: str, record: type[RecordT]) -> RecordT | None:
    entry = next((entry for entry in entries if entry.stage == stage and entry.files), None)
    if entry is None:
        return None
    file = entry.files[0]
    if problem := folder.find_problem(file):
        raise UsageError(f"{folder.path / file.name}: {problem}", "Run `summarizer verify --repair`, then run again.")
    return record.model_validate_json((folder.path / file.name).read_bytes())
