"""What a stage is, and what a back end declares of itself. Stages do not know the cache; the pipeline does."""

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
