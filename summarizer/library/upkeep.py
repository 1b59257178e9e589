"""Maintain a library: explain its results, verify its files, delete unused results."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from summarizer.config import Config
from summarizer.digest import describe_sound
from summarizer.errors import UsageError, VideoError
from summarizer.pipeline import STAGES, OpenedBackends, Plan, State, Step, Walk
from summarizer.records import VIDEO_ID, Corrected, TextScore, Transcript
from summarizer.store import Entry, FileRef, Library, VideoFolder


def explain(config: Config, video_id: str) -> Plan:
    """The steps that a run would take for a video of the library, and why; raises `UsageError` for an unknown video."""
    walk = _plan_video(config, video_id)
    return Plan(walk.video, [_add_origin(walk, _add_quality(walk, step)) for step in walk.preview()])


def _add_quality(walk: Walk, step: Step) -> Step:
    """The step with the quality of its result as explanation, if its stage measures it."""
    measures = any(stage.name == step.stage and stage.record in {TextScore, Transcript} for stage in STAGES)
    result = walk.find_result(step) if measures and not step.why else None
    if isinstance(result, Transcript):
        return replace(step, why=_describe_transcript(result))
    return replace(step, why=str(result)) if result else step


def _add_origin(walk: Walk, step: Step) -> Step:
    """The step with the reason of a cached refusal, or with when its result was made, if it has no explanation yet."""
    entry = walk.folder.manifest.entries.get(f"{step.stage}-{step.key}")
    if step.why or entry is None:
        return step
    made = f"made {entry.when:%Y-%m-%d %H:%M} UTC by version {entry.made_by}"
    return replace(step, why=entry.refusal.message if entry.refusal else made)


def _describe_transcript(transcript: Transcript) -> str:
    """How much of the voice has text, as far as it was measured, and what is to be known of the sound."""
    notes = describe_sound(transcript)
    if transcript.voiced is None or transcript.voiced_share is None:
        return " ".join(notes)
    missing = transcript.voiced * (1 - transcript.voiced_share)
    again = f", {transcript.redone} windows recognised twice" if transcript.redone else ""
    coverage = f"{transcript.voiced:.0f} s with a voice, {missing:.1f} s of them without text{again}"
    return ". ".join([coverage, " ".join(notes)]) if notes else coverage


def list_corrections(config: Config, video_id: str) -> list[dict[str, Any]]:
    """The changes of the glossary to a transcript; raises `UsageError` if there is none for these settings."""
    walk = _plan_video(config, video_id)
    walk.preview()
    if Corrected not in walk.values:
        raise UsageError(
            f"{video_id} has no corrected transcript for these settings",
            "Run `summarizer run` with these settings first.",
        )
    changes = walk.values[Corrected].corrections
    return [{"time": f"{c.time:.1f}", **c.model_dump(exclude={"time"}), "misheard": c.misheard} for c in changes]


def _plan_video(config: Config, video_id: str) -> Walk:
    """A plan for one video of the library; raises `UsageError` if it is not there."""
    if not VIDEO_ID.fullmatch(video_id):
        raise UsageError(f"{video_id!r} is not a video id", "See `summarizer status`.")
    walk = _plan_folder(config, Library(config.runtime.library).folder(video_id))
    if walk is None:
        raise UsageError(f"{video_id} is not in the library {config.runtime.library}", "See `summarizer status`.")
    return walk


def _plan_folder(config: Config, folder: VideoFolder) -> Walk | None:
    """A plan for the video of a folder, or None if its manifest names no video."""
    video = folder.manifest.video
    return Walk(video, folder, config, OpenedBackends(config), plan=True) if video else None


def verify(config: Config, repair: bool) -> list[dict[str, Any]]:
    """All files that do not match their manifest entry; with `repair`, they are set aside."""
    _require_library(config)
    damaged = []
    for folder in Library(config.runtime.library).folders():
        try:
            damaged += [row for file in _list_files(folder) if (row := _verify_file(folder, file, repair))]
        except VideoError as error:  # locked, or its manifest cannot be read: the other videos are verified
            row = {"video": folder.path.name, "file": "manifest.json", "problem": str(error), "repair": ""}
            damaged.append(row)
    return damaged


def _list_files(folder: VideoFolder) -> list[FileRef]:
    return [file for entry in folder.manifest.entries.values() for file in entry.files]


def _verify_file(folder: VideoFolder, file: FileRef, repair: bool) -> dict[str, Any] | None:
    """A row for a file that does not match its manifest entry."""
    problem = folder.find_problem(file)
    if problem and repair:
        with folder.lock():
            folder.intact(file)
    set_aside = "set aside" if repair else ""
    row = {"video": folder.path.name, "file": file.name, "problem": problem, "repair": set_aside}
    return row if problem else None


def prune(config: Config, dry_run: bool) -> list[dict[str, Any]]:
    """Delete the results that a run with these settings would not use; returns one row per video."""
    _require_library(config)
    rows = []
    for folder in Library(config.runtime.library).folders():
        try:
            freed, names = _prune_folder(folder, config, dry_run)
        except VideoError as error:  # locked, or its manifest cannot be read: nothing of it is deleted
            freed, names = 0, f"kept: {error}"
        if freed or names:
            rows.append({"video": folder.path.name, "bytes": freed, "results": names})
    return rows


def _prune_folder(folder: VideoFolder, config: Config, dry_run: bool) -> tuple[int, str]:
    """Bytes freed, and the names of the deleted results. A folder whose manifest names no video is left alone."""
    if folder.manifest.video is None:
        return 0, ""
    unused = _find_unused(folder, config)
    freed = sum(file.bytes for entry in unused for file in entry.files)
    if not dry_run:
        with folder.lock():
            freed = folder.drop(unused)
    return freed, ", ".join(entry.name for entry in unused)


def _find_unused(folder: VideoFolder, config: Config) -> list[Entry]:
    """Unused results of the stages that the plan reached; the results of stages that it did not reach are kept."""
    walk = _plan_folder(config, folder)
    if walk is None:
        return []
    walk.preview()
    used = {(step.stage, step.key) for step in walk.steps}
    reached = {step.stage for step in walk.steps if step.state != State.WOULD_RUN}
    return [
        entry
        for entry in folder.manifest.entries.values()
        if entry.stage in reached and (entry.stage, entry.key) not in used
    ]


def _require_library(config: Config) -> None:
    """Raise `UsageError` for a missing folder: an empty result for a mistyped path would be misleading."""
    if not config.runtime.library.is_dir():
        raise UsageError(f"there is no library {config.runtime.library}", "Give its folder with --library.")
