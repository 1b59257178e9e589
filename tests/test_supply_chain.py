from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from summarizer import errors

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LAYERS = sorted((ROOT / "requirements").glob("*.txt"))
NAME = PROJECT["project"]["name"]


def load_tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_versions(layers: list[str]) -> dict[str, str]:
    """The version of each package for this Python and platform; of those for others, any."""
    texts = [(ROOT / "requirements" / f"{layer}.txt").read_text(encoding="utf-8") for layer in layers]
    versions: dict[str, str] = {}
    for line in re.findall(r"^[^#\s].*==.*(?= \\$)", "\n".join(texts), re.MULTILINE):
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate() or requirement.name not in versions:
            versions[requirement.name] = str(requirement.specifier).removeprefix("==")
    return versions


def list_required(extras: tuple[str, ...]) -> list[Requirement]:
    """What the project requires itself, with those of extras that an extra names."""
    optional = PROJECT["project"]["optional-dependencies"]
    found = [Requirement(line) for line in PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]]
    for extra in extras:
        for requirement in map(Requirement, optional[extra]):
            if canonicalize_name(requirement.name) == NAME:
                found += list_required(tuple(requirement.extras))
            else:
                found.append(requirement)
    return found


@pytest.mark.parametrize("path", LAYERS, ids=lambda path: path.stem)
def test_the_lock_was_written_from_this_pyproject(path: Path) -> None:
    """After a change of what it requires, `make lock` is needed."""
    assert load_tool("lock_requirements").fingerprint() in path.read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.parametrize(
    ("layers", "extras"),
    [
        (["core"], ()),
        (["core", "speech"], ("speech",)),
        (["core", "speech", "llm"], ("speech", "llm", "openai")),
        (["core", "speech", "llm", "test"], ("test",)),
    ],
)
def test_every_requirement_is_locked_to_a_version_that_it_allows(layers: list[str], extras: tuple[str, ...]) -> None:
    """For each set of packages that the Makefile installs; torch has a fixed version in the Makefile."""
    locked = read_versions(layers) | {"torch": "2.13.0"}
    wrong = [
        str(requirement)
        for requirement in list_required(extras)
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), "0"))
    ]
    assert wrong == []
    assert "torch==2.13.0" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", LAYERS, ids=lambda path: path.stem)
def test_every_locked_package_has_hashes_and_nothing_else(path: Path) -> None:
    """No address, no option, no package without a SHA-256."""
    for block in re.split(r"\n(?! )", path.read_text(encoding="utf-8").rstrip())[1:]:
        assert re.fullmatch(r"[a-z0-9._-]+==\S+( ; [^\\\n]+)? \\(\n    --hash=sha256:[0-9a-f]{64}( \\)?)+", block)


def test_what_this_python_has_is_locked_for_it() -> None:
    """A package that the project uses is not left out on some version of Python."""
    from importlib import metadata

    locked = "\n".join(path.read_text(encoding="utf-8") for path in LAYERS)
    applies = {
        requirement.name
        for requirement in map(Requirement, re.findall(r"^[^#\s].*==.*(?= \\$)", locked, re.MULTILINE))
        if requirement.marker is None or requirement.marker.evaluate()
    }
    needed = {"torch"}
    for name in sorted(applies):
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                needed.add(canonicalize_name(requirement.name))
    assert needed - applies == {"torch"}


def test_the_makefile_installs_with_hashes_only() -> None:
    """All but torch, the project itself, pip and the maintainers' tools."""
    lines = [line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "/pip install" in line]
    others = [
        line
        for line in lines
        if not line.startswith(("LOCKED = ", "PROJECT = ", "TORCH = ", "$(TOOLS)", "\t@$(PYTHON) -m venv $(TOOLS)"))
    ]
    assert [line for line in others if "--upgrade pip" not in line and "To hear them" not in line] == []
    assert "LOCKED = $(BIN)/pip install --quiet --require-hashes --no-deps" in lines


def test_the_licence_of_every_locked_package_is_listed() -> None:
    """docs/licences.md; `make lock` writes it."""
    page = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    rows = load_tool("list_licences").read_rows(page)
    assert {*rows} == {*read_versions(["core", "speech", "llm", "test"])}
    assert [name for name, (licence, _) in rows.items() if not licence or "not declared" in licence] == []


def test_the_software_bill_of_materials_can_be_made() -> None:
    """`make sbom` names its file; `make help` lists the target."""
    shown = subprocess.run(["make", "--dry-run", "sbom"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "cyclonedx-py environment" in shown
    assert "build/sbom.json" in shown


SOURCES = sorted([*ROOT.glob("summarizer/**/*.py"), *ROOT.glob("docs/*.md"), ROOT / "README.md", ROOT / "Makefile"])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_remedy_names_a_package_that_we_do_not_own(path: Path) -> None:
    """The project is not on the package index: anybody could publish a package of its name."""
    assert not re.search(rf"pip install\S* [^\n`]*{NAME}", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("extra", sorted(PROJECT["project"]["optional-dependencies"]))
def test_a_remedy_names_what_works_here(extra: str) -> None:
    """From a checkout, the folder and this Python; pip accepts it."""
    remedy = errors.install_remedy(extra)
    assert remedy == f"Run: {sys.executable} -m pip install -e '{ROOT}[{extra}]'"


def test_without_a_checkout_a_remedy_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """There is no folder to install from."""
    monkeypatch.setattr(errors, "__file__", str(tmp_path / "summarizer" / "errors.py"))
    assert errors.install_remedy("llm") == "In a checkout of the project, run: pip install -e '.[llm]'"


def test_a_package_of_another_project_is_installed_by_its_name() -> None:
    """Into this Python, whatever `pip` is first in the path."""
    assert errors.install_remedy(package="deno") == f"Run: {sys.executable} -m pip install deno"
