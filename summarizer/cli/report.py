"""The end of a run: a short summary of what was made and what went wrong, or the same as JSON.

Talks that went well were printed while the run went on, so they are only counted here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from summarizer.cli.console import COLOURS, Verbosity, clean, out, print_json, print_note
from summarizer.errors import VideoError
from summarizer.library.status import TalkState
from summarizer.pipeline import Run
from summarizer.records import VIDEO_ID, Outcome

NAMED = 10  # talks and files with the same reason that are named; the others are counted
_HEADINGS = {
    "failed": "Failed",
    "deferred": "Deferred: the next run tries them again",
    "refused": "Refused: the recording does not allow a digest that can be trusted",
    "skipped": "Skipped: the settings leave them out",
}


def print_outcomes(run: Run, as_json: bool) -> None:
    """Print the summary of a run to stdout, or its talks as JSON and the counts to stderr."""
    if as_json:
        print_json([make_state(run, outcome).model_dump(mode="json") for outcome in run.finals])
        print_note(summarize_counts(run))
        return
    if Verbosity.quiet:
        lines = list(_list_problems(run.finals, ("failed",)))
    else:
        lines = [*_list_problems(run.finals, tuple(_HEADINGS)), *list_left_out(run.left_out)]
        if lines:
            lines = [*lines[1:], ""]
        lines.append(summarize_counts(run))
    for line in lines:
        out.print(clean(line), markup=False, highlight=False, style=_find_style(line))


def _find_style(line: str) -> str | None:
    return next((COLOURS[state] for state, heading in _HEADINGS.items() if line == heading), None)


def summarize_counts(run: Run) -> str:
    """How many talks had which outcome, and where the pages are."""
    counts = Counter[str](outcome.status for outcome in run.finals)
    parts = [f"{counts[status]} {status}" for status in COLOURS if counts[status]]
    counted = ", ".join(parts) or "no talks"
    made_before = counts["made"] == counts["failed"] == counts["deferred"] == 0 and run.finals and not run.wrote_pages
    note = " Everything was cached; there was no work to do." if made_before else ""
    return f"{counted}. Pages: {run.index}.{note}" if run.index.is_file() else f"{counted}.{note}"


def _list_problems(finals: Sequence[Outcome], states: tuple[str, ...]) -> Iterator[str]:
    """The talks without a digest by state and reason, with the ids that other commands take."""
    for state in states:
        selected = [outcome for outcome in finals if outcome.status == state]
        if selected:
            yield from ("", _HEADINGS[state])
            yield from _list_reasons(selected)


def _list_reasons(outcomes: Sequence[Outcome]) -> Iterator[str]:
    by_reason: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_reason.setdefault(outcome.reason, []).append(outcome)
    for reason, group in by_reason.items():
        yield f"  {reason}"
        yield from (f"    {_name(outcome)}" for outcome in group[:NAMED])
        if len(group) > NAMED:
            yield f"    and {len(group) - NAMED} more; `summarizer status` lists them"


def _name(outcome: Outcome) -> str:
    return f"{outcome.video_id}  {outcome.title}" if _is_talk(outcome) else outcome.title


def _is_talk(outcome: Outcome) -> bool:
    """Whether the outcome is that of a talk, and not of a source that could not be listed."""
    return outcome.stage != "list" and VIDEO_ID.fullmatch(outcome.video_id) is not None


def list_left_out(left_out: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The files that were not taken: one line for each reason."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in left_out:
        by_reason.setdefault(reason, []).append(name)
    if by_reason:
        yield from ("", "Files that were not taken")
    for reason, names in by_reason.items():
        shown = ", ".join(Path(name).name for name in names[:NAMED])
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield f"  {reason}: {shown}{more}"


def make_state(run: Run, outcome: Outcome) -> TalkState:
    """The outcome of a talk in the form that `status --json` has too."""
    page = None
    if _is_talk(outcome):
        try:
            page = run.library.folder(outcome.video_id).manifest.page
        except VideoError:
            page = None
    return TalkState(
        video=outcome.video_id if _is_talk(outcome) else "",
        state=outcome.status,
        title=page.title if page else outcome.title,
        published=page.published if page else None,
        page=outcome.path,
        code=outcome.code,
        reason=outcome.reason,
        stage="" if outcome.status in {"made", "cached"} else outcome.stage,
        seconds=outcome.seconds,
        when=outcome.when,
    )
