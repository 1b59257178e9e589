"""What an engine is given and what it gives back. Stages are *what* runs; an engine decides *where* and in which order.

An engine knows nothing of stages: a `Worker` does the work of a task. Tasks and what comes back of them can be
pickled, so that an engine may send them to other processes and machines.
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
    """One talk to bring to its final outcome."""

    video: Video
    forced: frozenset[str] = frozenset()  # names of stages to make again
    since: date | None = None  # a talk published before is refused
    upgrade: bool = False  # recognise speech although there is a digest from automatic captions


@dataclass(frozen=True)
class Done:
    """What became of a task: the outcomes of its stages and the final one, or the error that no outcome tells."""

    task: Task
    outcomes: tuple[Outcome, ...] = ()
    worked: bool = False  # whether a page was written
    error: BaseException | None = None


@dataclass
class Fetched:
    """A task whose talk is fetched, between a worker's two parts; `locks` are held until its end."""

    task: Task
    walk: Any = None  # the worker's own
    error: Exception | None = None  # what ended the fetching; `finish` judges it
    locks: ExitStack = field(default_factory=ExitStack)


class Worker(Protocol):
    """Does the work of a task, in two parts so that the network and the processor need not wait for one another."""

    def fetch(self, task: Task, /) -> Fetched:
        """Lock the talk and fetch what it needs; never raises but for a bug."""
        ...

    def finish(self, fetched: Fetched, /) -> Done:
        """Everything else, up to the page; releases the locks. Raises only what must end the run, as a full disk."""
        ...


class Engine(Protocol):
    """Runs tasks."""

    def run(self, tasks: Sequence[Task], stopped: Callable[[], bool], /) -> Iterator[Done]:
        """Yield every task once it is done, in any order.

        Once `stopped()`, those in flight are left, and yielded with all others as `Deferred`.
        """
        ...
