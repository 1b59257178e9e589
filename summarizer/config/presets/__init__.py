"""The configuration files that come with the package; `configs/` in a checkout links to them.

    cpu.toml  gpu.toml  meetings.toml  nightly.toml  sample.toml

`-c cpu` names one of them in any folder, and `summarizer config init cpu` writes a copy to edit.
"""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def list_presets() -> tuple[str, ...]:
    """The names of all presets, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def find_preset(name: str) -> Path | None:
    """The file of a preset, or None if there is no preset of this name."""
    return _FOLDER / f"{name}.toml" if name in list_presets() else None


def describe_preset(name: str) -> str:
    """The first line of a preset, which says what it is for."""
    return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
