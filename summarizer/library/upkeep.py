"""Looking after a library: what it holds, why a stage would run, what is damaged, what is no longer used."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Literal

from summarizer.check import CHECK
from summarizer.config import Config
from summarizer.errors import UsageError
from summarizer.pipeline import OpenedBackends, Plan, State, Step, Walk
from summarizer.records import VIDEO_ID, Corrected, Record
from summarizer.store import Entry, Library, VideoFolder


class Held(Record):
    """One line of `status`."""

    video: str
    state: Literal["done", "refused", "begun"]
    title: str
    published: date | None
    page: str  # its path, or why there is no digest


def status(config: Config) -> list[Held]:
    """Every video of the library with its page, or why it has none; reads manifests only."""
    return [_held(folder, config) for folder in Library(config.runtime.library).folders()]


def _held(folder: VideoFolder, config: Config) -> Held:
    manifest = folder.manifest
    page, video = manifest.page, manifest.video
    title = page.title if page else video.title if video else ""
    path = str(config.runtime.digests / manifest.published.name) if manifest.published else ""
    return Held(
        video=folder.path.name,
        state="begun" if page is None else "refused" if page.refused else "done",
        title=title,
        published=page.published if page else None,
        page=(page.refused if page else "") or path,
    )


def explain(config: Config, video_id: str) -> Plan:
    """What a run would do with one video of the library, and why; raises `UsageError` for an unknown video."""
    walk = _known(config, video_id)
    return Plan(walk.video, [_with_score(walk, step) for step in walk.look()])


def _with_score(walk: Walk, step: Step) -> Step:
    """A finished check with the score that it gave."""
    score = walk.result(step) if step.stage == CHECK.name and not step.why else None
    return replace(step, why=str(score)) if score else step


def corrections(config: Config, video_id: str) -> list[dict[str, Any]]:
    """What the glossary changed in the transcript of a video that has been run with these settings."""
    walk = _known(config, video_id)
    walk.look()
    if Corrected not in walk.values:
        raise UsageError(f"{video_id} has no corrected transcript with these settings", "Run it first.")
    listed = walk.values[Corrected].corrections
    return [{"time": f"{c.time:.1f}", **c.model_dump(exclude={"time"}), "misheard": c.misheard} for c in listed]


def _known(config: Config, video_id: str) -> Walk:
    """A plan for one video of the library."""
    if not VIDEO_ID.fullmatch(video_id):
        raise UsageError(f"{video_id!r} is not a video id", "See `summarizer status`.")
    walk = _plan(config, Library(config.runtime.library).folder(video_id))
    if walk is None:
        raise UsageError(f"{video_id} is not in the library {config.runtime.library}", "See `summarizer status`.")
    return walk


def _plan(config: Config, folder: VideoFolder) -> Walk | None:
    """A plan for a folder's video; nothing for a folder without one."""
    video = folder.manifest.video
    return Walk(video, folder, config, OpenedBackends(config), plan=True) if video else None


def verify(config: Config, repair: bool) -> list[dict[str, Any]]:
    """Every file that does not match its manifest entry; with `repair` they are set aside."""
    _require_library(config)
    damaged = []
    for folder in Library(config.runtime.library).folders():
        for file in [file for entry in folder.manifest.entries.values() for file in entry.files]:
            problem = folder.problem(file)
            if not problem:
                continue
            if repair:
                with folder.lock():
                    folder.intact(file)
            set_aside = "set aside" if repair else ""
            damaged.append({"video": folder.path.name, "file": file.name, "problem": problem, "repair": set_aside})
    return damaged


def prune(config: Config, dry_run: bool) -> list[dict[str, Any]]:
    """Delete the variants that a run with these settings would not look at; one row per video."""
    _require_library(config)
    rows = []
    for folder in Library(config.runtime.library).folders():
        stale = _stale(folder, config)
        freed = sum(file.bytes for entry in stale for file in entry.files)
        if not dry_run:
            with folder.lock():
                freed = folder.drop(stale)
        if stale or freed:
            names = ", ".join(entry.name for entry in stale)
            rows.append({"video": folder.path.name, "bytes": freed, "results": names})
    return rows


def _stale(folder: VideoFolder, config: Config) -> list[Entry]:
    """Older variants of those stages that the plan could reach; what it could not reach is kept."""
    walk = _plan(config, folder)
    if walk is None:
        return []
    walk.look()
    used = {(step.stage, step.key) for step in walk.steps}
    reached = {step.stage for step in walk.steps if step.state != State.WOULD_RUN}
    return [
        entry
        for entry in folder.manifest.entries.values()
        if entry.stage in reached and (entry.stage, entry.key) not in used
    ]


def _require_library(config: Config) -> None:
    """An empty answer about a mistyped folder would be false comfort."""
    if not config.runtime.library.is_dir():
        raise UsageError(f"there is no library {config.runtime.library}", "Give its folder with --library.")
