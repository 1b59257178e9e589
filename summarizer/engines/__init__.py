"""Engines decide where talks are processed, and in which order."""

from summarizer.engines.base import Engine, FetchedTask, Task, TaskResult, Worker
from summarizer.engines.local import LocalEngine

__all__ = ["Engine", "FetchedTask", "LocalEngine", "Task", "TaskResult", "Worker"]
