"""Measure quality on real talks: `summarizer eval`.

Each part is a module with a function that takes the material and the settings and returns a table. To add a part, write
a module and add it to `PARTS`. The project contains none of the material: labels refer to talks by id.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from summarizer.config import Config
from summarizer.errors import UsageError
from summarizer.evaluation import claims, coverage, digests, extractive, gates, jargon, kinds
from summarizer.evaluation.material import Material
from summarizer.evaluation.report import Part

__all__ = ["PARTS", "Material", "Part", "evaluate"]

PARTS: dict[str, Callable[[Material, Config], Part]] = {
    "gates": gates.measure,
    "claims": claims.measure,
    "jargon": jargon.measure,
    "kinds": kinds.measure,
    "extractive": extractive.measure,
    "coverage": coverage.measure,
    "digests": digests.measure,
}


def evaluate(
    material: Material, config: Config, only: Sequence[str] = (), watch: Callable[[str], None] = lambda _name: None
) -> tuple[Part, ...]:
    """Measure the parts in `only`, or all, in the order of `PARTS`; `watch` is called before each part.

    Raises `UsageError` for an unknown part.
    """
    if unknown := sorted(set(only) - set(PARTS)):
        raise UsageError(f"--only {unknown[0]}: there is no such part", f"Parts: {', '.join(PARTS)}.")
    parts = []
    for name, measure in PARTS.items():
        if only and name not in only:
            continue
        watch(name)
        started = time.monotonic()
        part = measure(material, config)
        parts.append(part.model_copy(update={"seconds": round(time.monotonic() - started, 1)}))
    return tuple(parts)
