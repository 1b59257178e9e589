from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import validate

from summarizer.cli import console, report
from summarizer.cli.options import take_verbosity
from summarizer.cli.progress import Display
from summarizer.config import load
from summarizer.errors import Deferred, Failed, Skipped
from summarizer.library.status import TalkState
from summarizer.pipeline import Run
from tests.fake_backends import VTT, FakeBackends, make_video

SCHEMA = Path(__file__).parent.parent / "docs" / "talks.schema.json"


def run_command(folder: Path, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, in a folder."""
    command = [sys.executable, "-m", "summarizer", *arguments]
    values = {"capture_output": True, "text": True, "cwd": folder, "check": False} | options
    environment = {**os.environ, "PYTHONPATH": str(SCHEMA.parent.parent), **values.pop("env", {})}  # type: ignore[dict-item]
    return subprocess.run(command, env=environment, **values)  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one talk, which has a title that no simple encoding has."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "Café 日本.vtt").write_text(VTT)
    return tmp_path


RUN = ("run", "in", "--set", "transcribe.policy=captions")


def execute(folder: Path, backends: FakeBackends, count: int) -> Run:
    backends.listing = tuple(make_video(number) for number in range(count))
    run = Run(
        load(overrides=[f"runtime.{name}='{folder}/{name}'" for name in ("library", "digests")]), backends=backends
    )
    run.listener = Display(None)
    run.execute(run.find(["x"]))
    return run


def test_a_terminal_of_ascii_gets_question_marks_and_no_traceback(folder: Path) -> None:
    """The page is written, and the exit code is that of the work."""
    for arguments in (RUN, ("status",)):
        ended = run_command(folder, *arguments, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
        assert (ended.returncode, "Traceback" in ended.stderr) == (0, False)
        assert "Caf? ??" in ended.stdout + ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
def test_output_that_cannot_be_written_is_an_error_of_one_line(folder: Path) -> None:
    """After the work, which is kept."""
    with open("/dev/full", "w") as full:  # noqa: PTH123 - opened for writing, with a buffer
        ended = run_command(folder, *RUN, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("error: cannot write the output: No space left")
    assert [path.suffix for path in (folder / "digests").glob("undated*")].count(".md") == 1


def test_a_closed_pipe_ends_the_program_silently(folder: Path) -> None:
    """As with `| head`."""
    reading, writing = os.pipe()
    os.close(reading)
    ended = run_command(folder, "config", "show", capture_output=False, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert "Traceback" not in ended.stderr


def test_json_of_run_and_status_has_one_schema(folder: Path) -> None:
    """All fields in every object; docs/talks.schema.json is their schema."""
    made = json.loads(run_command(folder, *RUN, "no/such", "--json").stdout)
    listed = json.loads(run_command(folder, "status", "--json").stdout)
    for talks in (made, listed):
        validate(talks, json.loads(SCHEMA.read_text(encoding="utf-8")))
        assert all(list(talk) == list(TalkState.model_fields) for talk in talks)
    assert [(talk["state"], talk["title"]) for talk in made] == [("failed", "no/such"), ("made", "Café 日本")]
    assert made[1] | {"seconds": 0.0, "when": None} == listed[0]


@pytest.mark.parametrize("text", ["a\x9b31m", "\u202eb", "c\x00", "\U000e0001", "d\ud800"])
def test_json_has_no_character_that_controls_a_terminal(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is escaped, so that the value stays the same."""
    console.print_json([{"title": text}])
    shown = capsys.readouterr().out
    assert not [character for character in shown if not character.isprintable() and character != "\n"]
    assert json.loads(shown) == [{"title": text}]


def test_paths_are_whole_where_there_is_no_terminal(folder: Path) -> None:
    """However long; scripts take them apart at white space."""
    (folder / "in" / f"{'long' * 40}.vtt").write_text(VTT)
    shown = run_command(folder, *RUN).stderr + run_command(folder, "status").stdout
    pages = [str(path.relative_to(folder)) for path in (folder / "digests").glob("undated*.md")]
    assert [shown.split().count(page) for page in pages] == [2, 2]


def test_the_end_of_a_run_does_not_repeat_what_went_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run of many talks ends with their number, and with the reason and the ids of the others."""
    backends = FakeBackends()
    backends.errors = {f"video-{i:05}": Deferred("rate_limited", "slow down") for i in range(13)}
    backends.errors["video-00020"] = Failed("download", "no answer", "Run again.")
    backends.errors["video-00021"] = Skipped("before_since", "too old")
    run = execute(tmp_path, backends, 30)
    capsys.readouterr()
    report.print_outcomes(run, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["Failed", "  no answer. Run again.", "    video-00020  Talk 20"]
    assert lines.count("    and 3 more; `summarizer status` lists them") == 1
    assert lines[-1] == f"15 made, 1 skipped, 13 deferred, 1 failed. Pages: {run.index}."
    assert len(lines) < 25
    again = execute(tmp_path, FakeBackends(), 30)
    assert capsys.readouterr().err.count("\n") == 15
    report.print_outcomes(again, as_json=False)
    assert capsys.readouterr().out.count("\n") == 1


def test_files_that_were_not_taken_have_one_line_a_reason() -> None:
    """With their names, up to a number."""
    left_out = [(f"x/{i}.part", "incomplete") for i in range(12)] + [("x/.a", "hidden")]
    lines = list(report.list_left_out(left_out))
    assert lines[2:] == [f"  incomplete: {', '.join(f'{i}.part' for i in range(10))} and 2 more", "  hidden: .a"]


def test_progress_within_a_long_talk_counts(capsys: pytest.CaptureFixture[str]) -> None:
    """In the bar, so that the remaining time is known; in a log, with a line a minute."""
    display = Display(None)
    display.listed(2)
    display.stage(make_video(1), "transcribe", ahead=False)
    display.progress(0.1)
    assert capsys.readouterr().err == ""
    display.logged -= 61
    display.progress(0.25)
    display.progress(0.3)
    assert capsys.readouterr().err == "transcribe: Talk 1 25%\n"


@pytest.mark.parametrize(
    ("arguments", "kept", "quiet", "verbose"),
    [
        (["-v", "run", "x"], ["run", "x"], False, True),
        (["run", "x", "--quiet"], ["run", "x"], True, False),
        (["explain", "--", "-vaaaaaaaaaa"], ["explain", "--", "-vaaaaaaaaaa"], False, False),
        (["explain", "--", "-q"], ["explain", "--", "-q"], False, False),
    ],
)
def test_verbosity_may_stand_anywhere(
    arguments: list[str], kept: list[str], quiet: bool, verbose: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But not after the mark that ends the options."""
    monkeypatch.setattr(console.Verbosity, "quiet", False)
    monkeypatch.setattr(console.Verbosity, "verbose", False)
    assert take_verbosity(arguments) == kept
    assert (console.Verbosity.quiet, console.Verbosity.verbose) == (quiet, verbose)


def test_a_quiet_run_prints_errors_only(folder: Path) -> None:
    """Nothing when all went well."""
    ended = run_command(folder, *RUN, "-q")
    assert (ended.stdout, ended.stderr, ended.returncode) == ("", "", 0)
    ended = run_command(folder, *RUN, "-q", "no/such")
    assert (ended.returncode, ended.stdout.splitlines()[1:2]) == (3, ["Failed"])


def test_status_has_the_reason_of_every_talk_without_a_page(tmp_path: Path) -> None:
    """Of the last run that tried it; `forget` removes a talk that does not exist."""
    from summarizer.library.status import forget, list_talks

    backends = FakeBackends()
    backends.errors = {"video-00000": Failed("private", "old reason")}
    run = execute(tmp_path, backends, 3)
    backends.errors = {"video-00000": Failed("gone", "the newest reason", "Do this.")}
    execute(tmp_path, backends, 1)
    first, second, _ = list_talks(run.config)
    assert (first.state, first.code, first.reason) == ("failed", "gone", "the newest reason. Do this.")
    assert (second.state, Path(second.page).is_file()) == ("made", True)
    elsewhere = load(overrides=[f"runtime.library='{tmp_path}/library'", f"runtime.digests='{tmp_path}/other'"])
    assert [(talk.page, "is not in" in talk.reason) for talk in list_talks(elsewhere)][1] == ("", True)
    forget(run.config, "video-00000")
    deleted = forget(run.config, "video-00001")
    assert Path(second.page) in deleted
    assert [talk.video for talk in list_talks(run.config)] == ["video-00002"]
    assert "Talk 1" not in (tmp_path / "digests" / "index.md").read_text()


def test_forgetting_keeps_a_page_that_was_edited(tmp_path: Path) -> None:
    """It is somebody's work."""
    from summarizer.library.status import forget

    run = execute(tmp_path, FakeBackends(), 1)
    page = Path(run.finals[0].path)
    page.write_text("my own words")
    forget(run.config, "video-00000")
    assert page.read_text() == "my own words"


def test_the_commands_for_configuration_files_agree(tmp_path: Path) -> None:
    """What `show` prints can be read again; a file that `init` wrote is used in its folder and changes nothing."""
    shown = run_command(tmp_path, "config", "show", "-q").stdout
    (tmp_path / "shown.toml").write_text(shown)
    assert run_command(tmp_path, "config", "show", "-c", "shown.toml", "-q").stdout == shown
    assert run_command(tmp_path, "config", "init").returncode == 0
    assert run_command(tmp_path, "config", "path").stdout == "summarizer.toml\n"
    assert run_command(tmp_path, "config", "show", "-q").stdout == shown
    assert run_command(tmp_path, "config", "init", "cpu").returncode == 2
    assert run_command(tmp_path, "config", "init", "cpu", "-o", "cpu2.toml").returncode == 0
    assert 'backend = "transformers"' in run_command(tmp_path, "config", "show", "-c", "cpu2.toml").stdout


def test_the_sample_needs_no_file_beside_it(tmp_path: Path) -> None:
    """`run sample` uses its own settings in any folder."""
    ended = run_command(tmp_path, "run", "sample", "--set", "transcribe.policy=captions", "--limit", "1", "--json")
    assert [talk["state"] for talk in json.loads(ended.stdout)] == ["made"]
    assert (tmp_path / "digests" / "sample" / "index.md").is_file()


def test_completion_is_offered() -> None:
    """For the shells that typer knows."""
    from typer.main import get_command

    from summarizer.cli import app

    assert {"install_completion", "show_completion"} <= {parameter.name for parameter in get_command(app).params}
