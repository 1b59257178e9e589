"""What the commands do, as functions that return values; the command line only prints them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from filelock import FileLock, Timeout

from summarizer.config import Config
from summarizer.errors import Locked, UsageError, VideoError
from summarizer.nightly.budget import time_budget
from summarizer.pipeline.run import Run
from summarizer.pipeline.steps import STAGES, Step, WouldRunError
from summarizer.pipeline.walk import Talk
from summarizer.records import VIDEO_ID, Corrected, Record, TextScore
from summarizer.store.files import disk_errors
from summarizer.store.library import Entry, Library, VideoFolder

SAMPLE = "sample"


def job(
    config: Config, forced: Iterable[str] = (), limit: int = 0, since: date | None = None, upgrade: bool = False
) -> Run:
    """A run with checked options."""
    unknown = sorted(set(forced) - set(STAGES))
    if unknown:
        raise UsageError(f"--force {unknown[0]}: there is no such stage", f"Stages are {', '.join(STAGES)}.")
    if upgrade and config.transcribe.policy != "captions_then_whisper":
        raise UsageError(
            "--upgrade needs a policy that takes captions first",
            "Add --set transcribe.policy=captions_then_whisper.",
        )
    return Run(config, forced=frozenset(forced), limit=limit, since=since, upgrade=upgrade)


@contextlib.contextmanager
def opened_sources(sources: Sequence[str]) -> Iterator[list[str]]:
    """Sources as addresses; `sample` is served on this machine while the run lasts."""
    if SAMPLE not in sources:
        yield list(sources)
        return
    from summarizer.sample import feed

    with feed.serve() as address:
        yield [address if source == SAMPLE else source for source in sources]


class Held(Record):
    """One line of `status`."""

    video: str
    state: str
    title: str
    published: date | None
    page: str


def status(config: Config) -> list[dict[str, Any]]:
    """Every video of the library with its page, or why it has none."""
    rows = []
    for folder in Library(config.runtime.library).folders():
        manifest = folder.manifest
        page = manifest.page
        state = "refused" if page.get("refused") else "done" if page else "begun"
        title = page.get("title") or (manifest.video.title if manifest.video else "")
        name = manifest.published.name if manifest.published else ""
        reason = page.get("refused") or (str(config.runtime.digests / name) if name else "")
        rows.append(
            Held(video=folder.path.name, state=state, title=title, published=page.get("published"), page=reason)
        )
    return [row.model_dump(mode="json") for row in rows]


def explain(config: Config, video_id: str) -> list[tuple[Talk, list[Step]]]:
    """What a run would do with one video of the library."""
    run = Run(config)
    if not VIDEO_ID.fullmatch(video_id):
        raise UsageError(f"{video_id!r} is not a video id", "See `summarizer status`.")
    folder = run.library.folder(video_id)
    video = folder.manifest.video
    if video is None:
        raise UsageError(f"{video_id} is not in the library {config.runtime.library}", "See `summarizer status`.")
    plans = run.plan([Talk(video, folder, config, run.backends)])
    return [(talk, [_scored(talk, step) for step in steps]) for talk, steps in plans]


def _scored(talk: Talk, step: Step) -> Step:
    """A finished check with the score that it gave."""
    entry = talk.folder.find(step.stage, step.key)
    if step.stage != "check" or step.why or entry is None or not entry.files:
        return step
    return replace(step, why=str(talk.load(entry, TextScore)))


def corrections(config: Config, video_id: str) -> list[dict[str, Any]]:
    """What the glossary changed in the transcript of a video that has been run with these settings."""
    ((talk, steps),) = explain(config, video_id)
    step = next((step for step in steps if step.stage == "glossary" and step.state == "cached"), None)
    entry = talk.folder.find("glossary", step.key) if step else None
    if entry is None:
        raise UsageError(f"{video_id} has no corrected transcript with these settings", "Run it first.")
    found = talk.load(entry, Corrected).corrections
    return [{"time": f"{c.time:.1f}", **c.model_dump(exclude={"time"}), "misheard": c.misheard} for c in found]


def _require_library(config: Config) -> None:
    """An empty answer about a mistyped folder would be false comfort."""
    if not config.runtime.library.is_dir():
        raise UsageError(f"there is no library {config.runtime.library}", "Give its folder with --library.")


def verify(config: Config, repair: bool) -> list[dict[str, Any]]:
    """Every file whose bytes are not what the manifest promises; with `repair` they are set aside."""
    _require_library(config)
    damaged = []
    for folder in Library(config.runtime.library).folders():
        for entry in folder.manifest.entries.values():
            for file in entry.files:
                problem = folder.problem(file)
                if not problem:
                    continue
                if repair:
                    with folder.lock():
                        folder.intact(file)
                damaged.append(
                    {
                        "video": folder.path.name,
                        "file": file.name,
                        "problem": problem,
                        "repair": "set aside" if repair else "",
                    }
                )
    return damaged


def prune(config: Config, dry_run: bool) -> list[dict[str, Any]]:
    """Delete the variants that a run with these settings would not look at; one row per video."""
    _require_library(config)
    run = Run(config)
    rows = []
    for folder in run.library.folders():
        stale = _stale(folder, run)
        freed = sum(file.bytes for entry in stale for file in entry.files)
        if not dry_run:
            with folder.lock():
                freed = folder.drop(stale)
        if stale or freed:
            names = ", ".join(f"{entry.stage}-{entry.key}" for entry in stale)
            rows.append({"video": folder.path.name, "bytes": freed, "results": names})
    return rows


def _stale(folder: VideoFolder, run: Run) -> list[Entry]:
    """Older variants of those stages that the walk could reach; what it could not reach is kept."""
    if folder.manifest.video is None:
        return []
    talk = Talk(folder.manifest.video, folder, run.config, run.backends, dry=True)
    with contextlib.suppress(WouldRunError, VideoError):
        talk.walk()
    used = {(step.stage, step.key) for step in talk.steps}
    reached = {step.stage for step in talk.steps if step.state != "would run"}
    return [
        entry
        for entry in folder.manifest.entries.values()
        if entry.stage in reached and (entry.stage, entry.key) not in used
    ]


@contextlib.contextmanager
def only_run(config: Config) -> Iterator[None]:
    """Hold the library for one scheduled run; raises `Locked` (exit 11) when the last one still goes on."""
    root = config.runtime.library
    with disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / ".nightly.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Locked(f"another nightly run holds {root}", "Wait for it, or look at its log.") from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def nightly(config: Config) -> Iterator[tuple[Run, list[Talk]]]:
    """The scheduled job: list all sources and, once the caller has worked, write the report of the night."""
    from summarizer.nightly import report

    if not config.nightly.sources:
        raise UsageError(
            "nightly.sources is empty",
            "List playlists or folders in the config file, as configs/nightly.toml does.",
        )
    with (
        only_run(config),
        opened_sources(config.nightly.sources) as sources,
    ):
        budget = time_budget(config.nightly.budget_minutes * 60)
        run = Run(config, limit=config.nightly.limit, budget=budget, upgrade=True)
        talks: list[Talk] = []
        try:
            talks = run.find(sources)
            yield run, talks
        finally:
            report.write(run, config.nightly.report)
