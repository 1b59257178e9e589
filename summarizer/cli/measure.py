"""The commands that measure quality: `eval` and `score`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from summarizer import __version__
from summarizer.cli import console
from summarizer.cli.options import ConfigFile, Json, Set, app, examples, load_config

if TYPE_CHECKING:
    from summarizer.config import Config


@app.command(
    "eval",
    epilog=examples(
        "summarizer eval --data ~/talks",
        "summarizer eval --data ~/talks --only gates --only claims -o build/evaluation.json",
    ),
)
def evaluate(
    data: Annotated[Path, typer.Option(help="Folder of real talks; docs/evaluation.md describes its files.")],
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PART",
            help="Measure only this part: gates, claims, jargon, extractive, coverage or llm. Can be repeated.",
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Also write the figures to this file.")] = None,
    config_file: ConfigFile = None,
    overrides: Set = None,
    as_json: Json = False,
) -> None:
    """Measure the quality of checks and summaries on real talks."""
    from summarizer import evaluation

    settings = load_config(config_file, overrides)
    with console.show_status("measuring") as display:
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
        console.print_note(f"The figures were written to {output}.")
    if as_json:
        console.print_json(report)
        return
    for part in parts:
        console.print_rows([row.shown() for row in part.rows], as_json=False, title=f"{part.name}: {part.title}")
    missed = [f"{part.name}: {row.name}" for part in parts for row in part.rows if row.met is False]
    console.print_note(f"Missed targets: {'; '.join(missed)}." if missed else "All measured targets are met.")


def _model_name(settings: Config) -> str:
    from summarizer.summarize import summarizer_backend

    return settings.summarize.llm.model if summarizer_backend(settings).model else ""


@app.command(
    epilog=examples("summarizer score talk.vtt by-hand.txt", "summarizer score transcribe-1f.json reference.srt --json")
)
def score(
    hypothesis: Annotated[Path, typer.Argument(help="The transcript to measure: json, vtt, srt, ttml, json3 or txt.")],
    reference: Annotated[Path, typer.Argument(help="The correct transcript, in one of the same formats.")],
    glossary: Annotated[
        Path | None,
        typer.Option(help="File of terms in the format of configs/glossary.toml. Default: that file."),
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the transcripts, if a file does not state it.")] = "en",
    as_json: Json = False,
) -> None:
    """Compare a transcript with a reference: word error rate, recall of glossary terms, and timing error."""
    from summarizer.evaluation import scoring
    from summarizer.language import terms

    glossary_terms = terms.parse(terms.glossary_bytes(glossary), str(glossary or "the packaged glossary")).terms
    measured, measured_has_times = scoring.read_transcript(hypothesis, language)
    correct, correct_has_times = scoring.read_transcript(reference, language)
    names = [term.name for term in glossary_terms]
    result = scoring.score(measured, correct, names, timed=measured_has_times and correct_has_times)
    if as_json:
        console.print_json(result.model_dump(mode="json"))
        return
    console.print_rows(result.shown(), as_json=False)
