"""Measuring: `eval` and `score`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from summarizer import __version__
from summarizer.cli import console
from summarizer.cli.options import ConfigFile, Json, Set, app, load_config
from summarizer.config import Config


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
        "model": _model_name(settings),
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


def _model_name(settings: Config) -> str:
    from summarizer.summarize import summarizer_backend

    return settings.summarize.llm.model if summarizer_backend(settings).model else ""


@app.command(
    epilog="Examples: summarizer score talk.vtt by-hand.txt | summarizer score transcribe-1f.json reference.srt --json"
)
def score(
    hypothesis: Annotated[Path, typer.Argument(help="The transcript to judge: json, vtt, srt, ttml, json3 or txt.")],
    reference: Annotated[Path, typer.Argument(help="The transcript that is known to be right.")],
    glossary: Annotated[
        Path | None,
        typer.Option(help="TOML file of terms, as configs/glossary.toml. Default: the packaged one."),
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the texts, where a file does not say.")] = "en",
    as_json: Json = False,
) -> None:
    """Word error rate, recall of glossary terms and timing error of a transcript."""
    from summarizer.evaluation import scoring
    from summarizer.language import terms

    listed = terms.parse(terms.glossary_bytes(glossary), str(glossary or "the packaged glossary")).terms
    (ours, timed), (theirs, also) = scoring.read(hypothesis, language), scoring.read(reference, language)
    found = scoring.score(ours, theirs, [term.name for term in listed], timed and also)
    if as_json:
        console.data(found.model_dump_json(indent=1))
        return
    console.rows(found.shown(), as_json=False)
