from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from summarizer.digest import PageData

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("deploy/*.md")])
SOURCES = sorted(ROOT.glob("summarizer/**/*.py"))


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("regenerate", ROOT / "tools" / "regenerate_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_setting_is_documented(reference: ModuleType) -> None:
    """docs/configuration.md is up to date; tools/regenerate_docs.py writes it."""
    assert reference.configuration() == (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


def test_every_command_and_option_is_documented(reference: ModuleType) -> None:
    """docs/commands.md is up to date; tools/regenerate_docs.py writes it."""
    assert reference.commands() == (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert reference.talks_schema() == (ROOT / "docs" / "talks.schema.json").read_text(encoding="utf-8")


def test_the_schema_of_pages_is_documented(reference: ModuleType) -> None:
    """docs/page.schema.json is up to date, and docs/pages.md names every field; tools/regenerate_docs.py writes it."""
    assert reference.page_schema() == (ROOT / "docs" / "page.schema.json").read_text(encoding="utf-8")
    described = (ROOT / "docs" / "pages.md").read_text(encoding="utf-8")
    assert [name for name in PageData.model_fields if f"`{name}`" not in described] == []


def test_the_readme_names_every_command(reference: ModuleType) -> None:
    """The table of commands in README.md is complete."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = re.findall(r"^## summarizer (\S+)", reference.commands(), re.MULTILINE)
    assert not [name for name in names if f"summarizer {name}" not in readme]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_are_valid(page: Path) -> None:
    """Relative links name existing files."""
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert not [target for target in targets if not (page.parent / target).exists()]


def test_make_help_lists_every_target() -> None:
    """Every listed target exists."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert targets is not None
    assert set(targets[1].split()) == set(re.findall(r"^  make (\S+)", shown, re.MULTILINE))


def test_every_test_has_a_docstring() -> None:
    """It describes the expected behaviour."""
    undocumented = [
        f"{path.name}:{node.name}"
        for path in ROOT.glob("tests/test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert undocumented == []


def test_the_version_is_the_same_everywhere() -> None:
    """In pyproject.toml, in the package and in the changelog."""
    from summarizer import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert __version__ == project["version"]
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
