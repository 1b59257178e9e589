"""The interface of engines. Stages define *what* runs; an engine decides *where* and in which order.

An engine does not depend on stages: a `Worker` carries out each task. Tasks and their results can be pickled, so that
an engine may send them to other processes and machines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from summarizer.records import Outcome, Video


@dataclass(frozen=True)
class Task:
    """One talk to process."""

    video: Video
    forced: frozenset[str] = frozenset()  # names of the stages to run again
    since: date | None = None  # talks published before this day are refused
    upgrade: bool = False  # replace a text from automatic captions by speech recognition


@dataclass(frozen=True)
class TaskResult:
    """The result of a task: the outcomes of its stages and its final outcome, or an error that ended it without one."""

    task: Task
    outcomes: tuple[Outcome, ...] = ()
    wrote_page: bool = False  # whether a page was written
    error: BaseException | None = None


@dataclass
class FetchedTask:
    """A task between `Worker.fetch` and `Worker.finish`; `locks` are held until the task ends."""

    task: Task
    walk: Any = None  # used by the worker only
    error: Exception | None = None  # raised while fetching; `finish` handles it
    locks: ExitStack = field(default_factory=ExitStack)


class Worker(Protocol):
    """Carries out a task in two steps, so that downloads and computation can overlap."""

    def fetch(self, task: Task, /) -> FetchedTask:
        """Lock the talk and download what it needs; errors are returned in the result."""
        ...

    def finish(self, fetched: FetchedTask, /) -> TaskResult:
        """Do the rest of the work, up to the page, and release the locks. Raises only errors that end the run."""
        ...


class Engine(Protocol):
    """Carries out tasks."""

    def run(self, tasks: Sequence[Task], stopped: Callable[[], bool], /) -> Iterator[TaskResult]:
        """Yield the result of every task, in any order.

        When `stopped()` becomes true, unfinished tasks are abandoned and yielded with the error `Deferred`.
        """
        ...
