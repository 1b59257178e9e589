from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from summarizer import cli
from summarizer.cli import console, progress
from summarizer.errors import Failed, UsageError
from summarizer.pipeline.outcomes import of_error
from tests.fake_backends import make_video

CAPTIONS_ONLY = (
    "--set",
    "runtime.loopback_feed=true",
    "--set",
    "runtime.sleep_seconds=0",
    "--set",
    "transcribe.policy=captions",
)
COMMANDS = ("run", "nightly", "status", "explain", "doctor", "verify", "prune", "eval", "models")


def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command in this process: (exit code, stdout, stderr)."""
    monkeypatch.setattr(sys, "argv", ["summarizer", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


@pytest.fixture
def folders(tmp_path: Path) -> tuple[str, ...]:
    return ("--library", str(tmp_path / "library"), "--digests", str(tmp_path / "digests"))


def test_importing_the_command_line_loads_no_heavy_package() -> None:
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
    """--help exits with 0 and says what the command is for."""
    code, out, _ = call(monkeypatch, capsys, command, "--help")
    assert code == 0
    assert "Usage:" in out
    assert command == "models" or "Example" in out


def test_the_sample_gives_digests_and_json_on_stdout_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folders: tuple[str, ...]
) -> None:
    """stdout is one JSON document; people's lines go to stderr."""
    code, out, err = call(monkeypatch, capsys, "run", "sample", *folders, *CAPTIONS_ONLY, "--json")
    found = json.loads(out)
    assert code == 0
    assert {s: sum(o["status"] == s for o in found) for s in ("made", "refused")} == {"made": 4, "refused": 1}
    assert "4 made, 1 refused" in err


def test_a_second_run_says_that_everything_was_cached(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folders: tuple[str, ...]
) -> None:
    """And makes nothing."""
    call(monkeypatch, capsys, "run", "sample", *folders, *CAPTIONS_ONLY)
    code, _, err = call(monkeypatch, capsys, "run", "sample", *folders, *CAPTIONS_ONLY)
    assert code == 0
    assert "Everything was cached" in err


def test_a_dry_run_makes_nothing_and_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folders: tuple[str, ...], tmp_path: Path
) -> None:
    """The plan names the first stage with work, and no file appears."""
    code, out, _ = call(monkeypatch, capsys, "run", "sample", *folders, *CAPTIONS_ONLY, "--dry-run", "--json")
    plan = json.loads(out)
    assert (code, len(plan)) == (0, 5)
    assert {("download", "would run", "never made")} == {(row["stage"], row["state"], row["why"]) for row in plan}
    assert not (tmp_path / "library").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("run", "https://example.com/x"), 2, "is not a YouTube address"),
        (("run", "no/such/folder"), 2, "neither a URL nor a file"),
        (("run", "sample", "--config", "none.toml"), 2, "cannot read the config file"),
        (("run", "sample", "--set", "runtime.devise=cpu"), 2, "did you mean runtime.device"),
        (("run", "sample", "--since", "yesterday"), 2, "is not a day"),
        (("run", "sample", "--force", "everything"), 2, "there is no such stage"),
        (("run", "sample"), 2, "is on this machine"),
        (("explain", "abcdefghijk"), 2, "is not in the library"),
        (("models", "pull", "gpt-9"), 2, "unknown model"),
        (("nightly",), 2, "nightly.sources is empty"),
    ],
)
def test_bad_input_is_one_line_with_a_remedy(
    arguments: tuple[str, ...],
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """No traceback, nothing on stdout, the exit code of a usage error."""
    monkeypatch.chdir(tmp_path)
    got, out, err = call(monkeypatch, capsys, *arguments)
    assert (code, "") == (got, out)
    assert words in err
    assert len(err.strip().splitlines()) == 1


def test_status_and_doctor_speak_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folders: tuple[str, ...], tmp_path: Path
) -> None:
    """Every row has the same keys, whatever was found; a remedy stands where something is wrong."""
    call(monkeypatch, capsys, "run", "sample", *folders, *CAPTIONS_ONLY)
    _, out, _ = call(monkeypatch, capsys, "status", "--library", str(tmp_path / "library"), "--json")
    assert {s: sum(r["state"] == s for r in json.loads(out)) for s in ("done", "refused")} == {"done": 4, "refused": 1}
    _, out, _ = call(monkeypatch, capsys, "doctor", "--set", f"runtime.library='{tmp_path}/l'", "--json")
    assert [bool(row["remedy"]) for row in json.loads(out)] == [not row["ok"] for row in json.loads(out)]
    checks = {row["check"] for row in json.loads(out)}
    assert {"Python", "JavaScript runtime", "library folder", "model small", "CUDA"} <= checks


def test_a_missing_model_fails_the_talks_that_need_it_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folders: tuple[str, ...]
) -> None:
    """Talks with captions are made; the others say what to pull; the exit code says partly done."""
    arguments = (
        "--set",
        "runtime.loopback_feed=true",
        "--set",
        "runtime.sleep_seconds=0",
        "--set",
        "runtime.models=none",
    )
    code, out, _ = call(monkeypatch, capsys, "run", "sample", *folders, *arguments, "--json")
    found = json.loads(out)
    assert code == 3
    assert sum(o["status"] == "made" for o in found) == 4
    assert all(o["reason"].endswith("Run: summarizer models pull small") for o in found if o["status"] == "failed")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_cleanly_and_says_how_to_go_on(tmp_path: Path, stop: signal.Signals) -> None:
    """Ctrl-C and SIGTERM: what is finished stays, the message says to run again, and that then works."""
    script = (
        "import sys, time; from summarizer import cli\n"
        "from summarizer.summarize.extractive import Extractive\n"
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
    assert {signal.SIGINT: 130, signal.SIGTERM: 143}[stop] == process.returncode
    assert "run the same command again to continue" in err
    again = subprocess.run(
        [sys.executable, "-m", "summarizer", *arguments, "--json"], capture_output=True, text=True, check=True
    )
    states = {outcome["title"].split()[0]: outcome["status"] for outcome in json.loads(again.stdout)}
    assert (states["Tutorial:"], states["Sample"]) == ("cached", "made")


@pytest.mark.parametrize(
    "title", ["[/bold] [red]x", "\x1b[31mred\x1b]0;title\x07", "a\u202eb\x9bc", "[link=file:///x]y[/link]"]
)
def test_titles_cannot_speak_to_the_terminal(title: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters and markup are shown as plain text or not at all."""
    console.rows([{"title": title}], as_json=False)
    shown = capsys.readouterr().out
    assert not [char for char in shown if not char.isprintable() and char != "\n"]
    assert Text(console.clean(title)).plain.split()[0] in shown


def test_an_error_shows_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong, then what to do."""
    console.error(UsageError("this is [wrong]", "Do that."))
    assert capsys.readouterr().err == "error: this is [wrong]. Do that.\n"


def test_the_progress_line_shows_what_computes_before_what_is_fetched_ahead() -> None:
    """A download of another talk does not hide the stage that one waits for."""
    bar = Progress(console=Console(file=io.StringIO()))
    display = progress.Display(bar)

    def seen(number: int, stage: str, ahead: bool = True) -> str:
        display.stage(make_video(number), stage, ahead)
        return bar.tasks[0].description

    assert seen(2, "download") == "download: Talk 2"
    assert seen(1, "transcribe", ahead=False) == seen(2, "audio") == "transcribe: Talk 1"
    assert seen(3, "summarize", ahead=False) == "summarize: Talk 3 and 1 more"
    display.progress(0.5)
    assert bar.tasks[0].description == "transcribe: Talk 1 50%"
    display.finished(of_error(make_video(3), "summarize", Failed("x", "broken")))
    display.finished(of_error(make_video(1), "download", Failed("x", "broken")))
    assert seen(2, "audio") == "audio: Talk 2"
