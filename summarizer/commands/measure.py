"""Measuring: `eval`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from summarizer import __version__, console
from summarizer.commands.options import ConfigFile, Json, Set, app, load_config


@app.command(
    "eval", epilog="Examples: summarizer eval | summarizer eval --only gates --only claims -o build/evaluation.json"
)
def evaluate(
    data: Annotated[
        Path | None, typer.Option(help="Folder of real talks; see docs/evaluation.md. Default: ../shared/data.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="PART", help="Measure this part; repeatable.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Also write the figures as JSON.")] = None,
    config_file: ConfigFile = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """Measure on real talks: gates, claims, coverage, jargon, extracts, and a language model where there is one."""
    from summarizer import evaluation

    settings = load_config(config_file, overrides)
    with console.status("measuring") as display:
        parts = evaluation.evaluate(
            evaluation.Material(data),
            settings,
            only or (),
            watch=lambda name: display.update(f"measuring {name}") if display else None,
        )
    report = {
        "made_by": __version__,
        "backend": settings.summarize.backend,
        "model": settings.summarize.model if settings.summarize.backend != "extractive" else "",
        "parts": [part.model_dump(mode="json") for part in parts],
    }
    written = json.dumps(report, indent=1, ensure_ascii=False)
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(written + "\n", encoding="utf-8")
        console.note(f"The figures are in {output}.")
    if as_json:
        console.data(written)
        return
    for part in parts:
        console.rows([row.shown() for row in part.rows], as_json=False, title=f"{part.name}: {part.title}")
    missed = [f"{part.name}: {row.name}" for part in parts for row in part.rows if row.met is False]
    console.note(f"Targets missed: {'; '.join(missed)}." if missed else "Every target that was measured is met.")
