"""Run the pipeline on real talks and real recordings, and write the results into docs/real-input.md.

    python benchmarks/real_talks.py --data FOLDER [--config FILE] [--limit N] [--write docs/real-input.md]

The talks are caption texts without times (`talks/<id>.json` with title, event, year, abstract and text); `audio/` has
speech with its text. Neither is part of the project. Each talk is written as `<id>.en.txt` and `<id>.info.json`, like
files saved by yt-dlp, and processed by the same `Run` as on the command line, in a temporary library. The page gets
only figures, titles and ids, never a sentence of a talk.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from summarizer import config
from summarizer.config import Config
from summarizer.digest import escape, timestamp
from summarizer.pipeline.run import Run
from summarizer.records import Outcome, Summary, Transcript
from summarizer.store import VideoFolder


@dataclass(frozen=True)
class Row:
    """The results for one video."""

    outcome: Outcome
    transcript: Transcript | None
    summary: Summary | None

    @property
    def words(self) -> int:
        """Number of words in the transcript."""
        return len(self.transcript.text.split()) if self.transcript else 0


def lay_out_talks(data: Path, folder: Path, limit: int) -> None:
    """Write captions and metadata like files saved by yt-dlp; the captions are marked as automatic."""
    for path in sorted((data / "talks").glob("*.json"))[: limit or None]:
        talk = json.loads(path.read_text(encoding="utf-8"))
        info = {
            "id": talk["id"],
            "title": talk["title"],
            "description": "\n".join(filter(None, (talk["event"], talk["abstract"]))),
            "webpage_url": f"https://www.youtube.com/watch?v={talk['id']}",
            "language": "en",
            "automatic_captions": {"en": []},
        }
        (folder / f"{talk['id']}.info.json").write_text(json.dumps(info), encoding="utf-8")
        (folder / f"{talk['id']}.en.txt").write_text(talk["text"], encoding="utf-8")


def lay_out_audio(data: Path, folder: Path, captions: bool) -> None:
    """Copy the recordings; with `captions`, also write their text as caption files."""
    for path in sorted((data / "audio").iterdir()):
        if path.suffix == ".txt" and captions:
            shutil.copy(path, folder / f"{path.stem}.{path.name}")  # de.txt: the name is the language
        elif path.suffix == ".json" and captions:
            clips = json.loads(path.read_text(encoding="utf-8"))
            cues = (f"{_vtt(clip['start'])} --> {_vtt(clip['end'])}\n{clip['text']}" for clip in clips)
            (folder / f"{path.stem}.en.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n", encoding="utf-8")
        elif path.suffix not in {".txt", ".json"}:
            shutil.copy(path, folder)


def _vtt(seconds: float) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{milliseconds:03}"


def settings(space: Path, file: Path | None, *changes: str) -> Config:
    """The settings of one run, with a separate library."""
    overrides = [f"runtime.library='{space / 'library'}'", f"runtime.digests='{space / 'digests'}'", *changes]
    return config.load(file, overrides)


def run(folder: Path, chosen: Config) -> tuple[list[Row], float]:
    """Run over a folder; returns one row per video, sorted by title, and wall seconds."""
    started = time.monotonic()
    work = Run(chosen)
    work.execute(work.find([str(folder)]))
    seconds = time.monotonic() - started
    rows = [_row(work, outcome) for outcome in work.finals]
    return sorted(rows, key=lambda row: (row.outcome.title.lower(), row.outcome.video_id)), seconds


def _row(work: Run, outcome: Outcome) -> Row:
    folder = work.library.folder(outcome.video_id)
    return Row(outcome, _newest(folder, "transcribe", Transcript), _newest(folder, "summarize", Summary))


def _newest(folder: VideoFolder, stage: str, record: type[Any]) -> Any:
    made = [entry for entry in folder.manifest.entries.values() if entry.stage == stage and entry.files]
    if not made:
        return None
    newest = max(made, key=lambda entry: entry.when)
    return record.model_validate_json((folder.path / newest.files[0].name).read_bytes())


def figures(rows: Sequence[Row], seconds: float, second_run: float) -> list[str]:
    """A table with the figures of the complete run."""
    counts = Counter(row.outcome.status for row in rows)
    made = [row for row in rows if row.summary]
    evidence = [row.summary.evidence for row in made if row.summary]
    claims, citations = sum(e.claims for e in evidence), sum(e.citations for e in evidence)
    supported = sum(round(e.claims * e.claims_supported) for e in evidence)
    resolved = sum(round(e.citations * e.citations_resolve) for e in evidence)
    each = sorted(row.outcome.seconds for row in made) or [0.0]
    kinds = Counter(row.summary.kind for row in made if row.summary)
    table = {
        "talks": f"{len(rows)}",
        "words": f"{sum(row.words for row in rows):,}",
        "digests, refused, failed": f"{counts['made']}, {counts['refused']}, {counts['failed']}",
        "kinds": ", ".join(f"{number} {kind}" for kind, number in kinds.most_common()),
        "claims": f"{claims:,}; {claims / max(1, len(made)):.1f} a talk",
        "claims checked": f"{supported:,} of {claims:,}",
        "claims dropped": f"{sum(e.dropped for e in evidence):,}",
        "citations that resolve": f"{resolved:,} of {citations:,}",
        "words covered, least": f"{min((e.covered_share for e in evidence), default=0):.0%}",
        "talks with projects named": f"{sum(bool(row.summary and row.summary.projects) for row in made)}",
        "seconds, complete run": f"{seconds:.1f}",
        "seconds a talk, median and slowest": f"{statistics.median(each):.2f}, {each[-1]:.2f}",
        "seconds, second run (all cached)": f"{second_run:.2f}",
    }
    return ["| figure | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in table.items())]


def talk_table(rows: Sequence[Row]) -> list[str]:
    """A table with one row per talk; a refusal has its reason instead of figures."""
    lines = [
        "| talk | words | outcome | sections | claims | checked | dropped | projects | s |",
        "|---|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        title = f"[{escape(row.outcome.title)}](https://www.youtube.com/watch?v={row.outcome.video_id})"
        if row.summary is None:
            lines.append(f"| {title} | {row.words:,} | {_result(row)} | | | | | | |")
            continue
        summary, evidence = row.summary, row.summary.evidence
        cells = (
            title, f"{row.words:,}", summary.kind, len(summary.sections), evidence.claims,
            f"{evidence.claims_supported:.0%}", evidence.dropped, len(summary.projects), f"{row.outcome.seconds:.2f}",
        )  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


def audio_table(runs: Sequence[tuple[str, Sequence[Row]]]) -> list[str]:
    """A table with one row per recording and source of its text."""
    lines = ["| recording | text from | length | words | outcome | claims | s |", "|---|---|---:|---:|---|---:|---:|"]
    for way, rows in runs:
        for row in rows:
            length = timestamp(row.transcript.duration or 0) if row.transcript else ""
            claims = str(row.summary.evidence.claims) if row.summary else ""
            cells = (
                escape(row.outcome.title), way, length, f"{row.words:,}", _result(row), claims,
                f"{row.outcome.seconds:.1f}",
            )  # fmt: skip
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def _result(row: Row) -> str:
    if row.outcome.status in {"made", "cached"}:
        return "digest"
    return f"{row.outcome.status} ({row.outcome.code}): {escape(row.outcome.reason)}"


def audio_runs(data: Path, space: Path) -> list[tuple[str, Sequence[Row]]]:
    """Process the recordings with their captions, in English only and in three languages."""
    (space / "captions").mkdir()
    (space / "audio").mkdir()
    lay_out_audio(data, space / "captions", captions=True)
    lay_out_audio(data, space / "audio", captions=False)
    by_captions = "transcribe.policy='captions'"
    any_language = "download.languages=['en', 'de', 'es']"
    return [
        ("captions", run(space / "captions", settings(space / "1", None, by_captions))[0]),
        (
            "captions, three languages",
            run(space / "captions", settings(space / "2", None, by_captions, any_language))[0],
        ),
    ]


def replace_part(page: Path, name: str, lines: Sequence[str]) -> None:
    """Replace the lines between `<!-- name -->` and `<!-- /name -->` in a page."""
    text = page.read_text(encoding="utf-8")
    part = f"<!-- {name} -->\n\n" + "\n".join(lines) + f"\n\n<!-- /{name} -->"
    pattern = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
    if not pattern.search(text):
        sys.exit(f"{page} has no part {name}")
    page.write_text(pattern.sub(lambda _match: part, text), encoding="utf-8")


def main() -> None:
    """Run and print the tables; with `--write`, also write them to a page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of real talks; see docs/evaluation.md")
    parser.add_argument("--config", type=Path, help="configuration file for the talks")
    parser.add_argument("--limit", type=int, default=0, help="number of talks; 0: all")
    parser.add_argument("--write", type=Path, help="page in which the tables are replaced")
    chosen = parser.parse_args()
    if not (chosen.data / "talks").is_dir():
        sys.exit(f"{chosen.data} has no folder talks/. Real talks are not part of the project; set --data.")
    with tempfile.TemporaryDirectory() as name:
        space = Path(name)
        (space / "talks").mkdir()
        lay_out_talks(chosen.data, space / "talks", chosen.limit)
        rows, seconds = run(space / "talks", settings(space, chosen.config))
        _, second_run = run(space / "talks", settings(space, chosen.config))
        recordings = audio_runs(chosen.data, space) if (chosen.data / "audio").is_dir() else []
    parts = {"figures": figures(rows, seconds, second_run), "audio": audio_table(recordings), "talks": talk_table(rows)}
    for part, lines in parts.items():
        if chosen.write:
            replace_part(chosen.write, part, lines)
        print("\n".join(lines), end="\n\n")


if __name__ == "__main__":
    main()
