from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest

from summarizer import cli, evaluation
from summarizer.config import Config
from summarizer.errors import UsageError
from summarizer.evaluation import gates
from summarizer.evaluation.broken import BROKEN
from summarizer.evaluation.material import Material, half_of, make_transcript
from summarizer.evaluation.report import Row
from tests.conftest import TALK

ROOT = Path(__file__).parent.parent
PLAIN = " ".join(text.lower().replace(".", "").replace(",", "") for text in TALK)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Material in the format of the real one: two talks and an interview."""
    (tmp_path / "talks").mkdir()
    (tmp_path / "otel").mkdir()
    for id, text in (("aaaaaaaaaaa", PLAIN), ("bbbbbbbbbbb", " ".join(reversed(PLAIN.split())))):
        values = {"title": "Slow", "abstract": None, "text": text}
        (tmp_path / "talks" / f"{id}.json").write_text(json.dumps(values))
    (tmp_path / "otel" / "one.md").write_text(
        f"# Q&amp;A\n\n## Description\n\nA chat.\n\nURL: x\n\n## Summary\n\nIt was slow.\n\n# Text\n\n## Raw YouTube Transcript\n\n{PLAIN}\n"
    )
    return tmp_path


def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run `summarizer eval` in this process; returns exit code, stdout and stderr."""
    monkeypatch.setattr(sys, "argv", ["summarizer", "eval", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def test_talks_and_interviews_are_read(folder: Path) -> None:
    """An interview has a description, a summary and captions."""
    material = Material(folder)
    assert [talk.id for talk in material.talks] == ["aaaaaaaaaaa", "bbbbbbbbbbb"]
    interview = material.interviews[0]
    assert (
        interview.title,
        interview.abstract,
        interview.summary,
        interview.text,
    ) == ("Q&A", "A chat.", "It was slow.", PLAIN)
    assert interview.transcript.text == PLAIN
    assert material.llm_summaries == {}


def test_missing_material_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names the folder, the remedy the option."""
    code, out, err = call(monkeypatch, capsys, "--data", str(tmp_path / "none"))
    assert (code, out) == (2, "")
    assert "none" in err
    assert "--data" in err


def test_the_folder_of_material_is_required(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --data, nothing is measured."""
    code, out, err = call(monkeypatch, capsys, "--only", "gates")
    assert (code, out) == (2, "")
    assert "--data" in err


def test_an_invalid_talk_is_an_error_that_names_the_file(folder: Path) -> None:
    """For invalid JSON and for a missing field."""
    (folder / "talks" / "ccccccccccc.json").write_text('{"title": "x"}')
    with pytest.raises(UsageError, match=r"ccccccccccc\.json has no 'text'"):
        _ = Material(folder).talks
    (folder / "talks" / "ccccccccccc.json").write_text('{"title":')
    with pytest.raises(UsageError, match=r"ccccccccccc\.json cannot be read"):
        _ = Material(folder).talks


def test_an_unknown_part_is_an_error_that_lists_the_parts(folder: Path) -> None:
    """A typo must not measure everything."""
    with pytest.raises(UsageError, match="gatez") as error:
        evaluation.evaluate(Material(folder), Config(), ["gatez"])
    assert "gates" in error.value.remedy


def test_the_figures_are_printed_and_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table on stdout and JSON in the file; with --json, the same JSON on stdout."""
    path = folder / "build" / "figures.json"
    code, out, _ = call(monkeypatch, capsys, "--data", str(folder), "--only", "gates", "-o", str(path))
    assert code == 0
    assert "real transcripts refused" in out
    written = json.loads(path.read_text())
    assert [part["name"] for part in written["parts"]] == ["gates"]
    code, out, _ = call(monkeypatch, capsys, "--data", str(folder), "--only", "gates", "--json")
    rows = json.loads(out)["parts"][0]["rows"]
    assert [row["figure"] for row in rows] == [row["figure"] for row in written["parts"][0]["rows"]]


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (Row(name="x", figure=0.95, least=0.95), True),
        (Row(name="x", figure=0.94, least=0.95), False),
        (Row(name="x", figure=0.05, most=0.05), True),
        (Row(name="x", figure=0.06, most=0.05), False),
        (Row(name="x", figure=None, most=0.05), None),
        (Row(name="x", figure=0.5), None),
    ],
)
def test_a_target_is_met_or_missed_or_absent(row: Row, met: bool | None) -> None:
    """A figure that was not measured neither meets nor misses its target."""
    assert met is row.met
    assert row.shown()["met"] == {True: "yes", False: "NO", None: ""}[met]


def test_the_half_of_a_talk_never_changes() -> None:
    """A talk is in the same half on every machine, since thresholds were chosen on one half."""
    assert [half_of(id) for id in ("aaaaaaaaaaa", "bbbbbbbbbbb", "ccccccccccc", "ddddddddddd")] == [
        "tune",
        "report",
        "tune",
        "report",
    ]


def test_every_part_is_documented() -> None:
    """docs/evaluation.md has a section for each part."""
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    assert [name for name in evaluation.PARTS if f"### {name}" not in page] == []


def test_labelled_summaries_are_kept_or_refused(folder: Path) -> None:
    """The genuine summary is kept and the invented one is refused."""
    genuine = sorted(gates.load_labels()["genuine"])[0]
    invented = sorted(gates.load_labels()["invented"])[0]
    for id in (genuine, invented):
        values = {"title": "Slow", "abstract": None, "text": f"{PLAIN} " * 2}
        (folder / "talks" / f"{id}.json").write_text(json.dumps(values))
    summaries = [
        {"id": genuine, "llm_summary": "A slow disk under etcd delayed every write; a watch halved the memory."},
        {"id": invented, "llm_summary": "Blockchain and quantum encryption transform hospitals and agriculture."},
    ]
    (folder / "llm_summaries.json").write_text(json.dumps(summaries))
    rows = {row.name: row for row in gates.measure(Material(folder), Config()).rows}
    assert (rows["invented refused"].figure, rows["invented refused"].n) == (1.0, 1)
    assert (rows["genuine kept"].figure, rows["genuine kept"].n) == (1.0, 1)


def test_every_talk_has_one_label() -> None:
    """38 summaries were labelled."""
    ids = [id for named in gates.load_labels().values() for id in named]
    assert (len(ids), len(set(ids))) == (38, 38)


@pytest.mark.parametrize("code", sorted(BROKEN))
def test_a_broken_transcript_is_refused_by_the_check_for_it(code: str) -> None:
    """Each kind of damage has the name of the check that refuses it."""
    dice = random.Random(1)
    words = PLAIN.split() * 8 + ["".join(dice.choices("abcdefghiklmnoprstu", k=6)) for _ in range(700)]
    dice.shuffle(words)
    transcript = make_transcript(" ".join(words))
    broken = BROKEN[code](transcript)
    assert broken is not None
    assert gates.find_refusal(transcript, Config().check) == ""
    assert code == gates.find_refusal(broken, Config().check)
