"""The definitions of a stage and of a back end. Stages do not depend on the cache; the pipeline does."""

from summarizer.stage.backend import Backend, ModelChoice, Opening, Package, choose
from summarizer.stage.stage import Answers, Audio, Stage, StoredFile, WithFiles, Work, stage_key

__all__ = [
    "Answers",
    "Audio",
    "Backend",
    "ModelChoice",
    "Opening",
    "Package",
    "Stage",
    "StoredFile",
    "WithFiles",
    "Work",
    "choose",
    "stage_key",
]
