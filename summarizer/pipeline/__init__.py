"""The stages in their order, the walk over them that is also the plan, and the run over all talks."""

from summarizer.pipeline.backends import Backends, OpenedBackends
from summarizer.pipeline.run import Listener, Plan, Run, new_run
from summarizer.pipeline.steps import State, Step, WouldRunError
from summarizer.pipeline.values import Value, Values
from summarizer.pipeline.walk import STAGE_NAMES, STAGES, Walk

__all__ = [
    "STAGES",
    "STAGE_NAMES",
    "Backends",
    "Listener",
    "OpenedBackends",
    "Plan",
    "Run",
    "State",
    "Step",
    "Value",
    "Values",
    "Walk",
    "WouldRunError",
    "new_run",
]
