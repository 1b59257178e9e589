"""What became of a video: the records that a run keeps, and the exit code they amount to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from summarizer.errors import Deferred, Refused, SummarizerError, Unavailable, VideoError, sentence
from summarizer.pipeline.steps import State, Step
from summarizer.records import Outcome, Status, Video

_STATUS: dict[State, Status] = {State.MADE: "made", State.CACHED: "cached", State.REFUSED: "refused"}


def of_steps(video: Video, steps: Iterable[Step]) -> list[Outcome]:
    """One record for each stage that was looked at; plans have other states."""
    return [
        _outcome(
            video,
            stage=step.stage,
            status=_STATUS[step.state],
            reason=step.why,
            seconds=step.seconds,
            key=step.key,
        )
        for step in steps
    ]


def settled(
    video: Video, steps: Iterable[Step], status: Status, code: str = "", reason: str = "", path: str = ""
) -> Outcome:
    """The final outcome of a video that has a page."""
    seconds = round(sum(step.seconds for step in steps), 3)
    return _outcome(video, stage="run", status=status, code=code, reason=reason, seconds=seconds, path=path)


def of_error(video: Video, stage: str, error: Exception) -> Outcome:
    """The final outcome of a video that ended in an error."""
    status: Status = "failed"
    if isinstance(error, (Unavailable, Refused)):
        status = "refused"
    elif isinstance(error, Deferred):
        status = "deferred"
    bug = f"{sentence(str(error))} This is a bug; please report it with the log."
    return _outcome(
        video,
        stage=stage,
        status=status,
        code=error.code if isinstance(error, VideoError) else type(error).__name__.lower(),
        reason=error.advice if isinstance(error, SummarizerError) else bug,
    )


def _outcome(video: Video, **fields: Any) -> Outcome:
    return Outcome(video_id=video.id, title=video.title, when=datetime.now(UTC), **fields)


def exit_code(finals: Sequence[Outcome]) -> int:
    """0 all done, 1 all failed, 3 some failed, 75 try later, 11 all held by another run."""
    failed = [outcome for outcome in finals if outcome.status == "failed"]
    later = [o for o in finals if o.status == "deferred" and o.code not in {"upcoming", "live"}]
    if failed:
        return 1 if len(failed) == len(finals) else 3
    if later:
        return 11 if all(outcome.code == "locked" for outcome in later) else 75
    return 0
