"""The outcomes of videos, as a run records them, and the exit code that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from summarizer.errors import (
    Deferred,
    Refused,
    Skipped,
    SummarizerError,
    Unavailable,
    UsageError,
    VideoError,
    add_full_stop,
    replace_surrogates,
)
from summarizer.pipeline.steps import State, Step
from summarizer.records import Outcome, Status, Video

_STATUS: dict[State, Status] = {State.MADE: "made", State.CACHED: "cached", State.REFUSED: "refused"}


def list_stage_outcomes(video: Video, steps: Iterable[Step]) -> list[Outcome]:
    """The outcome of each stage of a walk; what waits for another night has none."""
    return [
        _make_outcome(
            video,
            stage=step.stage,
            status=_STATUS[step.state],
            reason=step.why,
            seconds=step.seconds,
            key=step.key,
        )
        for step in steps
        if step.state in _STATUS
    ]


def make_final_outcome(
    video: Video, steps: Iterable[Step], status: Status, code: str = "", reason: str = "", path: str = ""
) -> Outcome:
    """The final outcome of a video for which a page was written."""
    seconds = round(sum(step.seconds for step in steps), 3)
    return _make_outcome(video, stage="run", status=status, code=code, reason=reason, seconds=seconds, path=path)


def make_error_outcome(video: Video, stage: str, error: Exception) -> Outcome:
    """The final outcome of a video whose processing raised an error."""
    status: Status = "failed"
    if isinstance(error, (Unavailable, Refused)):
        status = "refused"
    elif isinstance(error, Skipped):
        status = "skipped"
    elif isinstance(error, Deferred):
        status = "deferred"
    bug = f"{add_full_stop(str(error))} This is a bug; please report it with the log."
    return _make_outcome(
        video,
        stage=stage,
        status=status,
        code=_find_code(error),
        reason=error.advice if isinstance(error, SummarizerError) else bug,
    )


def _find_code(error: Exception) -> str:
    """A stable word for an error."""
    if isinstance(error, VideoError):
        return error.code
    return "invalid_source" if isinstance(error, UsageError) else type(error).__name__.lower()


def _make_outcome(video: Video, **fields: Any) -> Outcome:
    texts = {name: replace_surrogates(value) for name, value in fields.items() if isinstance(value, str)}
    return Outcome(video_id=video.id, title=video.title, when=datetime.now(UTC), **(fields | texts))


def exit_code(finals: Sequence[Outcome]) -> int:
    """0: all done, 1: all failed, 3: some failed, 75: some deferred, 11: all deferred ones locked by another run."""
    failed = [outcome for outcome in finals if outcome.status == "failed"]
    deferred = [o for o in finals if o.status == "deferred" and o.code not in {"upcoming", "live"}]
    if failed:
        return 1 if len(failed) == len(finals) else 3
    if deferred:
        return 11 if all(outcome.code == "locked" for outcome in deferred) else 75
    return 0
