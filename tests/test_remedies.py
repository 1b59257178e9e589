"""What a message tells people to do exists, and helps."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from summarizer.cli import app
from summarizer.config import Config, known_keys, list_presets, load
from summarizer.errors import UsageError
from summarizer.pipeline import Run
from summarizer.records import Outcome
from tests.fake_backends import VTT
from tests.media import write_audio

PACKAGE = Path(__file__).parent.parent / "summarizer"
GERMAN = (
    "Guten Morgen und willkommen zu diesem Vortrag über den Speicher.",
    "Wir haben im letzten Jahr alle Daten auf eine neue Klasse von Platten verschoben.",
    "Das hat drei Monate gedauert und zwei Leute beschäftigt.",
    "Danach dauerte jede Wiederherstellung nur noch vier Minuten statt vierzig.",
    "Bitte prüfen Sie Ihre Sicherungen, bevor Sie sie wirklich brauchen.",
    "Vielen Dank für Ihre Aufmerksamkeit und noch einen schönen Tag.",
)


def texts() -> Iterator[tuple[str, str]]:
    """All strings of the package that are no docstrings, with their place; values in them are replaced by X."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documentation = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if id(node) in documentation | inner:
                continue
            if isinstance(node, ast.JoinedStr):
                yield str(path), "".join(v.value if isinstance(v, ast.Constant) else "X" for v in node.values)  # type: ignore[misc]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield str(path), node.value


def find_command(words: list[str]) -> Any:
    """The command of a command line, or the group if it names none; None for an unknown command."""
    command: Any = get_command(app)
    for word in words:
        if not hasattr(command, "commands") or word.startswith("-"):
            break
        command = command.commands.get(word)
        if command is None:
            return None
    return command


def test_every_command_that_a_message_names_exists() -> None:
    """With its options."""
    wrong = []
    for path, text in texts():
        for line in re.findall(r"(?:`|Run: |^\s*)summarizer ([a-z][^`|;]*)", text):
            words = shlex.split(line.replace("'", ""))
            command = find_command(words)
            known = {option for parameter in command.params for option in parameter.opts} if command else set()
            options = {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)} - {"-v", "-q", "--version"}
            if command is None or options - known - {"--help"}:
                wrong.append((path, text))
    assert wrong == []


def test_every_setting_that_a_message_names_exists() -> None:
    """As `table.key`, and every preset after -c."""
    tables = "|".join(Config.model_fields)
    wrong = [
        (path, key)
        for path, text in texts()
        for key in re.findall(rf"\b((?:{tables})\.[a-z_]+(?:\.[a-z_]+)*)(?![\w/(])", text)
        if not key.endswith((".py", ".toml", ".md", ".json", ".txt", ".m", ".com"))
        and " " in text
        and key not in known_keys()
    ]
    wrong += [
        (path, name)
        for path, text in texts()
        for name in re.findall(r"summarizer [^`|]* -c ([a-z]+)(?![\w.])", text)
        if name not in list_presets()
    ]
    assert wrong == []


def run_folder(folder: Path, *overrides: str) -> Outcome:
    """The outcome of the only recording of a folder, with real back ends and settings."""
    values = [f"runtime.{name}='{folder}/{name}'" for name in ("library", "digests", "models")]
    run = Run(load(overrides=[*values, *overrides]))
    run.execute(run.find([str(folder / "in")]))
    (outcome,) = run.finals
    return outcome


@pytest.fixture
def german(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    cues = [f"00:{i * 5:02}.000 --> 00:{i * 5 + 4:02}.000\n{text}" for i, text in enumerate(GERMAN)]
    (tmp_path / "in" / "vortrag.de.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues))
    return tmp_path


def test_captions_in_another_language_are_refused_for_their_language(german: Path) -> None:
    """Not because there is no recording beside them, and whether or not there is a model for speech."""
    outcome = run_folder(german)
    assert (outcome.status, outcome.code) == ("refused", "wrong_language")
    assert "are in de, not in en. Add 'de' to download.languages" in outcome.reason
    assert "set summarize.backend to a language model" in outcome.reason


def test_the_language_that_the_remedy_names_is_then_accepted(german: Path) -> None:
    """What remains is that quotes need English, as the remedy says."""
    outcome = run_folder(german, "download.languages=['en','de']")
    assert (outcome.code, "set summarize.backend to a language model" in outcome.reason.lower()) == ("too_little", True)


def test_a_talk_that_the_policy_skips_is_heard_with_the_policy_of_the_remedy(tmp_path: Path) -> None:
    """Or says which model is missing, and how to get it."""
    (tmp_path / "in").mkdir()
    write_audio(tmp_path / "in" / "a.mp3", seconds=2)
    outcome = run_folder(tmp_path, "transcribe.policy=captions")
    assert (outcome.status, outcome.code) == ("skipped", "no_captions")
    [setting] = re.findall(r"--set (\S+?)\.?$", outcome.reason)
    outcome = run_folder(tmp_path, setting)
    pull = f"Run: summarizer models pull small --set runtime.models='{tmp_path}/models'"
    assert (outcome.status, outcome.reason.endswith(pull)) == ("failed", True)
    outcome = run_folder(tmp_path, setting, "transcribe.whisper.model=tiny.en")
    assert (outcome.status, outcome.code) == ("refused", "empty")


def test_an_unknown_model_is_corrected_by_its_remedy(tmp_path: Path) -> None:
    """The nearest name is a name."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.vtt").write_text(VTT)
    with pytest.raises(UsageError) as error:
        run_folder(tmp_path, "transcribe.whisper.model=tinny.en")
    [name] = re.findall(r"Did you mean (\S+)\?", error.value.remedy)
    assert run_folder(tmp_path, f"transcribe.whisper.model={name}").status == "made"


def test_a_misspelt_setting_is_corrected_by_its_message(tmp_path: Path) -> None:
    """Of a key and of a variable."""
    with pytest.raises(UsageError) as error:
        load(overrides=["runtime.libary=x"], environ={"SUMMARIZER_RUNTIME_DEVICE": "cpu"})
    variable, key = re.findall(r"did you mean (\S+?)\?", str(error.value))
    assert load(overrides=[f"{key}='{tmp_path}'"], environ={variable: "cpu"}).runtime.device == "cpu"
