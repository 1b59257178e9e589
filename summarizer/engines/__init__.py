"""Where talks are worked on, and in which order."""

from summarizer.engines.base import Done, Engine, Fetched, Task, Worker
from summarizer.engines.local import LocalEngine

__all__ = ["Done", "Engine", "Fetched", "LocalEngine", "Task", "Worker"]
