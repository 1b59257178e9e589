from __future__ import annotations

import ast
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.cli import console
from summarizer.errors import UsageError
from tests.fake_youtube import SAMPLE_VTT

PACKAGE = Path(console.__file__).parent.parent
NASTY = (
    "\x1b[2Jescape \x9b31mC1 \x90dcs\x9c \u202ereversed\u202c \u2066isolate\u2069 \u200fmark \u061cmark bell\x07 "
    "back\x08space \x7fdel \u2028line \u2029paragraph\r return \udcffbyte \ue000private \U000e0041tag zero\u200bwidth"
)
UNSAFE = sorted({char for char in NASTY if not char.isprintable()})


def assert_harmless(text: str) -> None:
    assert [char for char in UNSAFE if char in text] == []


def printed(capfd: pytest.CaptureFixture[str]) -> str:
    captured = capfd.readouterr()
    return captured.out + captured.err


def test_messages_and_data_have_no_control_characters(capfd: pytest.CaptureFixture[str]) -> None:
    """Notes, errors with their remedy, rows as a table, lines of data, tracebacks."""
    console.print_note(NASTY)
    console.print_error(UsageError(NASTY, NASTY))
    console.print_rows([{"title": NASTY}], as_json=False, title=NASTY)
    console.print_data(NASTY)
    console.print_traceback([NASTY])
    text = printed(capfd)
    assert text.count("reversed") == 7
    assert_harmless(text)


def test_log_records_have_no_control_characters(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither in their arguments nor in the message of an exception."""
    handler = console.make_log_handler()
    try:
        raise ValueError(NASTY)
    except ValueError:
        handler.handle(logging.LogRecord("x", logging.WARNING, "x", 1, "%s", (NASTY,), sys.exc_info()))
    text = printed(capfd)
    assert text.count("reversed") == 2
    assert_harmless(text)


def test_json_has_escapes_and_loses_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """A program reads the same text; a person sees no effect."""
    console.print_rows([{"title": NASTY, "é": "日本語 نمی\u200cخواهم 👩\u200d💻"}], as_json=True)
    text = printed(capfd)
    assert_harmless(text)
    assert json.loads(text) == [{"title": NASTY, "é": "日本語 نمی\u200cخواهم 👩\u200d💻"}]
    assert "日本語 نمی\u200cخواهم 👩\u200d💻" in text


@given(st.text(st.characters(codec=None)))
def test_any_text_survives_as_json(text: str) -> None:
    """All of Unicode, with lone surrogates."""
    written = console.escape_json(json.dumps([text], ensure_ascii=False))
    assert json.loads(written) == [text]
    written.encode()


def test_lines_of_text_stay_lines(capfd: pytest.CaptureFixture[str]) -> None:
    """An exported transcript has one segment a line; joiners are part of the spelling of some languages."""
    console.print_data("one\ntwo نمی\u200cخواهم")
    assert printed(capfd) == "one\ntwo نمی\u200cخواهم\n"


def test_only_the_console_writes() -> None:
    """Other modules use its functions; the decoder is a process of its own, whose output is read by its parent."""
    writers = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and (
            (isinstance(node.value, ast.Name) and (node.value.id, node.attr) in {("sys", "stdout"), ("sys", "stderr")})
            or node.attr in {"echo", "secho"}
        )
    }
    assert writers == {"cli/__init__.py", "cli/console.py", "audio/decoder.py"}


def run(*arguments: str | bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "summarizer", *arguments]
    return subprocess.run(command, capture_output=True, check=False, env=os.environ | environment)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_run_survives_names_that_are_no_utf_8(tmp_path: Path, encoding: str) -> None:
    """Of files and of the folder, on a terminal that has only ASCII too; the others get their pages."""
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    Path(os.fsdecode(folder)).mkdir()
    for name in (b"na\xefve.vtt", b"\x9b31mred.vtt", b"good.vtt"):
        Path(os.fsdecode(folder + b"/" + name)).write_text(SAMPLE_VTT)
    Path(os.fsdecode(folder + b"/bad\xff.vtt")).symlink_to("nowhere")
    library = b"--library=" + os.fsencode(tmp_path) + b"/librar\xff"
    places = (library, b"--digests=" + os.fsencode(tmp_path) + b"/digest\xff")
    done = run("run", folder, *places, "--json", PYTHONIOENCODING=encoding)
    assert b"Traceback" not in done.stderr
    assert done.returncode in {0, 3}, done.stderr
    assert Path(os.fsdecode(os.fsencode(tmp_path) + b"/librar\xff")).is_dir()
    outcomes = json.loads(done.stdout)
    assert {"na\ufffdve", "\ufffd31mred", "good"} <= {outcome["title"] for outcome in outcomes}
    assert_harmless((done.stdout + done.stderr).decode())
    for command in (("status",), ("status", "--json"), ("verify",)):
        shown = run(*command, library, PYTHONIOENCODING=encoding)
        assert shown.returncode == 0, shown.stderr
        assert_harmless((shown.stdout + shown.stderr).decode())


def test_an_unexpected_error_has_no_control_characters(tmp_path: Path) -> None:
    """Python would print the message of an exception as it is."""
    code = f"import summarizer.cli as cli\ndef fail(): raise RuntimeError({NASTY!r})\ncli.app = fail\ncli.main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"reversed" in done.stderr
    assert_harmless(done.stderr.decode())
