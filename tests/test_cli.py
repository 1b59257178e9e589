from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from summarizer import cli
from summarizer.cli import console, progress
from summarizer.errors import Failed, UsageError
from summarizer.pipeline.outcomes import make_error_outcome
from tests.fake_backends import make_video

CAPTIONS_ONLY = (
    "--set",
    "runtime.loopback_feed=true",
    "--set",
    "runtime.sleep_seconds=0",
    "--set",
    "transcribe.policy=captions",
)
COMMANDS = "run nightly status forget explain doctor verify prune export eval models config".split()


def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command in this process; returns exit code, stdout and stderr."""
    monkeypatch.setattr(sys, "argv", ["summarizer", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


@pytest.fixture
def folders(tmp_path: Path) -> tuple[str, ...]:
    return ("--library", str(tmp_path / "library"), "--digests", str(tmp_path / "digests"))


def test_importing_the_command_line_imports_no_large_package() -> None:
    """Help must not wait for torch."""
    heavy = "torch transformers faster_whisper ctranslate2 yt_dlp av openai ray xgrammar matplotlib".split()
    code = f"import sys, summarizer.cli; print([m for m in {heavy} if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--help exits with 0 and shows the usage and an example."""
    code, out, _ = call(monkeypatch, capsys, command, "--help")
    assert code == 0
    assert "Usage:" in out
    assert command in {"models", "config"} or "Example" in out


def test_run_prints_only_json_to_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folders: tuple[str, ...]
) -> None:
    """Messages are written to stderr."""
    code, out, err = call(monkeypatch, capsys, "run", "sample", *folders, *CAPTIONS_ONLY, "--json")
    results = json.loads(out)
    assert code == 0
    assert Counter(talk["state"] for talk in results) == {"made": 3, "refused": 1, "skipped": 2}
    assert "3 made, 1 refused, 2 skipped" in err


def test_a_second_run_reports_that_everything_was_cached(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folders: tuple[str, ...]
) -> None:
    """No stage runs."""
    call(monkeypatch, capsys, "run", "sample", *folders, *CAPTIONS_ONLY)
    code, out, err = call(monkeypatch, capsys, "run", "sample", *folders, *CAPTIONS_ONLY)
    assert (code, err) == (0, "")
    assert "3 cached, 1 refused, 2 skipped" in out
    assert "Everything was cached" in out


def test_a_dry_run_shows_what_would_run_and_runs_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folders: tuple[str, ...], tmp_path: Path
) -> None:
    """The plan has the first stage with work; no file is written."""
    code, out, _ = call(monkeypatch, capsys, "run", "sample", *folders, *CAPTIONS_ONLY, "--dry-run", "--json")
    plan = json.loads(out)
    assert (code, len(plan)) == (0, 6)
    assert {("download", "would run", "never made")} == {(row["stage"], row["state"], row["why"]) for row in plan}
    assert not (tmp_path / "library").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("run", "https://example.com/x"), 2, "is not a YouTube address"),
        (("run", "no/such/folder"), 2, "neither a URL nor a file"),
        (("run", "sample", "--config", "none.toml"), 2, "cannot read the config file"),
        (("run", "sample", "--set", "runtime.devise=cpu"), 2, "did you mean runtime.device"),
        (("run", "sample", "--since", "yesterday"), 2, "is not a date"),
        (("run", "sample", "--force", "everything"), 2, "there is no such stage"),
        (("run", "http://127.0.0.1:9/feed"), 2, "is on this machine"),
        (("run", ""), 2, "a source is empty"),
        (("run", "sample", "--nonsense"), 2, "no such option: --nonsense"),
        (("runn",), 2, "no such command 'runn'. Did you mean 'run'"),
        (("status", "--set", "summarize.backend=foo"), 2, "there is no back end 'foo'"),
        (("explain", "abcdefghijk"), 2, "is not in the library"),
        (("models", "pull", "gpt-9"), 2, "unknown model"),
        (("nightly",), 2, "nightly.sources is empty"),
    ],
)
def test_invalid_input_is_reported_in_one_line(
    arguments: tuple[str, ...],
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """No traceback, no output on stdout, and the exit code of a usage error."""
    monkeypatch.chdir(tmp_path)
    exit_code, out, err = call(monkeypatch, capsys, *arguments)
    assert (code, "") == (exit_code, out)
    assert message in err
    assert len(err.strip().splitlines()) == 1


def test_status_and_doctor_print_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folders: tuple[str, ...], tmp_path: Path
) -> None:
    """All rows have the same keys; those of problems have a remedy."""
    call(monkeypatch, capsys, "run", "sample", *folders, *CAPTIONS_ONLY)
    _, out, _ = call(monkeypatch, capsys, "status", "--library", str(tmp_path / "library"), "--json")
    assert Counter(row["state"] for row in json.loads(out)) == {"made": 3, "refused": 1, "skipped": 2}
    _, out, _ = call(monkeypatch, capsys, "doctor", "--set", f"runtime.library='{tmp_path}/l'", "--json")
    assert [bool(row["remedy"]) for row in json.loads(out)] == [not row["ok"] for row in json.loads(out)]
    checks = {row["check"] for row in json.loads(out)}
    assert {"Python", "JavaScript runtime", "library folder", "model small", "CUDA"} <= checks


def test_a_missing_model_fails_only_the_talks_that_need_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folders: tuple[str, ...]
) -> None:
    """Talks with captions get a digest; the message of the others names the model to download."""
    arguments = (
        "--set",
        "runtime.loopback_feed=true",
        "--set",
        "runtime.sleep_seconds=0",
        "--set",
        "runtime.models=none",
        "--set",
        "transcribe.whisper.model=small",
    )
    code, out, _ = call(monkeypatch, capsys, "run", "sample", *folders, *arguments, "--json")
    results = json.loads(out)
    assert code == 3
    assert sum(o["state"] == "made" for o in results) == 3
    assert all("Run: summarizer models pull small" in o["reason"] for o in results if o["state"] == "failed")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_ends_cleanly_and_can_be_continued(tmp_path: Path, stop: signal.Signals) -> None:
    """After Ctrl-C, SIGTERM or the end of the terminal, finished work is kept, and running the command again continues."""
    script = (
        "import sys, time; from summarizer import cli\n"
        "from summarizer.summarize.extractive.backend import Extractive\n"
        "real = Extractive.summarize\n"
        "def slow(self, transcript, source, answers):\n"
        "    if source.title.startswith('Sample'): print('NOW', flush=True); time.sleep(60)\n"
        "    return real(self, transcript, source, answers)\n"
        "Extractive.summarize = slow\ncli.main()\n"
    )
    folders = ["--library", str(tmp_path / "library"), "--digests", str(tmp_path / "digests")]
    arguments = ["run", "sample", *folders, *CAPTIONS_ONLY, "--set", "runtime.download_ahead=1"]
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "NOW"
    time.sleep(0.2)
    process.send_signal(stop)
    _, err = process.communicate(timeout=30)
    assert {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}[stop] == process.returncode
    assert "run the same command again to continue" in err
    second = subprocess.run(
        [sys.executable, "-m", "summarizer", *arguments, "--json"], capture_output=True, text=True, check=True
    )
    states = {outcome["title"].split()[0]: outcome["state"] for outcome in json.loads(second.stdout)}
    assert (states["Tutorial:"], states["Sample"]) == ("cached", "made")


@pytest.mark.parametrize(
    "title", ["[/bold] [red]x", "\x1b[31mred\x1b]0;title\x07", "a\u202eb\x9bc", "[link=file:///x]y[/link]"]
)
def test_titles_cannot_control_the_terminal(title: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters and markup are printed as plain text or omitted."""
    console.print_rows([{"title": title}], as_json=False)
    shown = capsys.readouterr().out
    assert not [char for char in shown if not char.isprintable() and char != "\n"]
    assert Text(console.clean(title)).plain.split()[0] in shown


def test_an_error_is_printed_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    """The message, then the remedy."""
    console.print_error(UsageError("this is [wrong]", "Do that."))
    assert capsys.readouterr().err == "error: this is [wrong]. Do that.\n"


def test_the_progress_line_prefers_computation_to_downloads() -> None:
    """A download in advance does not hide the stage that a talk is in."""
    bar = Progress(console=Console(file=io.StringIO()))
    display = progress.Display(bar)

    def described(number: int, stage: str, ahead: bool = True) -> str:
        display.stage(make_video(number), stage, ahead)
        return bar.tasks[0].description

    assert described(2, "download") == "download: Talk 2"
    assert described(1, "transcribe", ahead=False) == described(2, "audio") == "transcribe: Talk 1"
    assert described(3, "summarize", ahead=False) == "summarize: Talk 3 and 1 more"
    display.progress(0.5)
    assert bar.tasks[0].description == "transcribe: Talk 1 50%"
    display.finished(make_error_outcome(make_video(3), "summarize", Failed("x", "broken")))
    display.finished(make_error_outcome(make_video(1), "download", Failed("x", "broken")))
    assert described(2, "audio") == "audio: Talk 2"


@pytest.mark.parametrize(("format", "begins"), [("txt", "Welcome"), ("srt", "1\n00:00:"), ("vtt", "WEBVTT\n\n00:00:")])
def test_a_transcript_is_exported(
    format: str,
    begins: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folders: tuple[str, ...],
    tmp_path: Path,
) -> None:
    """To stdout, or into a file; a talk without a transcript is a usage error."""
    call(monkeypatch, capsys, "run", "sample", *folders, *CAPTIONS_ONLY)
    library = folders[:2]
    code, out, _ = call(monkeypatch, capsys, "export", "Hc5vN-9uKsE", "--format", format, *library)
    assert code == 0
    assert begins in out[:120]
    code, _, err = call(monkeypatch, capsys, "export", "Hc5vN-9uKsE", "-o", str(tmp_path / "t.txt"), *library)
    assert (code, (tmp_path / "t.txt").is_file(), "The transcript is in" in err) == (0, True, True)
    code, out, err = call(monkeypatch, capsys, "export", "abcdefghijk", *library)
    assert (code, out) == (2, "")
    assert "no talk abcdefghijk" in err
