"""The order of the stages, the walk of a talk through them (also used as a plan), and the run over all talks."""

from summarizer.pipeline.backends import Backends, OpenedBackends
from summarizer.pipeline.preflight import check_names
from summarizer.pipeline.run import Listener, Plan, Run, new_run
from summarizer.pipeline.steps import State, Step, WouldRunError
from summarizer.pipeline.values import Value, Values
from summarizer.pipeline.walk import STAGES, Walk, stage_names

__all__ = [
    "STAGES",
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
    "check_names",
    "new_run",
    "stage_names",
]
