"""Write docs/licences.md: the licence of every package in requirements/, from the metadata of the installed packages.

Needs an environment with all of them, such as that of `make test`. The licence of a package that this platform does not
install stays as it is written.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "licences.md"
LAYERS = ("core", "speech", "llm", "test")
UNKNOWN = "not installed here"
_ROW = re.compile(r"^\| ([a-z0-9._-]+) \| (.+?) \| (core|speech|llm|test) \|$", re.MULTILINE)


def find_licence(package: str) -> str:
    """The licence of an installed package as it declares it: as an expression, by classifiers, or as text."""
    try:
        fields: Any = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return UNKNOWN
    if expression := fields.get("License-Expression"):
        return str(expression)
    classifiers = [
        line.rpartition(" :: ")[2] for line in fields.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    named = [line for line in classifiers if line != "OSI Approved"]
    return " and ".join(named) or str(fields.get("License") or "not declared").splitlines()[0][:60]


def read_rows(text: str) -> dict[str, tuple[str, str]]:
    """Licence and layer of each package in the page."""
    return {match[1]: (match[2], match[3]) for match in _ROW.finditer(text)}


def render(known: dict[str, tuple[str, str]]) -> str:
    """The page."""
    rows = []
    for layer in LAYERS:
        text = (ROOT / "requirements" / f"{layer}.txt").read_text(encoding="utf-8")
        for package in dict.fromkeys(re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE)):
            licence = find_licence(package)
            rows.append((package, known.get(package, (licence,))[0] if licence == UNKNOWN else licence, layer))
    return (
        "# Licences\n\n"
        "The summarizer is under Apache-2.0, its models under the licences that `summarizer models list` shows. These are the\n"
        "packages that `make` installs, with the licence that each declares. `core` is all that a run with captions needs,\n"
        "`speech` the small Whisper model, `llm` the local language model (with torch, BSD-3-Clause), `test` the tests.\n"
        "Nothing of them is part of this repository. mutagen (GPL) comes with yt-dlp, which uses it for tags of files; the\n"
        "summarizer does not call it.\n"
        "`tools/list_licences.py` writes this page.\n\n"
        "| package | licence | layer |\n|---|---|---|\n"
        + "".join(f"| {package} | {licence} | {layer} |\n" for package, licence, layer in rows)
    )


if __name__ == "__main__":
    PAGE.write_text(render(read_rows(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}), encoding="utf-8")
