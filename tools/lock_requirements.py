"""Write requirements/*.txt: the exact version and the SHA-256 of every package that `make` installs.

    python tools/lock_requirements.py             # after a change of pyproject.toml: versions stay where they can
    python tools/lock_requirements.py --upgrade   # newest versions

One resolution for all extras, on all platforms and Python versions, divided into layers: each file has only what the
layers before it do not have. torch is left out: its build for CPUs comes from another index for each platform, so the
Makefile pins its version only. Needs the package uv.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "requirements"
# Each layer with its extras; all of them include what pip needs to install this project itself.
LAYERS = {"core": (), "speech": ("speech",), "llm": ("llm", "openai"), "test": ("test",)}
TORCH_NEEDS = ("filelock", "fsspec", "jinja2", "networkx", "sympy", "typing-extensions")  # besides those for a GPU
HEADER = "# Written by tools/lock_requirements.py from dependencies with SHA-256 {}.\n"
_PIN = re.compile(r"^(\S+?)==.*(?:\n    .*)*\n", re.MULTILINE)


def fingerprint() -> str:
    """The SHA-256 of what pyproject.toml requires."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    required = [
        project["build-system"]["requires"],
        project["project"]["requires-python"],
        project["project"]["dependencies"],
        project["project"]["optional-dependencies"],
    ]
    return hashlib.sha256(json.dumps(required).encode()).hexdigest()


def read_pins(text: str) -> dict[str, str]:
    """The lines of each package in a file of requirements; there may be several versions, for several Pythons."""
    pins: dict[str, str] = {}
    for match in _PIN.finditer(text):
        pins[match[1]] = pins.get(match[1], "") + match[0]
    return pins


def compile_pins(extras: tuple[str, ...], constraints: str, upgrade: bool = False) -> dict[str, str]:
    """Let uv choose versions for the project with these extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needs = TORCH_NEEDS if {"llm", "test"} & {*extras} else ()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "build.in").write_text("\n".join([*project["build-system"]["requires"], *needs]))
        (folder / "without.txt").write_text("torch ; python_version < '3'\n")
        (folder / "known.txt").write_text(constraints)
        command = ["uv", "pip", "compile", str(ROOT / "pyproject.toml"), str(folder / "build.in"), "--quiet"]
        command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"]
        command += ["--override", str(folder / "without.txt"), "--output-file", str(folder / "out.txt")]
        command += [part for extra in extras for part in ("--extra", extra)]
        command += [] if upgrade else ["--constraint", str(folder / "known.txt")]
        subprocess.run(command, check=True, cwd=ROOT)
        return read_pins((folder / "out.txt").read_text())


def main() -> None:
    """Write all layers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upgrade", action="store_true", help="choose the newest versions")
    upgrade = parser.parse_args().upgrade
    known = "".join(path.read_text() for path in sorted(FOLDER.glob("*.txt")))
    all_pins = compile_pins(tuple(extra for extras in LAYERS.values() for extra in extras), known, upgrade)
    written: set[str] = set()
    FOLDER.mkdir(exist_ok=True)
    for layer, extras in LAYERS.items():
        names = set(compile_pins(extras, "".join(all_pins.values()))) - written
        lines = HEADER.format(fingerprint()) + "".join(all_pins[name] for name in sorted(names))
        (FOLDER / f"{layer}.txt").write_text(lines)
        written |= names
        print(f"requirements/{layer}.txt: {len(names)} packages")


if __name__ == "__main__":
    main()
