"""The structure of the package: its rooms, the imports between them, and their size.

A room is a module or a subpackage directly below `summarizer`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "summarizer"

# Every room with the rooms that it may import, all of which are above it in this table. The stages (download, transcribe,
# glossary, check, summarize, digest) do not import one another; only the pipeline imports all of them.
ROOMS: dict[str, str] = {
    "errors": "",
    "records": "",
    "machine": "",
    "config": "errors machine",
    "store": "errors records",
    "models": "errors machine records store",
    "stage": "config errors models",
    "language": "errors records",
    "audio": "errors records",
    "programme": "language records",
    "evidence": "errors language records",
    "download": "audio config errors programme records stage",
    "transcribe": "audio config errors language machine models records stage",
    "glossary": "config language records stage",
    "check": "config errors language records stage",
    "summarize": "config errors evidence language machine models programme records stage",
    "digest": "config language programme records stage",
    "engines": "errors records",
    "pipeline": (
        "config errors records models language programme store stage engines download transcribe glossary check summarize"
        " digest"
    ),
    "sample": "records",
    "library": "config digest errors pipeline records store",
    "nightly": "config digest engines errors pipeline records sample store",
    "evaluation": "check config errors evidence glossary language pipeline records summarize transcribe",
    "cli": "config engines errors records language library models nightly pipeline sample stage store summarize transcribe"
    " evaluation",
    "inspection": "audio config digest errors evidence language library records",
    "__main__": "cli",
}
STAGES = {"download", "transcribe", "glossary", "check", "summarize", "digest"}
FOLDER_LIMIT = 14  # modules, `__init__.py` included


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> Iterator[str]:
    """The rooms that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the room"
            names = [node.module or ""]
            if node.module == "summarizer":
                names = [f"summarizer.{alias.name}" for alias in node.names]
        for name in names:
            package, _, rest = name.partition(".")
            if package == "summarizer" and rest and rest != "__version__":
                yield rest.split(".")[0]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    """All modules, for both forms of import."""
    room = room_of(path)
    allowed = {room, *ROOMS[room].split()} if room in ROOMS else set(ROOMS)
    assert set(imported_rooms(path)) <= allowed


def test_imports_between_rooms_have_no_cycles() -> None:
    """A room imports only rooms above it in the table."""
    order = list(ROOMS)
    wrong = [
        f"{room} -> {other}"
        for room, allowed in ROOMS.items()
        for other in allowed.split()
        if order.index(other) >= order.index(room)
    ]
    assert wrong == []


def test_stages_do_not_import_one_another() -> None:
    """Only the pipeline imports all of them."""
    assert [stage for stage in STAGES if STAGES & set(ROOMS[stage].split())] == []


def test_the_table_has_every_room_and_only_imports_that_exist() -> None:
    """A new room needs a row; an unused import must be removed from its row."""
    rooms = {room_of(path) for path in modules()} - {"__init__"}
    assert rooms == set(ROOMS)
    used = {
        room: {other for path in modules() if room_of(path) == room for other in imported_rooms(path)} for room in ROOMS
    }
    assert {room: used[room] - {room} for room in ROOMS} == {room: set(ROOMS[room].split()) for room in ROOMS}


def test_few_modules_are_outside_the_subpackages() -> None:
    """Those that all others use, and the entry points."""
    assert {path.stem for path in PACKAGE.glob("*.py")} == {
        "__init__",
        "__main__",
        "errors",
        "machine",
    }


def test_no_folder_has_too_many_modules() -> None:
    """A larger folder should be divided."""
    folders = {path.parent for path in modules()}
    assert {folder.name: n for folder in folders if (n := len(list(folder.glob("*.py")))) > FOLDER_LIMIT} == {}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_is_too_long(path: Path) -> None:
    """About 300 lines; a longer file should be divided."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 320


def test_the_readme_describes_every_room() -> None:
    """Its tree of the package has a line for each."""
    readme = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")
    tree = readme.partition("summarizer/\n")[2].partition("```")[0]
    names = {f"{room}/" if (PACKAGE / room).is_dir() else f"{room}.py" for room in ROOMS} - {"__main__.py"}
    assert [name for name in sorted(names) if f" {name}" not in tree] == []
