"""The large scale of the package: which rooms there are, who may import whom, and how large they may grow."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "summarizer"

# Every room with the rooms that it may import; a room imports only what stands above it. The stages (download,
# transcribe, glossary, check, summarize, digest) do not import one another: the pipeline alone knows them all.
ROOMS: dict[str, str] = {
    "errors": "",
    "records": "",
    "machine": "",
    "config": "errors",
    "store": "errors records",
    "models": "errors records store",
    "stage": "config errors models",
    "language": "errors records",
    "audio": "errors records",
    "evidence": "errors language records",
    "download": "audio config errors records stage",
    "transcribe": "audio config errors language machine models records stage",
    "glossary": "config language records stage",
    "check": "config errors language records stage",
    "summarize": "config errors evidence language machine models records stage",
    "digest": "config records stage",
    "engines": "errors records",
    "pipeline": (
        "config errors records language store stage engines download transcribe glossary check summarize digest"
    ),
    "sample": "records",
    "library": "check config errors pipeline records store",
    "nightly": "config digest engines errors pipeline records sample store",
    "cli": "config engines errors records language library models nightly pipeline sample stage summarize transcribe"
    " evaluation",
    "inspection": "audio config digest errors evidence language library records",
    "evaluation": "check config errors evidence glossary language pipeline records summarize transcribe",
    "__main__": "cli",
}
STAGES = {"download", "transcribe", "glossary", "check", "summarize", "digest"}
FOREMOST = {"cli", "inspection", "evaluation"}  # may be imported by nobody but the command line
FOLDER_LIMIT = 14  # modules, `__init__.py` included


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> Iterator[str]:
    """Rooms that a module imports anywhere in it, by `import` or by `from`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide which room is meant"
            names = [node.module or ""]
            if node.module == "summarizer":
                names = [f"summarizer.{alias.name}" for alias in node.names]
        for name in names:
            package, _, rest = name.partition(".")
            if package == "summarizer" and rest and rest != "__version__":
                yield rest.split(".")[0]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    """The whole table, for both kinds of import."""
    room = room_of(path)
    allowed = {room, *ROOMS[room].split()} if room in ROOMS else set(ROOMS)
    assert set(imported_rooms(path)) <= allowed


def test_arrows_point_one_way() -> None:
    """A room imports rooms that stand above it in the table, so there are no cycles."""
    order = list(ROOMS)
    wrong = [
        f"{room} -> {other}"
        for room, allowed in ROOMS.items()
        for other in allowed.split()
        if order.index(other) >= order.index(room) and not (room == "cli" and other == "evaluation")
    ]
    assert wrong == []


def test_stages_do_not_import_one_another() -> None:
    """The pipeline alone knows them all."""
    assert [stage for stage in STAGES if STAGES & set(ROOMS[stage].split())] == []


def test_every_room_is_in_the_table_and_every_line_of_it_is_used() -> None:
    """A new room is one row; an arrow that nobody needs goes."""
    rooms = {room_of(path) for path in modules()} - {"__init__"}
    assert rooms == set(ROOMS)
    used = {
        room: {other for path in modules() if room_of(path) == room for other in imported_rooms(path)} for room in ROOMS
    }
    assert {room: used[room] - {room} for room in ROOMS} == {room: set(ROOMS[room].split()) for room in ROOMS}


def test_the_ground_floor_is_small() -> None:
    """Modules that belong to no folder: what everybody uses, and the entry points."""
    assert {path.stem for path in PACKAGE.glob("*.py")} == {
        "__init__",
        "__main__",
        "errors",
        "machine",
        "models",
        "records",
    }


def test_no_folder_is_larger_than_one_can_keep_in_mind() -> None:
    """About a dozen modules, or it is two rooms."""
    folders = {path.parent for path in modules()}
    assert {folder.name: n for folder in folders if (n := len(list(folder.glob("*.py")))) > FOLDER_LIMIT} == {}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_is_longer_than_a_sitting(path: Path) -> None:
    """About 300 lines, or it is two things."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 320
